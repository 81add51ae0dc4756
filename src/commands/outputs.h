// Files that the operator asks for: never in place of the record, and never among the mail.
#pragma once

#include "commands/options.h"
#include "files/files.h"

namespace requeue::commands {

// A report, plan or log under a name of the record is refused (Exit::precondition): it would take the record's place.
// So is one in the Mailroot, a Pickup or a backup, given or recorded: the service would take it for mail.
Result<void> require_outputs_apart(files::Files& files, const Options& options);

}  // namespace requeue::commands
