// Removing from the Mailroot what the snapshot holds, and nothing else.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "recovery/recovery.h"
#include "snapshot/bag.h"

namespace requeue::snapshot {

struct EmptyOptions {
  std::vector<std::string> keep;  // top folders, compared without case
  bool empty_mailbox = false;
  std::function<Result<bool>()> service_running;  // asked before each group and before `emptied`
  unsigned jobs = 1;                              // files removed at a time
};

// How many files of each top folder the snapshot holds; "" for those in the Mailroot itself.
using FilesPerFolder = std::map<std::string, std::uint64_t>;

struct Emptied {
  std::uint64_t files = 0;  // removed, in this and earlier runs
  std::uint64_t kept = 0;   // snapshot files that stay: keep, Mailbox, files in the Mailroot itself, left in place
  std::uint64_t newcomers = 0;
  FilesPerFolder folders;
  std::vector<std::string> named;  // newcomers, files left in place, gone: for the person, safe to show
};

// Before the first: `emptying`, flushed. A resumed one verifies the snapshot again from the disk first (the caller
// does).
Result<Emptied> empty(recovery::Recovery& recovery, files::Tree& mailroot, const EmptyOptions& options,
                      Watcher& watcher);

}  // namespace requeue::snapshot
