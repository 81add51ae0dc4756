// Real mail that nobody of this project wrote, where REQUEUE_CORPUS names a folder of it with a truth.jsonl: what two
// independent parsers read of each file.
#pragma once

#include <functional>
#include <string>

#include "core/json.h"

namespace requeue::tests {

// Empty, and said on the console, when there is no corpus.
std::string corpus_or_skip();
// Each line of truth.jsonl with the bytes of its file. Returns how many.
int each_mail(const std::string& corpus, const std::function<void(const Json& truth, const std::string& bytes)>& visit);

// 8-bit header bytes stand in truth.jsonl as the code points of the same numbers: back into bytes.
std::string narrowed(const std::string& text);
// Blanks and line ends made single blanks, ends trimmed: folding is not what is compared.
std::string one_line(std::string_view text);
bool same_text(const Json& truth, std::string_view bytes);

}  // namespace requeue::tests
