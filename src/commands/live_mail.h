// For an adopted snapshot: what stands in the live Queue and Pickup now. Nobody recorded what a person left there, so a
// file with the same name or bytes makes the message `left_in_place`.
#pragma once

#include <string>

#include "files/files.h"
#include "replay/plan.h"

namespace requeue::commands {

// `mailroot` may be null, `pickup` empty. Files that requeue wrote itself (names with `id`) do not count.
Result<replay::LiveMail> live_mail(files::Files& files, files::Tree* mailroot, const std::string& pickup,
                                   const std::string& id);

}  // namespace requeue::commands
