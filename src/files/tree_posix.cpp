// Looking, and making last.
#include "files/tree_posix.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace requeue::files::posix {
namespace {

class FolderLock final : public Lock {
 public:
  explicit FolderLock(Descriptor folder) : folder_(std::move(folder)) {}

 private:
  Descriptor folder_;  // closing it gives the lock back, however the run ends
};

Result<std::string> read_link(const Place& place, const Path& path) {
  std::string target(256, '\0');
  for (;;) {
    const auto count = ::readlinkat(place.folder.number(), place.name.c_str(), target.data(), target.size());
    if (count < 0) return last_error("cannot read where a link points to", path);
    if (static_cast<std::size_t>(count) < target.size()) {
      target.resize(static_cast<std::size_t>(count));
      return target;
    }
    target.resize(target.size() * 2);
  }
}

// What nearly every file says, in one call and without opening it. False: look closer.
bool has_no_attribute(const Place& place) {
  const auto path = "/proc/self/fd/" + std::to_string(place.folder.number()) + '/' + place.name;
  return ::llistxattr(path.c_str(), nullptr, 0) == 0;
}

// Opened for passing through only, since it may not be listed.
bool is_passed_through(const Descriptor& folder) {
  return (::fcntl(folder.number(), F_GETFL) & O_PATH) != 0;
}

}  // namespace

std::shared_ptr<Tree> make_tree(Descriptor root, const Path& path) {
  return std::make_shared<PosixTree>(std::move(root), path);
}

Result<Status> PosixTree::status(const Relative& path) {
  const std::string what = "cannot look at a file";
  REQUEUE_TRY(const Place place, at(path, what));
  Status status;
  if (status_at(place.folder.number(), place.name, status) != 0) return last_error(what, path_of(path));
  return status;
}

Result<std::vector<Entry>> PosixTree::list(const Relative& folder) {
  const std::string what = "cannot list a folder";
  REQUEUE_TRY(const Place place, at(folder, what));
  REQUEUE_TRY(Descriptor open, open_folder(place, path_of(folder), what));
  return list_folder(std::move(open), path_of(folder));
}

Result<void> PosixTree::each(const Relative& folder, const std::function<void(const Entry&)>& visit) {
  const std::string what = "cannot list a folder";
  REQUEUE_TRY(const Place place, at(folder, what));
  REQUEUE_TRY(Descriptor open, open_folder(place, path_of(folder), what));
  return each_in_folder(std::move(open), path_of(folder), visit);
}

Result<std::string> PosixTree::link_target(const Relative& path) {
  REQUEUE_TRY(const Place place, at(path, "cannot read where a link points to"));
  return read_link(place, path_of(path));
}

Result<std::unique_ptr<Reader>> PosixTree::open(const Relative& path, CacheUse use) {
  const std::string what = "cannot open a file";
  REQUEUE_TRY(const Place place, at(path, what));
  if (use == CacheUse::past) return make_past_cache_reader(place, path_of(path), what);
  REQUEUE_TRY(Descriptor file, open_file(place, O_RDONLY, path_of(path), what));
  return make_reader(std::move(file), path_of(path));
}

Result<std::vector<Stream>> PosixTree::streams(const Relative& path) {
  const std::string what = "cannot list the alternate streams";
  REQUEUE_TRY(const Place place, at(path, what));
  Status status;
  if (status_at(place.folder.number(), place.name, status) != 0) return last_error(what, path_of(path));
  if (status.kind == Kind::special) return std::vector<Stream>();  // the kernel lets them have none
  if (status.kind != Kind::link && has_no_attribute(place)) return std::vector<Stream>();
  REQUEUE_TRY(const Descriptor file, open_either(place, path_of(path), what));
  return list_streams(file.number(), path_of(path));
}

Result<Seen> PosixTree::look(const Relative& path) {
  REQUEUE_TRY(const Place place, at(path, "cannot look at a file"));
  Seen seen;
  if (status_at(place.folder.number(), place.name, seen.status) != 0) {
    return last_error("cannot look at a file", path_of(path));
  }
  const bool may_have = seen.status.kind == Kind::file || seen.status.kind == Kind::folder;
  if (!may_have || has_no_attribute(place)) return seen;
  const std::string what = "cannot list the alternate streams";
  REQUEUE_TRY(const Descriptor file, open_either(place, path_of(path), what));
  REQUEUE_TRY(seen.streams, list_streams(file.number(), path_of(path)));
  return seen;
}

Result<std::unique_ptr<Reader>> PosixTree::open_stream(const Relative& path, const std::string& stream) {
  const std::string what = "cannot read an alternate stream";
  REQUEUE_TRY(const Place place, at(path, what));
  REQUEUE_TRY(const Descriptor file, open_either(place, path_of(path), what));
  return make_stream_reader(file.number(), stream, path_of(path));
}

// Of the folder for a file: a rename happens between folders, and overlays give files a device of their own.
Result<Volume> PosixTree::volume(const Relative& path) {
  REQUEUE_TRY(const Status found, status(path));
  const auto folder = found.kind == Kind::folder ? std::string_view(path) : parent_of(path);
  REQUEUE_TRY(const Descriptor open, enter(root_.number(), folder, *this, "cannot look at a volume"));
  return volume_of(open.number(), path_of(folder));
}

Result<void> PosixTree::check_access(const Relative& path, bool write) {
  const std::string what = write ? "cannot write here" : "cannot read here";
  REQUEUE_TRY(const Place place, at(path, what));
  Status status;
  if (status_at(place.folder.number(), place.name, status) != 0) return last_error(what, path_of(path));
  if (status.kind == Kind::link) return link_refused(what, path_of(path));
  const int wanted = R_OK | (write ? W_OK : 0) | (status.kind == Kind::folder ? X_OK : 0);
  const int flags = AT_EACCESS | AT_SYMLINK_NOFOLLOW;
  if (::faccessat(place.folder.number(), place.name.c_str(), wanted, flags) != 0) {
    return last_error(what, path_of(path));
  }
  return {};
}

Result<bool> PosixTree::is_released(const Relative& path) {
  REQUEUE_CHECK(status(path));
  return true;
}

Result<void> PosixTree::flush_file(const Relative& path) {
  const std::string what = "cannot flush a file";
  REQUEUE_TRY(const Place place, at(path, what));
  REQUEUE_TRY(const Descriptor file, open_file(place, O_RDONLY, path_of(path), what));
  return flush_descriptor(file.number(), path_of(path), what);
}

Result<void> PosixTree::flush_folder(const Relative& path) {
  const std::string what = "cannot flush a folder";
  REQUEUE_TRY(const Place place, at(path, what));
  REQUEUE_TRY(const Descriptor folder, open_folder(place, path_of(path), what));
  return flush_descriptor(folder.number(), path_of(path), what);
}

// A flush of one file makes the device write out its cache, and so does a flush of the volume: for more than a few
// files the latter is the cheaper one by far.
Result<void> PosixTree::flush_files(const std::vector<Relative>& paths) {
  constexpr std::size_t few = 8;
  return paths.size() <= few || is_passed_through(root_) ? Tree::flush_files(paths) : flush_all();
}

// On the handle that was opened first: the kernel tells each handle of the write errors since its own opening.
Result<void> PosixTree::flush_all() {
  if (is_passed_through(root_)) {
    auto error = error_of(EACCES, "cannot flush a volume", path_);
    error.why = "this account may pass through the folder, but not list it";
    error.hint =
        "What was written may not be kept yet. Give it the right to list the folder, then run the same command again.";
    return failure(std::move(error));
  }
  if (retried([&] { return ::syncfs(root_.number()); }) != 0) return last_error("cannot flush a volume", path_);
  return {};
}

Result<std::unique_ptr<Lock>> PosixTree::lock() {
  const std::string what = "cannot lock a folder";
  Descriptor folder(::openat(root_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return last_error(what, path_);
  if (retried([&] { return ::flock(folder.number(), LOCK_EX | LOCK_NB); }) == 0) {
    return std::make_unique<FolderLock>(std::move(folder));
  }
  if (errno != EWOULDBLOCK) return last_error(what, path_);
  return failure(Error{Exit::locked, Cause::busy, what, path_.string(), "another run works on this folder",
                       "wait until it has ended, then run the command again; nothing was changed"});
}

}  // namespace requeue::files::posix
