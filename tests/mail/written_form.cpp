#include "mail/written_form.h"

#include <regex>
#include <vector>

namespace requeue::tests {
namespace {

// Lines with their ends.
std::vector<std::string> lines_of(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto size = end == std::string_view::npos ? bytes.size() : end + 1;
    lines.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return lines;
}

bool matches(const std::string& line, const char* pattern) {
  return std::regex_search(line.substr(0, 40), std::regex(pattern, std::regex::icase));
}

bool continues(const std::string& line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

}  // namespace

std::string taken_back(std::string_view written) {
  std::string out;
  bool leading = true;
  for (const auto& line : lines_of(written)) {
    leading = leading && matches(line, "^x-(sender|receiver):");
    if (!leading) out += line.starts_with('.') ? line.substr(1) : line;
  }
  return out;
}

std::string without_removed(std::string_view source) {
  std::string out;
  bool leading = true, header = true, removing = false;
  for (const auto& line : lines_of(source)) {
    const auto text = line.substr(0, line.find_first_of("\r\n"));
    if (text.empty() && header) header = false;
    if (!header || !continues(line)) {
      leading = leading && header && matches(line, "^(\xEF\xBB\xBF)?x-(sender|receiver)[ \t]*:");
      removing = header && (leading || matches(line, "^(resent-)?bcc[ \t]*:"));
    }
    if (!removing) out += line;
  }
  return out;
}

}  // namespace requeue::tests
