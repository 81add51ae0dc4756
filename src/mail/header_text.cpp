#include "mail/header_text.h"

#include "core/text.h"

namespace requeue::mail {
namespace {

// Where a part of a parameter list ends: at a ";" outside quotes.
std::size_t part_end(std::string_view value) {
  bool quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (quoted && value[i] == '\\')
      ++i;
    else if (value[i] == '"')
      quoted = !quoted;
    else if (value[i] == ';' && !quoted)
      return i;
  }
  return value.size();
}

std::string_view unquoted(std::string_view text) {
  if (text.starts_with('"')) text.remove_prefix(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  return trim(text);
}

}  // namespace

std::string without_comments(std::string_view value) {
  std::string out;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (c == '\\' && (quoted || depth != 0)) {
      if (depth == 0) out += value.substr(i, 2);
      ++i;
      continue;
    }
    if (c == '"' && depth == 0) quoted = !quoted;
    if (c == '(' && !quoted && ++depth == 1) out += ' ';
    if (depth == 0) out += c;
    if (c == ')' && !quoted && depth != 0) --depth;
  }
  return out;
}

std::string parameter_of(std::string_view value, std::string_view name) {
  const auto plain = without_comments(value);
  std::string_view rest = plain;
  while (!rest.empty()) {
    const auto end = part_end(rest);
    const auto part = rest.substr(0, end);
    rest.remove_prefix(end == rest.size() ? end : end + 1);
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || !ascii_iequals(trim(part.substr(0, equals)), name)) continue;
    return std::string(unquoted(trim(part.substr(equals + 1))));
  }
  return {};
}

}  // namespace requeue::mail
