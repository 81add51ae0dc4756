#include "files/windows_names.h"

#include <algorithm>

#include "core/text.h"

namespace requeue::files {
namespace {

constexpr std::string_view extended = R"(\\?\)";
constexpr std::string_view native = R"(\??\)";
constexpr std::string_view device = R"(\\.\)";
constexpr std::string_view unc = R"(UNC\)";

bool starts_as(std::string_view text, std::string_view with) {
  return text.size() >= with.size() && ascii_iequals(text.substr(0, with.size()), with);
}

std::string with_backslashes(std::string_view path) {
  std::string out(path);
  std::replace(out.begin(), out.end(), '/', '\\');
  return out;
}

std::string prefixed(std::string_view prefix, std::string_view absolute) {
  const auto path = plain_path(absolute);
  if (path.starts_with(extended) || path.starts_with(device)) return std::string(prefix) + path.substr(4);
  if (path.starts_with(R"(\\)")) return std::string(prefix) + std::string(unc) + path.substr(2);
  return std::string(prefix) + path;
}

}  // namespace

// Within an extended path Windows takes '/' for a part of a name, so only the ones outside may become separators.
std::string plain_path(std::string_view path) {
  const bool verbatim = path.starts_with(extended) || path.starts_with(native);
  std::string out = verbatim ? std::string(path) : with_backslashes(path);
  if (!verbatim) return out;
  const auto rest = std::string_view(out).substr(4);
  if (starts_as(rest, unc)) return R"(\\)" + std::string(rest.substr(unc.size()));
  if (rest.size() >= 2 && rest[1] == ':') return std::string(rest);
  return std::string(extended) + std::string(rest);
}

std::string extended_path(std::string_view absolute) {
  return prefixed(extended, absolute);
}

std::string native_path(std::string_view absolute) {
  return prefixed(native, absolute);
}

std::size_t root_length(std::string_view plain) {
  if (plain.size() >= 3 && plain[1] == ':' && plain[2] == '\\') return 3;
  if (!plain.starts_with(R"(\\)")) return 0;
  const bool volume = plain.starts_with(extended);
  const auto first = plain.find('\\', volume ? extended.size() : 2);
  if (first == std::string_view::npos) return 0;
  if (volume) return first + 1;
  if (first == 2 || first + 1 == plain.size()) return 0;
  const auto second = plain.find('\\', first + 1);
  return second == std::string_view::npos ? plain.size() : second + 1;
}

bool is_windows_name(std::string_view name) {
  return std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || std::string_view(R"(\/:*?"<>|)").find(c) != std::string_view::npos;
  });
}

}  // namespace requeue::files
