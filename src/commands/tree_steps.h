// The three steps of an evacuation, each also a command of its own: take the snapshot, read it again, empty the tree.
#pragma once

#include "commands/context.h"
#include "commands/preflight.h"
#include "recovery/recovery.h"
#include "snapshot/empty.h"
#include "snapshot/take.h"

namespace requeue::commands {

struct Step {
  Exit exit = Exit::done;
  double seconds = 0;
  snapshot::Links links = snapshot::Links::none;  // for verify_step, in the run that took the snapshot
};
struct EmptyStep : Step {
  snapshot::FilesPerFolder folders;
};

// Each prints its results and fills its keys of the --json object.
// `expected`: what a walk has just counted.
Result<Step> snapshot_step(Context& context, recovery::Recovery& recovery, files::Tree& tree, bool adopted,
                           const mailroot::Counts& expected, Json& body);
Result<Step> verify_step(Context& context, recovery::Recovery& recovery, Json& body,
                         snapshot::Links links = snapshot::Links::none);
Result<EmptyStep> empty_step(Context& context, recovery::Recovery& recovery, files::Tree& tree, Json& body);

// Files in Pickup that another recovery folder handed over and the service has not taken.
void tell_handed_over_by_others(Context& context, const recovery::State& state, files::Tree& mailroot);

// What Drop and Badmail hold, and that --keep leaves them (said before anything is removed).
void tell_drop_and_badmail(Context& context, const std::vector<mailroot::FolderCount>& folders);

}  // namespace requeue::commands
