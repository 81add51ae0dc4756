#include <cerrno>
#include <system_error>

#include <unistd.h>

#include "core/text.h"
#include "files/posix.h"
#include "files/relative.h"

namespace requeue::files::posix {
namespace {

Cause cause_of(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return Cause::not_found;
    case EEXIST:
    case ENOTEMPTY:
      return Cause::exists;
    case EACCES:
    case EPERM:
      return Cause::denied;
    case EROFS:
      return Cause::write_protected;
    case EBUSY:
    case ETXTBSY:
    case EAGAIN:
      return Cause::busy;
    case ENOSPC:
    case EDQUOT:
      return Cause::no_space;
    case EIO:
      return Cause::io;
    case EMFILE:
    case ENFILE:
      return Cause::too_many_open;
    case ENOSYS:
    case ENOTSUP:
      return Cause::not_supported;
    case ELOOP:
      return Cause::is_link;
    case EXDEV:
      return Cause::cross_volume;
    case EINTR:
      return Cause::interrupted;
    default:
      return Cause::other;
  }
}

}  // namespace

// Linux releases the number even when close() reports EINTR or a late write error: closing again could hit a
// descriptor that another thread has just been given.
int Descriptor::close() {
  if (number_ < 0) return 0;
  const int result = ::close(std::exchange(number_, -1));
  return result == -1 && errno == EINTR ? 0 : result;
}

Error error_of(int number, std::string what, const Path& path) {
  const Cause cause = cause_of(number);
  return Error{
      Exit::failed,  cause, std::move(what), path.string(), ascii_lower(std::generic_category().message(number)),
      hint_of(cause)};
}

tl::unexpected<Error> last_error(std::string what, const Path& path) {
  const int number = errno;
  return failure(error_of(number, std::move(what), path));
}

tl::unexpected<Error> link_refused(std::string what, const Path& path) {
  Error error = error_of(ELOOP, std::move(what), path);
  error.why = "it is a link, or lies behind one";
  return failure(std::move(error));
}

}  // namespace requeue::files::posix
