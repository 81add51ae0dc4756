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

// No link in place of Queue or Pickup (Exit::precondition): what stands behind it would be looked at by nobody, and
// sent twice.
Result<void> require_no_linked_mail(files::Tree& mailroot);

}  // namespace requeue::commands
