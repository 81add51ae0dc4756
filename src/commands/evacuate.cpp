// evacuate: stop, snapshot, verify, empty, in order; the same command again goes on where it stopped.
#include "commands/confirm.h"
#include "commands/context.h"
#include "commands/not_replayed.h"
#include "commands/open_mark.h"
#include "commands/preflight.h"
#include "commands/service_steps.h"
#include "commands/session.h"
#include "commands/tree_steps.h"
#include "commands/whereabouts.h"
#include "commands/words.h"

#include "core/text.h"
#include "core/unexpected.h"

namespace requeue::commands {
namespace {

Result<void> refuse_complete(const Context& context, const recovery::State& state) {
  if (!state.emptied) return {};
  return failure(Exit::precondition, "this recovery folder holds a complete evacuation", context.options.recovery,
                 "the Mailroot was emptied; stage: " + std::string(recovery::to_string(state.stage())),
                 "Nothing was touched. Next: " + again(context, "status") +
                     ". For another evacuation choose a new recovery folder.");
}

// "Stopped" is what the service says; that it let go of its files is seen. A scanner needs a moment, too.
Result<void> wait_until_released(Context& context, files::Tree& tree, bool resumed) {
  REQUEUE_TRY(const auto state, context.service.state());
  if (state == service::State::absent) return {};
  constexpr int looks = 10;
  for (int look = 1;; ++look) {
    REQUEUE_TRY(const auto held, mailroot::first_held(tree, context.options.jobs));
    if (!held) return {};
    if (look == looks || context.console.stop_requested()) {
      return failure(Error{Exit::precondition, Cause::busy, "a file of the Mailroot is still open in another program",
                           files::to_text(tree.path_of(*held)), "the service has stopped, but something holds the file",
                           std::string(resumed ? "Nothing more was removed." : "Nothing was removed.") +
                               " Is a backup or a virus scanner at work, or inetinfo.exe not yet done? "
                               "Wait, then run the same command again."});
    }
    context.sleep(std::chrono::milliseconds(500));
  }
}

// Stop to verified. What fails here is undone by putting the service back: nothing was removed yet.
Result<Exit> prepare(Context& context, recovery::Recovery& recovery, files::Tree& tree, const mailroot::Counts& counts,
                     Json& body) {
  const bool resumed = recovery.state().emptying;
  auto exit = Exit::done;
  auto links = snapshot::Links::none;
  auto& seconds = body["seconds"];
  seconds = Json{{"stop", 0.0}, {"snapshot", 0.0}, {"verify", 0.0}, {"empty", 0.0}};
  tell_start_type(context);
  REQUEUE_TRY(const auto stopping, stop_service(context, recovery));
  seconds["stop"] = stopping;
  REQUEUE_CHECK(wait_until_released(context, tree, resumed));
  if (resumed) {
    body["snapshot"] = snapshot_json(*recovery.state().snapshot);
  } else {
    REQUEUE_TRY(const auto taken, snapshot_step(context, recovery, tree, false, counts, body));
    body["seconds"]["snapshot"] = taken.seconds;
    exit = graver(exit, taken.exit);
    links = taken.links;
  }
  if (context.console.stop_requested()) return Exit::interrupted;
  REQUEUE_TRY(const auto verified, verify_step(context, recovery, body, links));
  body["seconds"]["verify"] = verified.seconds;
  if (context.console.stop_requested()) return Exit::interrupted;
  return graver(exit, verified.exit);
}

void tell_next(Context& context, recovery::Recovery& recovery, const snapshot::FilesPerFolder& folders) {
  tell_not_replayed(context, recovery, folders);
  context.console.result("Next: fix the cipher order (a person's step, docs/procedure.md), then");
  context.console.result("  " + start_the_service(context));
  context.console.result("  " + again(context, "probe", recovery.state()) + service_options(context) +
                         " --from YOU --to SOMEBODY");
  context.console.result("  " + again(context, "replay"));
  context.console.result("Way back, before the replay: " + again(context, "restore", recovery.state()) +
                         service_options(context));
}

void tell_stopped_here(Context& context, const recovery::State& state, Exit exit) {
  auto& console = context.console;
  const bool interrupted = exit == Exit::interrupted;
  if (!state.emptying) {
    console.warn(interrupted ? "interrupted: nothing was removed; the same command takes the snapshot anew"
                             : "the snapshot failed its verification: nothing was removed; run the same command again");
    return;
  }
  console.warn(
      std::string(interrupted ? "interrupted" : "the snapshot failed its verification") +
      ": nothing more was removed; what was removed before stands in the snapshot. Leave the service stopped; " +
      (interrupted ? "the same command goes on" : "run the same command again"));
  if (interrupted || !state.snapshot->linked) return;
  // The bag and the Mailroot have one file between them: no repetition makes it what it was.
  console.warn(
      "A file that was changed where it stands changed in the snapshot, too. Then put back what was removed: " +
      again(context, "restore", state) + service_options(context) + ", and evacuate into a new recovery folder.");
}

Result<Outcome> evacuate_work(Context& context, recovery::Recovery& recovery, files::Tree& tree,
                              const mailroot::Counts& counts) {
  Outcome outcome;
  auto prepared = without_exceptions([&] { return prepare(context, recovery, tree, counts, outcome.body); });
  const bool stop_here = !prepared || *prepared == Exit::interrupted || *prepared == Exit::verification;
  if (stop_here) {
    if (!recovery.state().emptying) put_service_back(context, recovery);
    if (!prepared) return failure(std::move(prepared.error()));
    outcome.exit = *prepared;
    tell_stopped_here(context, recovery.state(), *prepared);
    return outcome;
  }
  const auto emptied = without_exceptions([&] { return empty_step(context, recovery, tree, outcome.body); });
  if (!emptied) {
    if (!recovery.state().emptying) put_service_back(context, recovery);
    return failure(emptied.error());
  }
  outcome.body["seconds"]["empty"] = emptied->seconds;
  outcome.exit = graver(*prepared, emptied->exit);
  tell_next(context, recovery, emptied->folders);
  return outcome;
}

// Whoever types --service none may think that the service is stopped for him.
std::string what_it_does(Context& context, const std::string& mailroot) {
  const auto state = context.service.state();
  const bool asked = !state || *state != service::State::absent;
  return (asked ? "This stops the service and empties " : "This empties ") + printable(mailroot) +
         "; what it holds is kept in " + printable(context.options.recovery) + "." +
         (asked ? "" : " No service is asked or stopped here (--service none): it must be stopped already.");
}

Result<Outcome> evacuate_rehearse(Context& context, const Site& site, const mailroot::Counts& counts) {
  REQUEUE_TRY(const auto state, context.service.state());
  auto& console = context.console;
  console.result("DRY RUN: nothing is written, stopped or removed");
  if (state != service::State::absent) {
    console.result("the service is " + std::string(service::to_string(state)) + "; it would be stopped");
  } else {
    console.result("no service is asked or stopped (--service none): stop it before the real run");
  }
  console.result("would copy " + counted(counts.files, "file") + ", " + counted(counts.bytes, "byte") + ", " +
                 counted(counts.folders, "folder") + ", verify them, and empty " + printable(site.mailroot_path));
  console.result("DRY RUN: end");
  Outcome outcome;
  outcome.body["dry_run"] = true;
  outcome.body["would"] = Json{{"files", counts.files}, {"bytes", counts.bytes}, {"folders", counts.folders}};
  return outcome;
}

}  // namespace

Result<Outcome> evacuate(Context& context) {
  REQUEUE_TRY(const auto state, peek(context));
  REQUEUE_CHECK(refuse_complete(context, state));
  REQUEUE_TRY(const auto site, find_site(context, state));
  REQUEUE_CHECK(require_same_mailroot(state, site));
  if (!state.emptying) REQUEUE_CHECK(require_kept_folders(context, *site.mailroot));
  REQUEUE_CHECK(require_known_service(context, state));
  REQUEUE_CHECK(require_only_evacuation(context, state, *site.mailroot));
  REQUEUE_TRY(const auto survey, mailroot::check_rights(*site.mailroot, context.options.jobs));
  if (!state.emptying) REQUEUE_CHECK(check_space(context, *site.mailroot, survey));
  tell_drop_and_badmail(context, survey.folders);
  tell_handed_over_by_others(context, state, *site.mailroot);
  REQUEUE_CHECK(require_this_server(context));
  if (context.options.dry_run) return evacuate_rehearse(context, site, survey.counts);
  REQUEUE_TRY(const auto word, confirm(context, "empty", site.mailroot_path, what_it_does(context, site.mailroot_path),
                                       state.empty_confirmed));
  REQUEUE_TRY(const auto lock, site.mailroot->lock());
  return in_run(context, recovery::Missing::make, site, {}, [&](recovery::Recovery& recovery) -> Result<Outcome> {
    REQUEUE_CHECK(record(recovery, word));
    return evacuate_work(context, recovery, *site.mailroot, survey.counts);
  });
}

}  // namespace requeue::commands
