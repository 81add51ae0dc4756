// verify: every file of the snapshot read again, past the page cache, against its manifest.
#include "commands/context.h"
#include "commands/preflight.h"
#include "commands/session.h"
#include "commands/tree_steps.h"
#include "commands/words.h"

namespace requeue::commands {

namespace {

// Where nothing was removed, the mail still stands in the Mailroot, and a new snapshot is the way.
std::string what_now(const Context& context, const recovery::State& state) {
  if (!state.emptying && !state.emptied) {
    return "Nothing was removed from the Mailroot. Suspect the disk of the recovery folder. Next: " +
           again(context, "evacuate", state) + service_options(context) +
           "\n  which takes the snapshot anew; or evacuate to another disk";
  }
  return "Edit nothing in the snapshot: take what is named from a good copy of the recovery folder, then verify again. "
         "Without one, a message that is named is never sent, and all others are; where a list of the snapshot is "
         "named, "
         "nothing is (docs/exit-codes.md, \"4: what now\")";
}

}  // namespace

Result<Outcome> verify(Context& context) {
  REQUEUE_TRY(const auto state, peek(context));
  if (!state.snapshot) {
    return failure(Exit::precondition, "there is no snapshot to verify", context.options.recovery,
                   "its journal records none",
                   "Nothing was touched. Take one first: requeue evacuate, or requeue snapshot.");
  }
  REQUEUE_CHECK(require_payload(context, state));
  REQUEUE_CHECK(require_snapshot_of_record(context, state));
  if (context.options.dry_run) {
    context.console.result("DRY RUN: would read " + counted(state.snapshot->files, "file") + " again");
    return Outcome{Exit::done, Json{{"dry_run", true}}};
  }
  return in_run(context, recovery::Missing::refuse, Site(), {}, [&](recovery::Recovery& recovery) -> Result<Outcome> {
    Outcome outcome;
    REQUEUE_TRY(const auto step, verify_step(context, recovery, outcome.body));
    outcome.exit = step.exit;
    if (step.exit == Exit::verification) context.console.warn(what_now(context, recovery.state()));
    if (step.exit == Exit::done && !recovery.state().emptied) {
      context.console.result("Next: " + again(context, "empty", recovery.state()) + service_options(context));
    }
    return outcome;
  });
}

}  // namespace requeue::commands
