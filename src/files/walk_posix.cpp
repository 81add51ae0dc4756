// How a relative path becomes an open folder and a name in it, without a link being followed on the way.
#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files/posix.h"
#include "files/relative.h"

namespace requeue::files::posix {
namespace {

constexpr int pass_through = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// The kernel's own walk: one call however deep. Old kernels, sandboxes and paths over PATH_MAX cannot; the caller then
// walks by itself, and finds the words for a failure as well.
Descriptor enter_at_once(int root, const std::string& relative) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return Descriptor(static_cast<int>(::syscall(SYS_openat2, root, relative.c_str(), &how, sizeof how)));
}

// ENOTDIR is what the kernel says both for a file and for a link in place of a folder.
tl::unexpected<Error> no_folder(int folder, const std::string& name, int number, const Path& path,
                                std::string_view what) {
  struct stat found {};
  const bool seen = ::fstatat(folder, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0;
  if (seen && S_ISLNK(found.st_mode)) return link_refused(std::string(what), path);
  return failure(error_of(number, std::string(what), path));
}

Result<Descriptor> enter_step_by_step(int root, std::string_view relative, const Tree& tree, std::string_view what) {
  Descriptor folder(::openat(root, ".", pass_through));
  if (!folder) return last_error(std::string(what), tree.path());
  for (const auto part : components(relative)) {
    const std::string name(part);
    Descriptor next(::openat(folder.number(), name.c_str(), pass_through));
    if (!next) {
      const int number = errno;
      const auto length = static_cast<std::size_t>(part.data() + part.size() - relative.data());
      return no_folder(folder.number(), name, number, tree.path_of(relative.substr(0, length)), what);
    }
    folder = std::move(next);
  }
  return folder;
}

tl::unexpected<Error> unsafe(const Relative& relative, const Tree& tree, std::string_view what) {
  return failure(Exit::failed, std::string(what), tree.path_of(relative).string(),
                 "the path has an empty, '.' or '..' component, and could lead out of its folder");
}

}  // namespace

Result<Descriptor> enter(int root, std::string_view relative, const Tree& tree, std::string_view what) {
  const Relative path(relative);
  if (!is_safe(path)) return unsafe(path, tree, what);
  if (Descriptor folder = enter_at_once(root, path.empty() ? "." : path); folder) return folder;
  return enter_step_by_step(root, relative, tree, what);
}

Result<Place> locate(int root, const Relative& relative, const Tree& tree, std::string_view what) {
  if (!is_safe(relative)) return unsafe(relative, tree, what);
  REQUEUE_TRY(Descriptor folder, enter(root, parent_of(relative), tree, what));
  return Place{std::move(folder), relative.empty() ? "." : std::string(name_of(relative))};
}

}  // namespace requeue::files::posix
