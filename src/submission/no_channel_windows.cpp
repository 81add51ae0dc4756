// There is no libcurl for these compilers among the packages that this is built with.
#include "submission/channel.h"

namespace requeue::submission {

bool is_built_in() {
  return false;
}

Result<std::unique_ptr<Channel>> open_channel(const Server& server) {
  return failure(Exit::usage, "this build of requeue cannot send by SMTP", to_string(server),
                 "the Windows programs have no SMTP in them",
                 "Nothing was sent. Copy the recovery folder to a Linux host and send from there, and never use both "
                 "copies; or replay into Pickup.");
}

}  // namespace requeue::submission
