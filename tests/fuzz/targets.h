// What is read of bytes that anybody may have written, each as a function of bytes: fuzzed by libFuzzer (preset
// `fuzz`), and run on the kept corpora by a test of every build. A target aborts when what it read breaks its own
// rules.
#pragma once

#include <string_view>
#include <vector>

namespace requeue::fuzz {

void header_block(std::string_view bytes);
void addresses(std::string_view bytes);
void dates(std::string_view bytes);
void compose(std::string_view bytes);
void journal(std::string_view bytes);
void manifest(std::string_view bytes);
void files_jsonl(std::string_view bytes);
void envelopes(std::string_view bytes);
void plan(std::string_view bytes);
void facts(std::string_view bytes);
void metabase(std::string_view bytes);
void log(std::string_view bytes);

struct Target {
  std::string_view name;  // also of its corpus: tests/fuzz/corpus/NAME
  void (*run)(std::string_view bytes);
};
const std::vector<Target>& targets();

// Said and aborted, in every build.
void must(bool holds, const char* what);

}  // namespace requeue::fuzz
