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
#include "snapshot/bag.h"

namespace requeue::report {

// The sources of handed-over files, as the bag has them: a byte for each account.
class KeptSources {
 public:
  explicit KeptSources(const Handovers& handovers) : handovers_(handovers) {}
  // Of a file that was not handed over nothing is kept.
  void see(const snapshot::Entry& entry);

  enum class Kept : unsigned char { none, same, other };  // other: its bytes are not those that the intent names
  [[nodiscard]] Kept of(std::uint32_t account) const { return account < kept_.size() ? kept_[account] : Kept::none; }
  // Below the bag.
  [[nodiscard]] files::Relative stored(std::uint32_t account) const;
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  static files::Relative usual_place(std::string_view source);

  const Handovers& handovers_;
  std::uint64_t count_ = 0;
  std::vector<Kept> kept_;                                      // by account
  std::unordered_map<std::uint32_t, files::Relative> unusual_;  // where its stored name is not its own
};

// The journal's `sealed` line.
struct SealLine {
  std::int64_t number = 0;
  std::string before;     // the hash of the line before it
  std::string signed_by;  // empty: not signed
};

// A line of messages.jsonl that the journal names.
struct NamedLine {
  std::int64_t by = 0;  // the first line of the journal that does
  bool found = false;   // messages.jsonl holds it
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
  std::string last_end;                 // the journal line with which the newest run ended; empty: it has not
  std::string newest_witness;           // `after` of the last line of messages.jsonl
  bool details_present = false;
  bool details_whole = true;           // no damage found in messages.jsonl
  DigestMap<NamedLine> details_named;  // lines of messages.jsonl, by their hash
  KeptSources kept{handovers};

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
