#include "core/text.h"
#include "files/files.h"
#include "files/relative.h"

namespace requeue::files {

Relative join(std::string_view folder, std::string_view name) {
  Relative path(folder);
  if (!path.empty() && !name.empty()) path += '/';
  path += name;
  return path;
}

std::string_view parent_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// The way that every platform has.
Result<void> Reader::seek(std::uint64_t /*offset*/) {
  return failure(
      Error{Exit::failed, Cause::not_supported, "cannot read a file", {}, "it can only be read in order", {}});
}

Result<void> Tree::create_link(Reader& /*opened*/, const Relative& path) {
  return failure(Error{Exit::failed,
                       Cause::not_supported,
                       "cannot make a hard link",
                       to_text(path_of(path)),
                       "this kind of folder has none",
                       {}});
}

Result<void> Tree::flush_files(const std::vector<Relative>& paths) {
  for (const auto& path : paths) REQUEUE_CHECK(flush_file(path));
  return {};
}

std::string Tree::rights(const Relative& /*path*/) {
  return {};
}

Result<void> Tree::set_rights(const Relative& /*path*/, const std::string& /*sddl*/) {
  return {};
}

std::string to_text(const Path& path) {
  return escape_bytes(path.string());
}

Path Tree::path_of(std::string_view relative) const {
  return relative.empty() ? path() : (path() / Path(std::string(relative))).make_preferred();
}

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return parts;
}

bool is_safe(std::string_view relative) {
  if (relative.find('\0') != std::string_view::npos) return false;
  if (!relative.empty() && relative.back() == '/') return false;
  for (const auto part : components(relative)) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

std::string hint_of(Cause cause) {
  switch (cause) {
    case Cause::not_found:
      return "check the path; if it was there before, see what removed it, put it back, and run the same command again";
    case Cause::exists:
      return "nothing was overwritten; see what stands there before you run the same command again";
    case Cause::too_many_open:
      return "run the same command again with --jobs 1, or let this account open more files at once (ulimit -n)";
    case Cause::denied:
      return "check that this account may use the path, and that the volume can be written";
    case Cause::write_protected:
      return "make the volume writable again (after an error the system may have stopped all writing to it: check the "
             "disk), then run the same command again";
    case Cause::busy:
      return "another program uses it; end that program, then run the same command again";
    case Cause::no_space:
      return "make room on this volume, then run the same command again";
    case Cause::io:
      return "the device reported an error; check the disk and the system's log before anything else";
    case Cause::is_link:
      return "links are never followed; put the real file or folder in its place";
    case Cause::cross_volume:
      return "the two places must be on one volume; files are never copied in place of a move";
    default:
      return {};
  }
}

}  // namespace requeue::files
