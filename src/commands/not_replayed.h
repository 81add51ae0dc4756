// What was emptied from folders that no replay reads: Drop, Badmail, and whatever else stood there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "commands/context.h"
#include "recovery/recovery.h"

namespace requeue::commands {

// How many files of each top folder the snapshot holds; "" for those in the Mailroot itself.
using FolderCounts = std::map<std::string, std::uint64_t>;

// A line for each such folder, with the command that puts it back. files.jsonl is read for it; a damaged one gives no
// lines: it is told by the step that needs it.
std::vector<std::string> not_replayed_lines(const Context& context, recovery::Recovery& recovery);
// Printed; `folders`: what the emptying has just counted.
void tell_not_replayed(Context& context, recovery::Recovery& recovery, const FolderCounts& folders);

}  // namespace requeue::commands
