#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/posix.h"

namespace requeue::files::posix {
namespace {

constexpr auto nobody = static_cast<uid_t>(-1);  // for chown: leave as it is

int set_owner(const Place& place, const Attributes& attributes) {
  if (!attributes.owner && !attributes.group) return 0;
  const int result = ::fchownat(place.folder.number(), place.name.c_str(), attributes.owner.value_or(nobody),
                                attributes.group.value_or(nobody), AT_SYMLINK_NOFOLLOW);
  // Only root can give files away; for anyone else the file being theirs is what they expect.
  return result == -1 && errno == EPERM && ::geteuid() != 0 ? 0 : result;
}

int set_mode(const Place& place, const Attributes& attributes) {
  if (!attributes.mode) return 0;
  return ::fchmodat(place.folder.number(), place.name.c_str(), *attributes.mode & 07777U, AT_SYMLINK_NOFOLLOW);
}

int set_times(const Place& place, const Attributes& attributes) {
  if (!attributes.written) return 0;
  timespec times[2]{};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = attributes.written->seconds;
  times[1].tv_nsec = attributes.written->nanoseconds;
  return ::utimensat(place.folder.number(), place.name.c_str(), times, AT_SYMLINK_NOFOLLOW);
}

}  // namespace

// The owner first: changing it clears set-user-id bits of the mode.
Result<void> apply_attributes(const Place& place, const Attributes& attributes, const Path& path) {
  Status status;
  if (status_at(place.folder.number(), place.name, status) != 0) {
    return last_error("cannot set times and rights", path);
  }
  if (status.kind == Kind::link) return link_refused("cannot set times and rights", path);
  if (set_owner(place, attributes) != 0) return last_error("cannot set the owner", path);
  if (set_mode(place, attributes) != 0) return last_error("cannot set the rights", path);
  if (set_times(place, attributes) != 0) return last_error("cannot set the times", path);
  return {};
}

}  // namespace requeue::files::posix
