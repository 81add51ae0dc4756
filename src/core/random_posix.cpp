#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

#include "core/digest.h"
#include "core/text.h"

namespace requeue {

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  for (std::size_t at = 0; at < raw.size();) {
    const auto count = getrandom(raw.data() + at, raw.size() - at, 0);
    if (count < 0 && errno != EINTR) std::abort();  // no kernel that we run on lacks it
    if (count > 0) at += static_cast<std::size_t>(count);
  }
  return to_hex(raw);
}

}  // namespace requeue
