// Looking, and making last.
#include "files/tree_windows.h"
#include "core/digest.h"
#include "core/wide_windows.h"
#include "files/relative.h"

namespace requeue::files::nt {
namespace {

// Two runs on one folder meet under a name that its identity gives, whatever path led to it. The name goes with the
// last handle, however the run ends, and nothing stands on the disk.
class FolderLock final : public Lock {
 public:
  explicit FolderLock(Handle handle) : handle_(std::move(handle)) {}

 private:
  Handle handle_;
};

tl::unexpected<Error> locked(const Path& path) {
  return failure(Error{Exit::locked, Cause::busy, "cannot lock a folder", text_of(path),
                       "another run works on this folder",
                       "wait until it has ended, then run the command again; nothing was changed"});
}

}  // namespace

std::shared_ptr<Tree> make_tree(Handle root, const Path& path) {
  return std::make_shared<NtTree>(std::move(root), path);
}

Result<Handle> NtTree::leaf(const Relative& path, ACCESS_MASK access, Expect expect, std::string_view what) const {
  REQUEUE_TRY(const Place place, at(path, what));
  Manner manner;
  manner.access = access;
  return open_leaf(place, manner, expect, path_of(path), what);
}

Result<Status> NtTree::status(const Relative& path) {
  constexpr std::string_view what = "cannot look at a file";
  REQUEUE_TRY(const Place place, at(path, what));
  Handle handle;
  if (const auto opened = open_at(place.folder, place.name, {}, handle); opened < 0) {
    return status_error(opened, what, path_of(path));
  }
  return status_of(handle.get(), path_of(path));
}

Result<std::vector<Entry>> NtTree::list(const Relative& folder) {
  REQUEUE_TRY(const Handle handle, leaf(folder, FILE_LIST_DIRECTORY, Expect::folder, "cannot list a folder"));
  return list_folder(handle.get(), path_of(folder));
}

Result<void> NtTree::each(const Relative& folder, const std::function<void(const Entry&)>& visit) {
  REQUEUE_TRY(const Handle handle, leaf(folder, FILE_LIST_DIRECTORY, Expect::folder, "cannot list a folder"));
  return each_in_folder(handle.get(), path_of(folder), visit);
}

Result<std::string> NtTree::link_target(const Relative& path) {
  constexpr std::string_view what = "cannot read where a link points to";
  REQUEUE_TRY(const Place place, at(path, what));
  Handle handle;
  if (const auto opened = open_at(place.folder, place.name, {}, handle); opened < 0) {
    return status_error(opened, what, path_of(path));
  }
  return read_link(handle.get(), path_of(path));
}

Result<std::unique_ptr<Reader>> NtTree::open(const Relative& path, CacheUse use) {
  constexpr std::string_view what = "cannot open a file";
  if (use == CacheUse::past) {
    REQUEUE_TRY(const Place place, at(path, what));
    return make_past_cache_reader(place, path_of(path), what);
  }
  REQUEUE_TRY(Handle file, leaf(path, FILE_READ_DATA, Expect::file, what));
  return make_reader(std::move(file), path_of(path));
}

Result<Volume> NtTree::volume(const Relative& path) {
  REQUEUE_TRY(const Handle handle, leaf(path, to_look, Expect::either, "cannot look at a volume"));
  return volume_of(handle.get(), path_of(path));
}

Result<void> NtTree::check_access(const Relative& path, bool write) {
  const std::string what = write ? "cannot write here" : "cannot read here";
  REQUEUE_TRY(const Status found, status(path));
  if (found.kind == Kind::link) return link_refused(what, path_of(path));
  // FILE_READ_DATA and FILE_LIST_DIRECTORY are one bit, as are writing data and adding a file. A read-only file
  // refuses to be written, but can be removed once the mark is taken off.
  ACCESS_MASK access = FILE_READ_DATA;
  const bool read_only = (found.attributes & FILE_ATTRIBUTE_READONLY) != 0 && found.kind == Kind::file;
  if (write) access |= read_only ? FILE_WRITE_ATTRIBUTES | DELETE : FILE_WRITE_DATA | FILE_APPEND_DATA;
  REQUEUE_CHECK(leaf(path, access, Expect::either, what));
  return {};
}

// Opened without sharing: it fails while anybody has the file open.
Result<bool> NtTree::is_released(const Relative& path) {
  constexpr std::string_view what = "cannot tell whether a file is in use";
  REQUEUE_TRY(const Place place, at(path, what));
  Manner manner;
  manner.access = FILE_READ_DATA;
  manner.share = 0;
  const auto opened = open_leaf(place, manner, Expect::file, path_of(path), what);
  if (opened) return true;
  if (opened.error().cause == Cause::busy) return false;
  return failure(opened.error());
}

Result<void> NtTree::flush_file(const Relative& path) {
  constexpr std::string_view what = "cannot flush a file";
  REQUEUE_TRY(const Handle file, leaf(path, FILE_WRITE_DATA, Expect::file, what));
  return flush_handle(file.get(), what, path_of(path));
}

Result<void> NtTree::flush_folder(const Relative& path) {
  constexpr std::string_view what = "cannot flush a folder";
  REQUEUE_TRY(const Handle folder, leaf(path, FILE_ADD_FILE, Expect::folder, what));
  return flush_handle(folder.get(), what, path_of(path));
}

Result<void> NtTree::flush_all() {
  return flush_tree(root_.get(), path_);
}

Result<std::unique_ptr<Lock>> NtTree::lock() {
  constexpr std::string_view what = "cannot lock a folder";
  REQUEUE_TRY(const Status found, status(""));
  const auto name =
      "Global\\requeue-" + std::to_string(found.identity.volume) + "-" + std::to_string(found.identity.file);
  Handle handle(CreateMutexW(nullptr, FALSE, wide(name).c_str()));
  const DWORD number = GetLastError();
  // Another account's lock cannot even be opened.
  if ((handle && number == ERROR_ALREADY_EXISTS) || (!handle && number == ERROR_ACCESS_DENIED)) return locked(path_);
  if (!handle) return failure(error_of(number, std::string(what), path_));
  return std::make_unique<FolderLock>(std::move(handle));
}

}  // namespace requeue::files::nt
