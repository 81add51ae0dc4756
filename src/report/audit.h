// The record checked again, from its own files alone: bag, chain, balance, and every handed-over file derived anew.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recovery/recovery.h"
#include "replay/ledger.h"
#include "replay/plan.h"
#include "seal/minisign.h"

namespace requeue::report {

struct AuditOptions {
  std::vector<std::string> expect_heads;      // each must be the hash of some line
  bool quick = false;                         // payload is listed, not read; no handed-over file is derived again
  std::optional<seal::PublicKey> public_key;  // the seal's signature is checked with it, and must be there
  unsigned jobs = 1;                          // files that are read at a time
};

struct HeadFound {
  std::string hash;
  bool found = false;
  std::int64_t following = 0;  // lines after it
};

struct Sealed {
  std::int64_t line = 0;       // of the journal
  bool valid = false;          // seal.json as recorded, its counts right, its signature not found wrong
  std::string signature;       // "good", "bad", "unchecked" (no key was given), "none"
  std::string signed_by;       // the key's name, of a signature that was read
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
  std::optional<Sealed> seal;
  std::int64_t destroyed_by = 0;      // the line of the disposal; 0: the payload is there
  std::vector<std::string> findings;  // one sentence each, with line, file and meaning; safe to show
  std::vector<std::string> notes;     // what the record cannot say, or says of an unfinished procedure; no failure
  Exit exit = Exit::done;
};

// Opens the folder itself: a broken chain is a finding (unbroken false, Exit::verification), not a refusal. Writes
// nothing and needs no lock; beside a run that writes, what that run is writing just now may be missing from it.
Result<Audit> audit(files::Files& files, const files::Path& recovery, const AuditOptions& options, Watcher& watcher);

}  // namespace requeue::report
