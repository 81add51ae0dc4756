// What the operating system says of where and as whom a run happens: for the `run` event, for the auditor.
#pragma once

#include <string>

namespace requeue::recovery {

struct Host {
  std::string name;
  std::string os;
  std::string account;     // as the system knows it, not as anybody states it
  std::string utc_offset;  // "+01:00", so that the UTC times can be read beside the server's logs
};

// Never fails: what cannot be told is empty. Bytes as the system has them.
Host this_host();

// Minutes east of UTC as "+hh:mm".
std::string to_utc_offset(long minutes);

}  // namespace requeue::recovery
