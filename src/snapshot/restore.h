// Putting files of the snapshot back: names, bytes, times, attributes, streams.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "recovery/recovery.h"
#include "snapshot/bag.h"

namespace requeue::snapshot {

struct RestoreOptions {
  std::vector<std::string> folders;  // top folders; empty: all
  // Into the Mailroot that the journal names: journaled, and `leave_out` is asked.
  bool recorded_mailroot = false;
  // Why this source is never put back there ("replayed", "in doubt", ...); nullopt: it may be. Given by replay's
  // ledger.
  std::function<std::optional<std::string>(const files::Relative& source)> leave_out;
  // Only these sources (restore --held); unset: all.
  std::function<bool(const files::Relative& source)> only;
};

struct Restored {
  std::uint64_t restored = 0;
  std::uint64_t present = 0;           // the same file already stands there
  std::vector<std::string> conflicts;  // a different file stands there: not overwritten
  std::vector<std::string> left_out;   // "path: why", safe to show
  bool damaged = false;                // one of them since its bytes in the snapshot are wrong: Exit::verification
};

// Each file is checked against its digest while it is copied; one that differs is left out (Exit::verification).
Result<Restored> restore(recovery::Recovery& recovery, files::Tree& target, const RestoreOptions& options,
                         Watcher& watcher);
// A plain copy into any other folder writes nothing to the journal and needs only a valid bag (`bag` is the folder that
// holds it): it works on a recovery folder whose journal is damaged.
Result<Restored> restore_plain(files::Tree& recovery_folder, files::Tree& target, const RestoreOptions& options,
                               Watcher& watcher);

}  // namespace requeue::snapshot
