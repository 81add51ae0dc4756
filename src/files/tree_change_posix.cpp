// Changing: each touches one name and none replaces anything.
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/tree_posix.h"

namespace requeue::files::posix {
namespace {

constexpr int fresh = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY;

// A file system that cannot promise not to replace says EINVAL; so does a move of a folder into itself.
tl::unexpected<Error> rename_failed(int number, bool into_itself, const Path& from, const Path& to) {
  const bool unable = number == ENOSYS || (number == EINVAL && !into_itself);
  Error error = error_of(unable ? ENOTSUP : number, "cannot rename a file", number == EEXIST ? to : from);
  if (unable) {
    error.why = "this file system has no rename that is sure not to replace another file";
    error.hint = "nothing was moved; use a folder on a local volume, or run this on the host that has it";
  } else if (number == EEXIST) {
    error.why = "a file of this name is there already";
  }
  return failure(std::move(error));
}

}  // namespace

Result<Place> PosixTree::below(const Relative& path, std::string_view what) const {
  if (!path.empty()) return at(path, what);
  return failure(Exit::failed, std::string(what), path_.string(), "it is the opened folder itself");
}

Result<std::unique_ptr<Writer>> PosixTree::create(const Relative& path, std::uint32_t mode) {
  const std::string what = "cannot create a file";
  REQUEUE_TRY(const Place place, below(path, what));
  Descriptor file(retried([&] { return ::openat(place.folder.number(), place.name.c_str(), fresh, mode); }));
  if (!file) return last_error(what, path_of(path));
  return make_writer(std::move(file), path_of(path));
}

Result<std::unique_ptr<Writer>> PosixTree::append(const Relative& path) {
  const std::string what = "cannot append to a file";
  REQUEUE_TRY(const Place place, below(path, what));
  auto file = open_file(place, O_WRONLY | O_APPEND, path_of(path), what);
  if (!file && file.error().cause == Cause::not_found) {
    file = Descriptor(
        retried([&] { return ::openat(place.folder.number(), place.name.c_str(), fresh | O_APPEND, 0600); }));
    if (!*file) return last_error(what, path_of(path));
  }
  if (!file) return failure(std::move(file.error()));
  return make_writer(std::move(*file), path_of(path));
}

Result<void> PosixTree::truncate(const Relative& path, std::uint64_t size) {
  const std::string what = "cannot shorten a file";
  REQUEUE_TRY(const Place place, below(path, what));
  REQUEUE_TRY(const Descriptor file, open_file(place, O_WRONLY, path_of(path), what));
  if (retried([&] { return ::ftruncate(file.number(), static_cast<off_t>(size)); }) != 0) {
    return last_error(what, path_of(path));
  }
  return flush_descriptor(file.number(), path_of(path), what);
}

Result<void> PosixTree::make_folder(const Relative& path, std::uint32_t mode) {
  const std::string what = "cannot make a folder";
  REQUEUE_TRY(const Place place, below(path, what));
  if (::mkdirat(place.folder.number(), place.name.c_str(), mode) != 0) return last_error(what, path_of(path));
  return {};
}

// Links and special files are nobody's mail and are never removed; that is decided here, below every caller.
Result<void> PosixTree::remove_file(const Relative& path) {
  const std::string what = "cannot remove a file";
  REQUEUE_TRY(const Place place, below(path, what));
  Status status;
  if (status_at(place.folder.number(), place.name, status) != 0) return last_error(what, path_of(path));
  if (status.kind == Kind::link) return link_refused(what, path_of(path));
  if (status.kind != Kind::file) {
    return failure(Exit::failed, what, path_of(path).string(), "it is not a regular file");
  }
  if (::unlinkat(place.folder.number(), place.name.c_str(), 0) != 0) return last_error(what, path_of(path));
  return {};
}

Result<void> PosixTree::remove_folder(const Relative& path) {
  const std::string what = "cannot remove a folder";
  REQUEUE_TRY(const Place place, below(path, what));
  Status status;
  if (status_at(place.folder.number(), place.name, status) != 0) return last_error(what, path_of(path));
  if (status.kind == Kind::link) return link_refused(what, path_of(path));
  if (::unlinkat(place.folder.number(), place.name.c_str(), AT_REMOVEDIR) != 0) return last_error(what, path_of(path));
  return {};
}

Result<void> PosixTree::rename(const Relative& from, const Relative& to) {
  const std::string what = "cannot rename a file";
  REQUEUE_TRY(const Place source, below(from, what));
  REQUEUE_TRY(const Place target, below(to, what));
  Status status;
  if (status_at(source.folder.number(), source.name, status) != 0) return last_error(what, path_of(from));
  if (status.kind == Kind::link) return link_refused(what, path_of(from));
  if (::renameat2(source.folder.number(), source.name.c_str(), target.folder.number(), target.name.c_str(),
                  RENAME_NOREPLACE) == 0) {
    return {};
  }
  const int number = errno;
  const bool into_itself = to.compare(0, from.size() + 1, from + "/") == 0;
  return rename_failed(number, into_itself, path_of(from), path_of(to));
}

Result<void> PosixTree::take_name(const Relative& from, const Relative& to) {
  auto renamed = rename(from, to);
  if (renamed || renamed.error().cause != Cause::not_supported) return renamed;
  const std::string what = "cannot give a file its name";
  REQUEUE_TRY(const Place source, below(from, what));
  REQUEUE_TRY(const Place target, below(to, what));
  if (::linkat(source.folder.number(), source.name.c_str(), target.folder.number(), target.name.c_str(), 0) != 0) {
    // FAT has no second names: then what the rename said is the better word.
    return errno == EEXIST ? rename_failed(EEXIST, false, path_of(from), path_of(to)) : std::move(renamed);
  }
  if (::unlinkat(source.folder.number(), source.name.c_str(), 0) != 0) return last_error(what, path_of(from));
  return {};
}

// Through the descriptor's own entry: what stands under the first name by now does not matter.
Result<void> PosixTree::create_link(Reader& opened, const Relative& path) {
  const std::string what = "cannot make a hard link";
  if (opened.native() < 0) return Tree::create_link(opened, path);
  REQUEUE_TRY(const Place place, below(path, what));
  const auto source = "/proc/self/fd/" + std::to_string(opened.native());
  if (::linkat(AT_FDCWD, source.c_str(), place.folder.number(), place.name.c_str(), AT_SYMLINK_FOLLOW) == 0) return {};
  // EPERM: the file system has none, or the kernel allows none to a file of somebody else's.
  const int number = errno;
  const bool unable = number == EPERM || number == EMLINK || number == ENOENT;
  Error error = error_of(unable ? ENOTSUP : number, what, path_of(path));
  if (unable) error.why = "this volume has no hard links, or allows none to this file";
  return failure(std::move(error));
}

Result<void> PosixTree::set_attributes(const Relative& path, const Attributes& attributes) {
  REQUEUE_TRY(const Place place, at(path, "cannot set times and rights"));
  return apply_attributes(place, attributes, path_of(path));
}

Result<void> PosixTree::write_stream(const Relative& path, const std::string& stream, ByteReader& bytes) {
  const std::string what = "cannot write an alternate stream";
  REQUEUE_TRY(const Place place, at(path, what));
  REQUEUE_TRY(const Descriptor file, open_either(place, path_of(path), what));
  return store_stream(file.number(), stream, bytes, path_of(path));
}

}  // namespace requeue::files::posix
