#include "core/text.h"
#include "report/audit_work.h"
#include "report/read_only_recovery.h"
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
  ReadOnlyRecovery recovery(work.tree, work.state, work.result.head, work.result.records);
  const auto checked = snapshot::check_bag(recovery, true, work.watcher);
  if (!checked) {
    if (ends_audit(checked.error())) return failure(checked.error());
    work.find(checked.error());
    return {};
  }
  work.result.level = checked->verified.level;
  work.result.bag_complete = true;
  work.result.bag_valid = checked->wrong.empty();
  tell_wrong(work, checked->wrong);
  if (work.result.level == "cache") {
    work.note("The snapshot's bytes may have come from the page cache: this file system offers no way past it.");
  }
  return {};
}

}  // namespace requeue::report
