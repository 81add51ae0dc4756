// The steps of an audit and what they share. Internal to this room.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "report/audit.h"
#include "report/handovers.h"
#include "report/tally.h"

namespace requeue::report {

// The source of a handed-over file, as the bag has it.
struct Kept {
  files::Relative stored;  // below the bag
  std::string sha256;
};

// The journal's `sealed` line.
struct SealLine {
  std::int64_t number = 0;
  std::string before;     // the hash of the line before it
  std::string signed_by;  // empty: not signed
};

struct AuditWork {
  AuditWork(files::Tree& folder, const AuditOptions& asked, Watcher& watching)
      : tree(folder), options(asked), watcher(watching) {}

  files::Tree& tree;
  const AuditOptions& options;
  Watcher& watcher;
  Audit result;
  std::size_t findings = 0;  // all of them; only the first are kept in words

  recovery::State state;
  replay::Ledger ledger;
  Handovers handovers;
  Tally tally;
  std::optional<SealLine> seal_line;
  std::vector<std::string> after_seal;  // the commands of later runs, each once
  bool details_present = false;
  bool details_whole = true;                                    // no damage found in messages.jsonl
  std::unordered_map<std::string, std::int64_t> details_named;  // hash -> first journal line that names it
  std::unordered_map<std::string, Kept> kept;                   // of committed sources, true bytes

  void find(std::string sentence);  // must be safe to show
  void find(const Error& error);    // as it stands, in one line
  void note(std::string sentence);
};

// Damage, and a link where a file of ours should be, are findings; anything else (interrupted, a disk that cannot be
// read, a schema from a later version) ends the audit, which then says nothing about the record.
bool ends_audit(const Error& error);
Result<void> check_stop(const Watcher& watcher);

// In this order. Each error is one that ends the audit.
Result<void> audit_chain(AuditWork& work);
Result<void> audit_bag(AuditWork& work);
Result<void> audit_balance(AuditWork& work);
Result<void> audit_seal(AuditWork& work);
Result<void> audit_details(AuditWork& work);  // messages.jsonl, and with it every handed-over file derived again

}  // namespace requeue::report
