// Files that the operator asks for: never in place of the record.
#pragma once

#include "commands/options.h"
#include "files/files.h"

namespace requeue::commands {

// A report, plan or log under a name of the record is refused (Exit::precondition): it would take the record's place.
Result<void> require_outputs_apart(files::Files& files, const Options& options);

}  // namespace requeue::commands
