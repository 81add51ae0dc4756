#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {

std::string shell_quoted(const std::string& word) {
  const auto shown = printable(word);
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
