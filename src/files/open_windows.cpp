// How a relative path becomes an open folder and a name in it, without a link being followed on the way.
#include <limits>

#include "files/nt_windows.h"
#include "files/relative.h"
#include "files/windows_names.h"

namespace requeue::files::nt {
namespace {

tl::unexpected<Error> unsafe(std::string_view relative, const Tree& tree, std::string_view what, std::string_view why) {
  return failure(Exit::failed, std::string(what), text_of(tree.path_of(relative)), std::string(why));
}

Result<void> check_names(std::string_view relative, const Tree& tree, std::string_view what) {
  if (!is_safe(relative)) {
    return unsafe(relative, tree, what,
                  "the path has an empty, '.' or '..' component, and could lead out of its folder");
  }
  for (const auto part : components(relative)) {
    if (!is_windows_name(part) || !wide_name(part)) return unsafe(relative, tree, what, "Windows has no such name");
  }
  return {};
}

// Opened again as the file or folder that the reparse point stands for, if that is still the same one.
Result<Handle> open_behind(const Place& place, Manner manner, const Facts& seen, const Path& path,
                           std::string_view what) {
  manner.options &= ~static_cast<ULONG>(FILE_OPEN_REPARSE_POINT);
  Handle behind;
  if (const auto status = open_at(place.folder, place.name, manner, behind); status < 0) {
    return status_error(status, what, path);
  }
  Facts facts;
  if (const auto status = facts_of(behind.get(), facts); status < 0) return status_error(status, what, path);
  if (facts.index != seen.index || serial_of(behind.get()) != serial_of(place.folder)) return link_refused(what, path);
  return behind;
}

constexpr auto not_a_directory = static_cast<NTSTATUS>(0xC0000103);

}  // namespace

NTSTATUS open_at(HANDLE folder, std::wstring name, const Manner& manner, Handle& opened) {
  constexpr auto too_long = static_cast<NTSTATUS>(0xC0000106);  // STATUS_NAME_TOO_LONG
  if (name.size() * sizeof(wchar_t) > std::numeric_limits<USHORT>::max() - 2U) return too_long;
  const auto bytes = static_cast<USHORT>(name.size() * sizeof(wchar_t));
  UNICODE_STRING text{bytes, bytes, name.data()};
  OBJECT_ATTRIBUTES object{};
  object.Length = sizeof object;
  object.RootDirectory = folder;
  object.ObjectName = &text;
  object.Attributes = OBJ_CASE_INSENSITIVE;
  object.SecurityDescriptor = manner.security;
  IO_STATUS_BLOCK block{};
  HANDLE handle = nullptr;
  const auto status = NtCreateFile(
      &handle, manner.access | SYNCHRONIZE, &object, &block, nullptr, FILE_ATTRIBUTE_NORMAL, manner.share,
      manner.disposition, manner.options | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT, nullptr, 0);
  if (status >= 0) opened = Handle(handle);
  return status;
}

Result<Handle> step_into(HANDLE folder, const std::wstring& name, const Path& path, std::string_view what) {
  Manner manner;
  manner.options = FILE_OPEN_REPARSE_POINT | FILE_DIRECTORY_FILE;
  Handle next;
  auto status = open_at(folder, name, manner, next);
  if (status == not_a_directory) {
    manner.options = FILE_OPEN_REPARSE_POINT;
    if (open_at(folder, name, manner, next) < 0) return status_error(status, what, path);
  } else if (status < 0) {
    return status_error(status, what, path);
  }
  Facts facts;
  if (const auto asked = facts_of(next.get(), facts); asked < 0) return status_error(asked, what, path);
  switch (kind_of(facts.basic.FileAttributes, facts.tag)) {
    case Kind::link:
      return link_refused(what, path);
    case Kind::folder:
      if (facts.tag == 0) return next;
      return open_behind(Place{{}, folder, name}, manner, facts, path, what);
    default:
      return status_error(not_a_directory, what, path);
  }
}

Result<Handle> enter(HANDLE root, std::string_view relative, const Tree& tree, std::string_view what) {
  REQUEUE_CHECK(check_names(relative, tree, what));
  Handle folder;
  for (const auto part : components(relative)) {
    const auto length = static_cast<std::size_t>(part.data() + part.size() - relative.data());
    REQUEUE_TRY(Handle next, step_into(folder ? folder.get() : root, *wide_name(part),
                                       tree.path_of(relative.substr(0, length)), what));
    folder = std::move(next);
  }
  if (folder) return folder;
  if (const auto status = open_at(root, L"", {}, folder); status < 0) return status_error(status, what, tree.path());
  return folder;
}

Result<Place> locate(HANDLE root, const Relative& relative, const Tree& tree, std::string_view what) {
  REQUEUE_CHECK(check_names(relative, tree, what));
  Place place;
  place.folder = root;
  if (const auto parent = parent_of(relative); !parent.empty()) {
    REQUEUE_TRY(place.owned, enter(root, parent, tree, what));
    place.folder = place.owned.get();
  }
  place.name = *wide_name(name_of(relative));
  return place;
}

Result<Handle> open_leaf(const Place& place, Manner manner, Expect expect, const Path& path, std::string_view what) {
  manner.access |= to_look;
  Handle leaf;
  if (const auto status = open_at(place.folder, place.name, manner, leaf); status < 0) {
    return status_error(status, what, path);
  }
  Facts facts;
  if (const auto status = facts_of(leaf.get(), facts); status < 0) return status_error(status, what, path);
  const auto kind = kind_of(facts.basic.FileAttributes, facts.tag);
  if (kind == Kind::link) return link_refused(what, path);
  if (kind == Kind::special || (kind == Kind::folder && expect == Expect::file)) {
    return not_a("regular file", what, path);
  }
  if (kind == Kind::file && expect == Expect::folder) return not_a("folder", what, path);
  if (facts.tag == 0) return leaf;
  // Before it is opened a second time, or a handle that shares nothing would meet itself.
  leaf.close();
  return open_behind(place, manner, facts, path, what);
}

}  // namespace requeue::files::nt
