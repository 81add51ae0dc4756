#include "snapshot/empty_refusals.h"

namespace requeue::snapshot {
namespace {

Result<void> refuse_emptying(std::string what, const files::Tree& tree, std::string why, std::string hint) {
  return failure(Exit::precondition, std::move(what), files::to_text(tree.path()), std::move(why), std::move(hint));
}

}  // namespace

Result<void> check_ready(recovery::Recovery& recovery, const files::Tree& mailroot) {
  const auto& state = recovery.state();
  const auto& tree = recovery.tree();
  if (state.emptied) {
    return refuse_emptying(
        "the Mailroot was emptied already", tree, "the journal records it as complete",
        "Nothing was removed now. Next: requeue status, or a new recovery folder for another evacuation.");
  }
  if (!state.snapshot) {
    return refuse_emptying("there is no snapshot", tree, "the journal records none",
                           "Nothing was removed. Next: requeue snapshot, then requeue verify.");
  }
  if (!state.verified_now()) {
    return refuse_emptying("the snapshot is not verified", tree,
                           state.verified ? "its newest verification failed, or was of an earlier snapshot"
                                          : "it was never read again from the disk",
                           "Nothing was removed. Next: requeue verify.");
  }
  if (state.mailroot != files::to_text(mailroot.path())) {
    return refuse_emptying(
        "this is not the Mailroot that the snapshot was taken of", mailroot,
        state.mailroot.empty() ? "the journal names none" : "the journal names " + state.mailroot,
        "Nothing was removed. Give the recorded Mailroot, or use a new recovery folder for this one.");
  }
  return {};
}

Error service_runs(bool removal_begun) {
  return {Exit::precondition,
          Cause::other,
          "the SMTP service is running",
          {},
          "files must not be removed under it",
          removal_begun ? "What was removed stands in the verified snapshot. Stop the service, then run the same "
                          "command again; it goes on where it stopped."
                        : "Nothing was removed. Stop the service (requeue stop), then run the same command again."};
}

Error emptying_interrupted(bool removal_begun) {
  return {Exit::interrupted,
          Cause::interrupted,
          "interrupted while the Mailroot was emptied",
          {},
          {},
          removal_begun
              ? "What was removed stands in the verified snapshot. Leave the service stopped; the same command "
                "goes on."
              : "Nothing was removed. Run the same command again."};
}

}  // namespace requeue::snapshot
