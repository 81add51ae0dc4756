#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "files/posix.h"

namespace requeue::files::posix {
namespace {

Kind kind_of(unsigned mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return Kind::file;
    case S_IFDIR:
      return Kind::folder;
    case S_IFLNK:
      return Kind::link;
    default:
      return Kind::special;
  }
}

Timestamp to_timestamp(const struct statx_timestamp& time) {
  return {time.tv_sec, static_cast<std::int32_t>(time.tv_nsec)};
}

Status to_status(const struct statx& found) {
  Status status;
  status.kind = kind_of(found.stx_mode);
  status.size = status.kind == Kind::file ? found.stx_size : 0;
  status.identity = {makedev(found.stx_dev_major, found.stx_dev_minor), found.stx_ino};
  status.written = to_timestamp(found.stx_mtime);
  status.changed = to_timestamp(found.stx_ctime);
  if ((found.stx_mask & STATX_BTIME) != 0) status.created = to_timestamp(found.stx_btime);
  status.mode = found.stx_mode & 07777U;
  status.owner = found.stx_uid;
  status.group = found.stx_gid;
  status.names = found.stx_nlink;
  return status;
}

int look(int folder, const char* name, int flags, Status& status) {
  struct statx found {};
  const int result = ::statx(folder, name, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME, &found);
  if (result == 0) status = to_status(found);
  return result;
}

tl::unexpected<Error> not_a(std::string_view wanted, std::string_view what, const Path& path) {
  return failure(Exit::failed, std::string(what), path.string(), "it is not a " + std::string(wanted));
}

// Devices and FIFOs may act or block when they are opened, so they are looked at first; that the kind did not change
// in between is checked on what was opened, by the caller.
Result<void> expect(const Place& place, bool files, bool folders, const Path& path, std::string_view what) {
  Status status;
  if (status_at(place.folder.number(), place.name, status) != 0) return last_error(std::string(what), path);
  if (status.kind == Kind::link) return link_refused(std::string(what), path);
  if ((status.kind == Kind::file && files) || (status.kind == Kind::folder && folders)) return {};
  return not_a(files ? "regular file" : "folder", what, path);
}

// Reading mail must not change when it was last read; only the owner may ask for that, so a refusal is no error.
int open_quietly(int folder, const char* name, int flags) {
  constexpr int always = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  if ((flags & O_ACCMODE) == O_RDONLY) {
    const int file = retried([&] { return ::openat(folder, name, flags | always | O_NOATIME); });
    if (file != -1 || errno != EPERM) return file;
  }
  return retried([&] { return ::openat(folder, name, flags | always); });
}

}  // namespace

int status_at(int folder, const std::string& name, Status& status) {
  return look(folder, name.c_str(), AT_SYMLINK_NOFOLLOW, status);
}

int status_of(int file, Status& status) {
  return look(file, "", AT_EMPTY_PATH, status);
}

Result<Descriptor> open_file(const Place& place, int flags, const Path& path, std::string_view what, Status* opened) {
  REQUEUE_CHECK(expect(place, true, false, path, what));
  Descriptor file(open_quietly(place.folder.number(), place.name.c_str(), flags));
  if (!file) return last_error(std::string(what), path);
  Status status;
  if (status_of(file.number(), status) != 0) return last_error(std::string(what), path);
  if (status.kind != Kind::file) return not_a("regular file", what, path);
  if (opened != nullptr) *opened = status;
  return file;
}

Result<Descriptor> open_folder(const Place& place, const Path& path, std::string_view what) {
  REQUEUE_CHECK(expect(place, false, true, path, what));
  Descriptor folder(open_quietly(place.folder.number(), place.name.c_str(), O_RDONLY | O_DIRECTORY));
  if (!folder) return last_error(std::string(what), path);
  return folder;
}

Result<Descriptor> open_either(const Place& place, const Path& path, std::string_view what) {
  Status status;
  if (status_at(place.folder.number(), place.name, status) != 0) return last_error(std::string(what), path);
  if (status.kind == Kind::folder) return open_folder(place, path, what);
  return open_file(place, O_RDONLY, path, what);
}

}  // namespace requeue::files::posix
