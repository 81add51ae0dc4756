// The end of personal data: payload, streams, superseded snapshots, derived files and messages.jsonl removed. Journal
// and the bag's tag files stay.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/progress.h"
#include "files/files.h"

namespace requeue::snapshot {

// Removed, not overwritten: what the disk, its journal or a backup still hold is not ours to reach. No link is
// followed. May be cut short and called again. Returns how many files were removed now; flushed before it returns.
Result<std::uint64_t> destroy_payload(files::Tree& recovery, Watcher& watcher);

// Whether a file still stands where destroy_payload removes: a path below the recovery folder (escape_bytes), or empty.
Result<std::string> payload_left(files::Tree& recovery);

// Files below superseded/N/data, which no replay reads: paths below the recovery folder (escape_bytes).
Result<std::vector<std::string>> superseded_files(files::Tree& recovery);

}  // namespace requeue::snapshot
