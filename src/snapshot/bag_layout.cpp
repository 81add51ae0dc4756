#include "snapshot/bag_layout.h"

namespace requeue::snapshot {

bool is_plain_path(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return false;
  for (std::size_t begin = 0;;) {
    const auto end = path.find('/', begin);
    const auto component = path.substr(begin, end == std::string_view::npos ? end : end - begin);
    if (component.empty() || component == "." || component == "..") return false;
    if (end == std::string_view::npos) return true;
    begin = end + 1;
  }
}

bool is_stored_path(std::string_view path, std::string_view parent) {
  return path.size() > parent.size() + 1 && path.substr(0, parent.size()) == parent && path[parent.size()] == '/' &&
         is_plain_path(path) && path.find_first_of("\\:") == std::string_view::npos;
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Error damage(std::string_view path, std::string why) {
  return {
      Exit::verification,
      Cause::other,
      "the snapshot is damaged",
      std::string(path),
      std::move(why),
      "Nothing was changed. Do not edit the snapshot; take this file from a copy of the recovery folder, or ask for "
      "help before going on."};
}

Error as_damage(files::Tree& recovery, Error error, const files::Relative& path, std::uint64_t limit) {
  if (error.cause == Cause::not_found) return damage(path, "it is missing");
  if (error.cause == Cause::is_link) return damage(path, "a link stands in its place");
  const auto found = recovery.status(path);
  if (found && found->kind != files::Kind::file) return damage(path, "it is not a regular file");
  if (found && found->size > limit) return damage(path, "it is far too large");
  return error;
}

}  // namespace requeue::snapshot
