// What was emptied from folders that no replay reads: Drop, Badmail, and whatever else stood there.
#pragma once

#include <string>
#include <vector>

#include "commands/context.h"
#include "recovery/recovery.h"
#include "snapshot/empty.h"

namespace requeue::commands {

// A line for each such folder, with the command that puts it back. files.jsonl is read for it; a damaged one gives no
// lines: it is told by the step that needs it.
std::vector<std::string> not_replayed_lines(const Context& context, recovery::Recovery& recovery);
// Printed; `folders`: what the emptying has just counted.
void tell_not_replayed(Context& context, recovery::Recovery& recovery, const snapshot::FilesPerFolder& folders);

}  // namespace requeue::commands
