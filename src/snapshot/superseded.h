// An earlier snapshot that is taken anew: a sealed one is never erased, an unsealed one was never one.
#pragma once

#include <string>
#include <vector>

#include "core/progress.h"
#include "files/files.h"

namespace requeue::snapshot {

// Makes room for a new snapshot/: an unsealed one is removed (no link is followed), a sealed one becomes superseded/N.
Result<void> move_aside(files::Tree& recovery);

// After the new one is sealed: what it holds too, with the same source and bytes, goes from superseded/; what remains
// is returned, as paths below the recovery folder (escape_bytes).
Result<std::vector<std::string>> prune_superseded(files::Tree& recovery);

}  // namespace requeue::snapshot
