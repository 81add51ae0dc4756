#include <cerrno>
#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/filesystem/operations.hpp>

#include "core/text.h"
#include "files/named_posix.h"
#include "files/posix.h"

namespace requeue::files {
namespace {

using posix::Descriptor;

// Errors of opening come before anything was touched.
tl::unexpected<Error> refused(Error error) {
  error.exit = Exit::precondition;
  return failure(std::move(error));
}

Result<Path> resolved(const Path& path) {
  boost::system::error_code error;
  const std::string what = "cannot tell which folder this path means";
  if (path.empty()) return failure(Exit::precondition, what, {}, "the path is empty");
  const Path absolute = boost::filesystem::system_complete(path, error);
  if (error) return refused(posix::error_of(error.value(), what, path));
  Path whole = boost::filesystem::weakly_canonical(absolute, error);
  if (error) return refused(posix::error_of(error.value(), what, path));
  // "folder/" means the folder, not a nameless thing in it.
  while (whole.has_relative_path() && (whole.filename() == "." || whole.filename() == "/")) whole = whole.parent_path();
  return whole;
}

constexpr int pass_through = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// The made folder's name must last as long as what is kept in it.
bool make_lasting(int parent, const std::string& name) {
  if (::mkdirat(parent, name.c_str(), 0700) != 0 && errno != EEXIST) return false;
  const Descriptor readable(::openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return !readable || posix::flush_descriptor(readable.number(), {}, {}).has_value();
}

// From the root, one name at a time: the path was resolved, so a link that is met now was put there since.
Result<Descriptor> descend(const Path& path, bool make, const std::string& what) {
  Descriptor folder(::open("/", pass_through));
  if (!folder) return refused(posix::error_of(errno, what, "/"));
  for (const auto& part : path.relative_path()) {
    const std::string name = part.string();
    Descriptor next(::openat(folder.number(), name.c_str(), pass_through));
    if (!next && errno == ENOENT && make && make_lasting(folder.number(), name)) {
      next = Descriptor(::openat(folder.number(), name.c_str(), pass_through));
    }
    if (!next) return refused(posix::error_of(errno, what, path));
    folder = std::move(next);
  }
  return folder;
}

Result<std::shared_ptr<Tree>> open_tree(const Path& named, bool make) {
  const std::string what = make ? "cannot open or make a folder" : "cannot open a folder";
  REQUEUE_TRY(const Path path, resolved(named));
  auto folder = descend(path, make, what);
  if (!folder) {
    // A file in the folder's place is another mistake than a name that is not there.
    boost::system::error_code ignored;
    const auto kind = boost::filesystem::symlink_status(path, ignored).type();
    if (folder.error().cause == Cause::not_found && kind != boost::filesystem::file_not_found) {
      folder.error().cause = Cause::other;
      folder.error().why = "it is not a folder";
    }
    return failure(std::move(folder.error()));
  }
  // A readable handle is told of write errors by flush_all; a folder that may only be passed through has none.
  Descriptor readable(::openat(folder->number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!readable && errno != EACCES) return posix::last_error(what, path);
  return posix::make_tree(readable ? std::move(readable) : std::move(*folder), path);
}

class PosixFiles final : public Files {
 public:
  Result<std::shared_ptr<Tree>> open(const Path& path) override { return open_tree(path, false); }
  Result<std::shared_ptr<Tree>> open_or_make(const Path& path) override { return open_tree(path, true); }
  Result<Path> resolve(const Path& path) override { return resolved(path); }
  Result<std::string> read_named(const Path& path, std::uint64_t limit) override {
    return posix::read_named_file(path, limit);
  }
  Result<std::unique_ptr<Writer>> write_named(const Path& path) override {
    REQUEUE_TRY(const Path whole, resolved(path));
    return posix::write_named_file(whole);
  }
  std::optional<std::string> boot() override {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    if (!std::getline(file, id) || trim(id).empty()) return std::nullopt;
    return std::string(trim(id));
  }
};

}  // namespace

std::unique_ptr<Files> real_files() {
  return std::make_unique<PosixFiles>();
}

}  // namespace requeue::files
