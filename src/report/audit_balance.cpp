#include "core/text.h"
#include "report/audit_work.h"
#include "report/selection.h"
#include "snapshot/bag.h"

namespace requeue::report {
namespace {

struct Recount {
  replay::Counts now;
  std::uint64_t found_then = 0;     // by the folders of the newest replay that said how it ended
  std::uint64_t decided_known = 0;  // messages of the ledger that the bag holds
};

// A header block cannot be looked at any more once the payload is destroyed; what was decided on was a message.
bool counts_as_message(AuditWork& work, const snapshot::Entry& entry, const std::set<std::string>& folders,
                       bool decided) {
  if (!work.state.payload_destroyed()) return is_message(work.tree, entry, folders);
  const auto selected = select(entry.source, folders);
  return selected == Selected::yes || (selected == Selected::if_header && decided);
}

// The rules select, the journal decides; what the journal does not know is pending.
void count_entry(AuditWork& work, const snapshot::Entry& entry, Recount& recount) {
  const auto* standing = work.ledger.find(entry.source);
  if (standing != nullptr) ++recount.decided_known;
  const auto& stated = work.tally.stated();
  const bool decided = standing != nullptr;
  if (!counts_as_message(work, entry, work.state.replayed_folders, decided)) {
    if (standing == nullptr) return;
    work.find("journal.jsonl decides on " + printable(entry.source) +
              ", which is no message by the rules for folders and names: its counts cannot be right.");
    return;
  }
  ++recount.now.found;
  if (stated && counts_as_message(work, entry, stated->replayed_folders, decided)) ++recount.found_then;
  ++counter(recount.now, standing == nullptr ? replay::Disposition::pending : standing->disposition);
}

Result<Recount> recount_bag(AuditWork& work) {
  Recount recount;
  const auto visit = [&](const snapshot::Entry& entry) -> Result<void> {
    REQUEUE_CHECK(check_stop(work.watcher));
    if (entry.status.kind != files::Kind::file) return {};
    work.kept.see(entry);
    count_entry(work, entry, recount);
    return {};
  };
  const auto read = snapshot::read_entries(work.tree, visit, work.options.jobs);
  if (read) return recount;
  if (ends_audit(read.error())) return failure(read.error());
  work.find(read.error());
  return recount;
}

bool unknown_sources(AuditWork& work, const Recount& recount) {
  const auto known = std::uint64_t{work.ledger.size()};
  if (known <= recount.decided_known) return false;
  work.find("journal.jsonl decides on " + std::to_string(known - recount.decided_known) +
            " messages that the snapshot's files.jsonl does not hold.");
  return true;
}

// What the newest replay said it had come to, against the journal up to that very line and the bag.
bool differs_from_stated(AuditWork& work, const Recount& recount) {
  if (!work.tally.stated()) return false;
  const auto& stated = *work.tally.stated();
  bool differs = false;
  for (const auto& [key, value] : named_counts(stated.counted, recount.found_then)) {
    const auto said = integer_of(stated.counts, key, -1);
    if (said < 0 || static_cast<std::uint64_t>(said) == value) continue;
    differs = true;
    work.find("journal.jsonl line " + std::to_string(stated.line) + " states " + key + " " + std::to_string(said) +
              ", but counted from the snapshot and the journal it is " + std::to_string(value) + ".");
  }
  return differs;
}

void tell_procedure(AuditWork& work) {
  if (!work.state.emptied) {
    work.note("The Mailroot was not emptied yet: every message counts as pending, and none can be replayed.");
  }
  if (const auto refused = work.state.refused_recipients; refused != 0) {
    work.note(std::to_string(refused) +
              " recipients were refused by an SMTP server, of messages that count as replayed since the others were "
              "taken: report --jsonl names them.");
  }
  const auto open = work.ledger.open_intents().size();
  if (open == 0) return;
  if (recovery::is_at_work(work.tree)) {
    work.note(
        std::to_string(open) +
        " hand-overs are begun and not settled: a run works on this recovery folder now. They are counted as last "
        "decided; audit again when it has ended.");
  } else {
    work.note(std::to_string(open) +
              " hand-overs were begun and not settled (a replay was killed); they are counted as last decided. Run "
              "replay again: it settles them before anything is sent.");
  }
}

}  // namespace

Result<void> audit_balance(AuditWork& work) {
  if (!work.state.snapshot) {
    work.result.balanced = work.ledger.size() == 0 && work.findings == 0;
    return {};
  }
  work.watcher.phase("audit: balance", work.state.snapshot->files, 0);
  REQUEUE_TRY(const auto recount, recount_bag(work));
  work.result.balance = recount.now;
  const bool unknown = unknown_sources(work, recount);
  const bool differs = differs_from_stated(work, recount);
  work.result.balanced = recount.now.balanced() && !unknown && !differs;
  tell_procedure(work);
  return {};
}

}  // namespace requeue::report
