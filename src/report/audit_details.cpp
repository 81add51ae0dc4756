#include "core/text.h"
#include "report/audit_work.h"
#include "report/rederive.h"

namespace requeue::report {
namespace {

// Details hash -> sources of hand-overs: one each, but a forged intent may name the line of another.
using Wanted = std::unordered_multimap<std::string, std::string>;

Wanted wanted_envelopes(const AuditWork& work) {
  Wanted wanted;
  for (const auto& [source, account] : work.handovers.accounts()) {
    if (account.committed && !account.committed->details.empty()) wanted.emplace(account.committed->details, source);
  }
  return wanted;
}

// Each line once, in the order of the file: an envelope is used where it is met, and none is kept.
Result<void> read_lines(AuditWork& work, Wanted& wanted, Rederiving& rederiving) {
  const auto visit = [&](const std::string& hash, const Json& line) -> Result<void> {
    REQUEUE_CHECK(check_stop(work.watcher));
    work.details_named.erase(hash);
    const auto [first, last] = wanted.equal_range(hash);
    for (auto each = first; each != last && !work.options.quick; ++each)
      REQUEUE_CHECK(rederiving.add(each->second, &line));
    wanted.erase(first, last);
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
    work.find("journal.jsonl line " + std::to_string(line) + " names a line of messages.jsonl (" + printable(hash) +
              ") that messages.jsonl does not hold: it was changed or removed.");
  }
}

void tell_missing_file(AuditWork& work) {
  if (work.details_named.empty()) return;
  work.find("messages.jsonl is gone, though journal.jsonl names " + std::to_string(work.details_named.size()) +
            " lines of it and records no disposal.");
}

// What is left has no envelope any more; a file that was handed back byte for byte needs none.
Result<void> rederive_rest(AuditWork& work, Rederiving& rederiving) {
  std::uint64_t unknown = 0;
  for (const auto& [source, account] : work.handovers.accounts()) {
    if (!account.committed) continue;
    const auto& details = account.committed->details;
    if (!details.empty() && work.details_present && !work.details_named.contains(details)) continue;
    REQUEUE_CHECK(check_stop(work.watcher));
    if (needs_envelope(*account.committed))
      ++unknown;
    else
      REQUEUE_CHECK(rederiving.add(source, nullptr));
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
  work.watcher.phase("audit: handed-over files", work.kept.size(), 0);
  auto wanted = wanted_envelopes(work);
  Rederiving rederiving(work);
  REQUEUE_CHECK(read_lines(work, wanted, rederiving));
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
