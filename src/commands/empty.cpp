// empty: the files of the subfolders removed, the folders left; only what a verified snapshot holds.
#include "commands/confirm.h"
#include "commands/context.h"
#include "commands/not_replayed.h"
#include "commands/open_mark.h"
#include "commands/preflight.h"
#include "commands/session.h"
#include "commands/tree_steps.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

Result<void> refuse_by_state(const Context& context, const recovery::State& state) {
  if (state.emptied) {
    return failure(Exit::precondition, "this Mailroot was emptied already", context.options.recovery,
                   "the journal records it as complete", "Nothing was touched. Next: " + again(context, "status"));
  }
  if (!state.snapshot) {
    return failure(Exit::precondition, "there is no snapshot: emptying would lose mail", context.options.recovery,
                   "its journal records none",
                   "Nothing was touched. First: " + again(context, "snapshot", context.options.mailroot));
  }
  if (!state.verified_now()) {
    return failure(Exit::precondition, "the snapshot is not verified", context.options.recovery,
                   "its newest verification is missing or failed",
                   "Nothing was touched. First: " + again(context, "verify"));
  }
  return {};
}

}  // namespace

Result<Outcome> empty(Context& context) {
  REQUEUE_TRY(const auto state, peek(context));
  REQUEUE_CHECK(refuse_by_state(context, state));
  REQUEUE_TRY(const auto site, find_site(context, state));
  REQUEUE_CHECK(require_same_mailroot(state, site));
  if (!state.emptying) REQUEUE_CHECK(require_kept_folders(context, *site.mailroot));
  REQUEUE_CHECK(require_known_service(context, state));
  REQUEUE_CHECK(require_only_evacuation(context, state, *site.mailroot));
  REQUEUE_CHECK(require_stopped(context, "emptying"));
  REQUEUE_TRY(const auto survey, mailroot::check_rights(*site.mailroot, context.options.jobs));
  tell_drop_and_badmail(context, survey.folders);
  REQUEUE_CHECK(require_this_server(context));
  if (context.options.dry_run) {
    context.console.result("DRY RUN: would remove what the snapshot of " + counted(state.snapshot->files, "file") +
                           " holds; nothing is removed");
    return Outcome{Exit::done, Json{{"dry_run", true}}};
  }
  REQUEUE_TRY(const auto word, confirm(context, "empty", site.mailroot_path,
                                       "This empties " + printable(site.mailroot_path) + "; what it held stands in " +
                                           printable(context.options.recovery) + ".",
                                       state.empty_confirmed));
  REQUEUE_TRY(const auto lock, site.mailroot->lock());
  return in_run(context, recovery::Missing::refuse, site, {}, [&](recovery::Recovery& recovery) -> Result<Outcome> {
    REQUEUE_CHECK(record(recovery, word));
    Outcome outcome;
    if (recovery.state().emptying) {  // resumed: the snapshot is all there is of what was removed
      REQUEUE_TRY(const auto verified, verify_step(context, recovery, outcome.body));
      if (verified.exit != Exit::done) return Outcome{verified.exit, outcome.body};
    }
    REQUEUE_TRY(const auto step, empty_step(context, recovery, *site.mailroot, outcome.body));
    outcome.exit = step.exit;
    tell_not_replayed(context, recovery, step.folders);
    context.console.result("Next: " + again(context, "status"));
    return outcome;
  });
}

}  // namespace requeue::commands
