// The record checked again, from its own files alone: bag, chain, balance, and every handed-over file derived anew.
#pragma once

#include <string>
#include <vector>

#include "recovery/recovery.h"
#include "replay/ledger.h"
#include "replay/plan.h"

namespace requeue::report {

struct AuditOptions {
  std::vector<std::string> expect_heads;  // each must be the hash of some line
};

struct HeadFound {
  std::string hash;
  bool found = false;
  std::int64_t following = 0;  // lines after it
};

struct Audit {
  bool bag_complete = false, bag_valid = false;
  std::string level;  // "disk" or "cache"; empty: the payload was not read
  std::int64_t records = 0;
  bool unbroken = false;
  std::string head;
  replay::Counts balance;
  bool balanced = false;
  std::uint64_t checked = 0, different = 0;  // handed-over files re-derived
  std::vector<HeadFound> heads;
  std::vector<std::string> findings;  // one sentence each, with line, file and meaning; safe to show
  std::vector<std::string> notes;     // what the record cannot say, or says of an unfinished procedure; no failure
  Exit exit = Exit::done;
};

// Opens the folder itself: a broken chain is a finding (unbroken false, Exit::verification), not a refusal. Writes
// nothing and needs no lock; beside a run that writes, what that run is writing just now may be missing from it.
Result<Audit> audit(files::Files& files, const files::Path& recovery, const AuditOptions& options, Watcher& watcher);

}  // namespace requeue::report
