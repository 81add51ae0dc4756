#include "standin/platform.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace standin {

bool is_being_written(const boost::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return true;
  // The kernel refuses a read lease while a writer has the file open: cheaper than looking through /proc. A writer that
  // comes while we hold it would have us signalled, and SIGIO ends a process that does not expect it.
  signal(SIGIO, SIG_IGN);
  const bool refused = fcntl(descriptor, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
  if (!refused) fcntl(descriptor, F_SETLEASE, F_UNLCK);
  close(descriptor);
  return refused;
}

bool same_volume(const boost::filesystem::path& a, const boost::filesystem::path& b) {
  struct stat first {};
  struct stat second {};
  return stat(a.c_str(), &first) == 0 && stat(b.c_str(), &second) == 0 && first.st_dev == second.st_dev;
}

}  // namespace standin
