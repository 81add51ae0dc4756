#include <utility>

#include "core/text.h"
#include "report/audit_work.h"
#include "report/by_details.h"
#include "report/rederive.h"

namespace requeue::report {
namespace {

// Each line once, in the order of the file: an envelope is used where it is met, and none is kept.
Result<void> read_lines(AuditWork& work, Rederiving& rederiving) {
  const ByDetails wanted(work.handovers.accounts(), [](const Account& account) {
    return account.committed ? &account.committed->details : nullptr;
  });
  const auto visit = [&](const std::string& hash, const Json& line) -> Result<void> {
    REQUEUE_CHECK(check_stop(work.watcher));
    const auto digest = replay::digest_of(hash);
    auto* const named = work.details_named.find(digest);
    // A line that stands there twice is the same envelope, and what it was needed for is done.
    if (named == nullptr || std::exchange(named->found, true) || work.options.quick) return {};
    for (const auto account : wanted.find(digest)) REQUEUE_CHECK(rederiving.add(account, &line));
    return {};
  };
  const auto read = journal::read_details(work.tree, visit);
  REQUEUE_CHECK(rederiving.finish());
  if (read) return {};
  if (ends_audit(read.error())) return failure(read.error());
  if (work.details_whole) work.find(read.error());  // else it was found while the journal was read
  work.details_whole = false;
  return {};
}

void tell_missing_lines(AuditWork& work) {
  for (const auto& [hash, line] : work.details_named) {
    if (line.found) continue;
    work.find("journal.jsonl line " + std::to_string(line.by) + " names a line of messages.jsonl (" + to_hex(hash) +
              ") that messages.jsonl does not hold: it was changed or removed.");
  }
}

void tell_missing_file(AuditWork& work) {
  if (work.details_named.empty()) return;
  work.find("messages.jsonl is gone, though journal.jsonl names " + std::to_string(work.details_named.size()) +
            " lines of it and records no disposal.");
}

// It was met in messages.jsonl, and the file derived again with it; or it is told as missing.
bool has_line(const AuditWork& work, const Handover& handover) {
  if (!is_set(handover.details) || !work.details_present) return false;
  const auto* const named = work.details_named.find(handover.details);
  return named == nullptr || named->found;
}

// What is left has no envelope any more; a file that was handed back byte for byte needs none.
Result<void> rederive_rest(AuditWork& work, Rederiving& rederiving) {
  std::uint64_t unknown = 0;
  std::uint32_t place = 0;
  for (const auto& [source, account] : work.handovers.accounts()) {
    const auto here = place++;
    if (!account.committed || has_line(work, *account.committed)) continue;
    REQUEUE_CHECK(check_stop(work.watcher));
    if (needs_envelope(*account.committed))
      ++unknown;
    else
      REQUEUE_CHECK(rederiving.add(here, nullptr));
  }
  if (unknown > 0) {
    work.note(std::to_string(unknown) +
              " handed-over files cannot be derived again, because their envelopes are no longer known.");
  }
  return {};
}

}  // namespace

Result<void> audit_details(AuditWork& work) {
  if (work.state.payload_destroyed()) return {};  // told with the bag
  work.watcher.phase("audit: handed-over files", work.kept.count(), 0);
  Rederiving rederiving(work);
  REQUEUE_CHECK(read_lines(work, rederiving));
  if (!work.options.quick) REQUEUE_CHECK(rederive_rest(work, rederiving));
  REQUEUE_CHECK(rederiving.finish());
  // After a break in either file the missing lines are the same finding again.
  if (!work.details_present)
    tell_missing_file(work);
  else if (work.details_whole)
    tell_missing_lines(work);
  return {};
}

}  // namespace requeue::report
