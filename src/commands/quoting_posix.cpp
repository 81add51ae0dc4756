#include <cstdio>

#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

// Bytes that are shown escaped only: in the shell's own escapes, so that what is pasted is the name that was meant.
std::string in_shell_escapes(std::string_view word) {
  std::string quoted = "$'";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7F) {
      char escape[5];
      std::snprintf(escape, sizeof escape, "\\x%02x", byte);
      quoted += escape;
    } else {
      if (c == '\'' || c == '\\') quoted += '\\';
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

std::string shell_quoted(const std::string& word) {
  const auto shown = printable(word);
  if (shown != word) return in_shell_escapes(word);
  static constexpr std::string_view special = " \t'\"\\&|<>();$`!*?[]{}#~=%^";
  if (!shown.empty() && shown.find_first_of(special) == std::string::npos) return shown;
  std::string quoted = "'";
  for (const char c : shown) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace requeue::commands
