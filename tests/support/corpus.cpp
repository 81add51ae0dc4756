#include "support/corpus.h"

#include <cstdlib>
#include <sstream>

#include <catch2/catch.hpp>

#include "support/temporary_folder.h"

namespace requeue::tests {

std::string narrowed(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const bool two = (lead == 0xC2 || lead == 0xC3) && i + 1 < text.size();
    if (two) {
      out += static_cast<char>(((lead & 3U) << 6U) | (static_cast<unsigned char>(text[++i]) & 0x3FU));
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string corpus_or_skip() {
  const char* const corpus = std::getenv("REQUEUE_CORPUS");
  if (corpus != nullptr && *corpus != '\0') return corpus;
  WARN("SKIPPED: REQUEUE_CORPUS names no folder of real mail");
  return {};
}

int each_mail(const std::string& corpus, const std::function<void(const Json&, const std::string&)>& visit) {
  std::istringstream lines(read(boost::filesystem::path(corpus) / "truth.jsonl"));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto truth = parse_object(line);
    REQUIRE(truth);
    const auto name = (*truth)["f"].get<std::string>();
    INFO(name);
    visit(*truth, read(boost::filesystem::path(corpus) / name));
  }
  return count;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

bool same_text(const Json& truth, std::string_view bytes) {
  const auto text = truth.is_string() ? truth.get<std::string>() : std::string();
  const auto ours = one_line(bytes);
  return one_line(text) == ours || one_line(narrowed(text)) == ours;
}

}  // namespace requeue::tests
