#include <algorithm>

#include "core/text.h"
#include "report/audit_work.h"
#include "report/read_only_recovery.h"
#include "snapshot/destroy.h"
#include "snapshot/strays.h"
#include "snapshot/take.h"

namespace requeue::report {
namespace {

Result<bool> tags_are_good(AuditWork& work) {
  const auto good = snapshot::check_tags(work.tree, work.state.snapshot->root);
  if (good) return true;
  if (ends_audit(good.error())) return failure(good.error());
  work.find(good.error());
  return false;
}

void tell_wrong(AuditWork& work, const std::vector<snapshot::Wrong>& wrong) {
  for (const auto& one : wrong) {
    if (one.why == "missing") work.result.bag_complete = false;
    work.find("snapshot/" + printable(one.path) + ": " + printable(one.why) +
              "; it is not what the snapshot's manifest says.");
  }
}

// Not an invalid bag: the record says who destroyed what, and its lists still hold.
Result<void> payload_destroyed(AuditWork& work) {
  const auto& state = work.state;
  work.result.destroyed_by = state.disposing_at;
  work.result.bag_valid = true;
  const auto line = std::to_string(state.disposing_at);
  if (state.disposed_at == 0) {
    work.note("The disposal begun by line " + line + " of journal.jsonl did not come to its end: run dispose again.");
    return {};
  }
  work.note("The payload was destroyed by line " + line +
            " of journal.jsonl; envelopes and personal fields are no longer known. Chain, lists, seal and balance are "
            "checked all the same.");
  REQUEUE_TRY(const auto left, snapshot::payload_left(work.tree));
  if (!left.empty()) {
    work.find(printable(left) + " stands there, though line " + std::to_string(state.disposed_at) +
              " of journal.jsonl says that all of it was destroyed.");
  }
  return {};
}

void without_snapshot(AuditWork& work) {
  const bool stands = work.tree.status(files::Relative(snapshot::folder)).has_value();
  if (!work.result.unbroken) return;
  work.note(stands ? "The snapshot was never sealed; it is not checked. Run evacuate again: it is taken anew."
                   : "No snapshot has been taken yet; there is nothing to check.");
}

}  // namespace

Result<void> audit_bag(AuditWork& work) {
  if (!work.state.snapshot) {
    without_snapshot(work);
    return {};
  }
  work.watcher.phase("audit: snapshot", work.state.snapshot->files, work.state.snapshot->bytes);
  REQUEUE_TRY(const bool tags, tags_are_good(work));
  if (!tags) return {};  // what damaged lists would say of the payload is worth nothing
  if (work.state.payload_destroyed()) return payload_destroyed(work);
  ReadOnlyRecovery recovery(work.tree, work.state, work.result.head, work.result.records);
  const auto checked = snapshot::check_bag(recovery, !work.options.quick, work.watcher, work.options.jobs);
  if (!checked) {
    if (ends_audit(checked.error())) return failure(checked.error());
    work.find(checked.error());
    return {};
  }
  work.result.level = checked->verified.level;
  work.result.bag_complete = true;
  work.result.bag_valid = std::ranges::all_of(checked->wrong, snapshot::is_stray);
  tell_wrong(work, checked->wrong);
  if (work.options.quick) {
    work.result.level.clear();
    work.note("--quick: payload files were listed, not read, and no handed-over file was derived again.");
  } else if (work.result.level == "cache") {
    work.note("The snapshot's bytes may have come from the page cache: this file system offers no way past it.");
  }
  return {};
}

}  // namespace requeue::report
