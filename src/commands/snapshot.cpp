// snapshot: the whole tree into a sealed bag; nothing is removed.
#include "commands/context.h"
#include "commands/open_mark.h"
#include "commands/preflight.h"
#include "commands/session.h"
#include "commands/tree_steps.h"
#include "commands/whereabouts.h"
#include "commands/words.h"

namespace requeue::commands {
namespace {

Result<void> refuse_after_emptying(const Context& context, const recovery::State& state) {
  if (!state.emptying) return {};
  return failure(Exit::precondition, "the snapshot of this recovery folder stands for good", context.options.recovery,
                 "emptying has begun: it holds the only copy of what was removed",
                 "Nothing was touched. Finish with the same evacuate command, or choose a new recovery folder.");
}

}  // namespace

Result<Outcome> snapshot(Context& context) {
  REQUEUE_TRY(const auto state, peek(context));
  REQUEUE_CHECK(refuse_after_emptying(context, state));
  REQUEUE_TRY(const auto site, find_site(context, state));
  REQUEUE_CHECK(require_same_mailroot(state, site));
  REQUEUE_CHECK(require_only_evacuation(context, state, *site.mailroot));
  REQUEUE_CHECK(require_stopped(context, "a snapshot"));
  REQUEUE_TRY(const auto survey, mailroot::survey(*site.mailroot));
  const auto& counts = survey.counts;
  REQUEUE_CHECK(check_space(context, *site.mailroot, survey));
  tell_handed_over_by_others(context, state, *site.mailroot);
  if (context.options.dry_run) {
    context.console.result("DRY RUN: would copy " + counted(counts.files, "file") + ", " +
                           counted(counts.bytes, "byte") + "; nothing is written");
    return Outcome{Exit::done, Json{{"dry_run", true}}};
  }
  REQUEUE_TRY(const auto lock, site.mailroot->lock());
  return in_run(context, recovery::Missing::make, site, {}, [&](recovery::Recovery& recovery) -> Result<Outcome> {
    Outcome outcome;
    REQUEUE_TRY(const auto step, snapshot_step(context, recovery, *site.mailroot, false, counts, outcome.body));
    outcome.exit = step.exit;
    context.console.result("Next: " + again(context, "verify"));
    return outcome;
  });
}

}  // namespace requeue::commands
