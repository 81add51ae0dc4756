// The words of Badmail's reports and of transcripts, made alike so that they can be counted.
#include <algorithm>

#include "core/text.h"
#include "report/overview.h"

namespace requeue::report {
namespace {

constexpr std::size_t longest_reason = 160;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// UTF-16 as Notepad saves it becomes readable without its NULs; blanks and line ends become single blanks.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\0' || c == '\xFF' || c == '\xFE') continue;
    if (c == '\n') {
      lines.emplace_back();
    } else if (c == ' ' || c == '\t' || c == '\r') {
      if (!lines.back().empty() && lines.back().back() != ' ') lines.back() += ' ';
    } else {
      lines.back() += c;
    }
  }
  std::erase_if(lines, [](const std::string& line) { return trim(line).empty(); });
  return lines;
}

// Addresses are personal, and would make each reason a reason of its own.
std::string without_people(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    const auto word = line.substr(0, end);
    if (!out.empty()) out += ' ';
    out += word.find('@') == std::string_view::npos ? std::string(word) : "(address)";
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return out.substr(0, longest_reason);
}

// Where an SMTP reply begins, a code of three digits as a word: of failure ("45", that is 4xx or 5xx), or of another
// kind.
std::size_t reply_in(std::string_view line, std::string_view kinds) {
  for (std::size_t i = 0; i + 3 <= line.size(); ++i) {
    const bool begins = i == 0 || line[i - 1] == ' ';
    const bool code = kinds.find(line[i]) != std::string_view::npos && is_digit(line[i + 1]) && is_digit(line[i + 2]);
    if (begins && code && (i + 3 == line.size() || line[i + 3] == ' ' || line[i + 3] == '-')) return i;
  }
  return std::string_view::npos;
}

// A greeting or an "ok" at its beginning, or behind the time and the host that a transcript puts before it.
bool begins_with_success(std::string_view line) {
  const auto at = reply_in(line, "23");
  return at != std::string_view::npos && (at == 0 || line.substr(0, at).find_first_of(".:") != std::string_view::npos);
}

}  // namespace

std::string reason_of(std::string_view report) {
  const auto lines = lines_of(report);
  if (lines.empty()) return "(empty)";
  constexpr std::string_view code_words = "specific error code was ";
  for (const auto& line : lines) {
    const auto at = line.find(code_words);
    if (at == std::string::npos) continue;
    const auto code = line.substr(at + code_words.size(),
                                  line.find_first_of(" .", at + code_words.size()) - (at + code_words.size()));
    const auto before = without_people(trim(lines.front().substr(0, lines.front().find(" The specific error code"))));
    return code + ": " + before;
  }
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (const auto at = reply_in(*line, "45"); at != std::string::npos) return without_people(line->substr(at));
  }
  return begins_with_success(lines.front()) ? std::string() : without_people(lines.front());
}

}  // namespace requeue::report
