#include "core/text.h"
#include "mailroot/mailroot.h"

namespace requeue::mailroot {
namespace {

constexpr std::string_view token_name = "token";
constexpr std::uint64_t largest_token = std::uint64_t{64} * 1024;

std::string take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::string(line);  // blanks are a part of a path
}

}  // namespace

// One line each, whatever the path holds.
std::string render(const Token& token) {
  return printable(token.id) + "\n" + escape_controls(escape_bytes(token.recovery)) + "\n";
}

Token parse_token(std::string_view bytes) {
  Token token;
  token.id = std::string(trim(take_line(bytes)));
  token.recovery = unescape_bytes(take_line(bytes));
  return token;
}

Result<Token> read_token(files::Tree& tree, std::string_view staging_folder) {
  REQUEUE_TRY(const auto bytes, files::read_file(tree, files::join(staging_folder, token_name), largest_token));
  return parse_token(bytes);
}

}  // namespace requeue::mailroot
