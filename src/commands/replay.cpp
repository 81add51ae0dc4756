// replay: open intents settled, the plan made, the messages handed to Pickup exactly once.
#include "replay/replay.h"

#include "commands/confirm.h"
#include "commands/context.h"
#include "commands/doubt_words.h"
#include "commands/plan_words.h"
#include "commands/planning.h"
#include "commands/preflight.h"
#include "commands/resolve.h"
#include "commands/session.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "mailroot/mailroot.h"

namespace requeue::commands {
namespace {

// Pickup as given, here or to adopt; or that of the recorded Mailroot (its name compared without case).
Result<files::Path> pickup_of(Context& context, const recovery::State& state) {
  if (!context.options.pickup.empty()) return context.files.resolve(context.options.pickup);
  if (!state.pickup.empty()) return context.files.resolve(state.pickup);
  if (state.mailroot.empty()) {
    return failure(Exit::usage, "it is not known into which Pickup to replay", context.options.recovery,
                   "the journal names no Mailroot", "Nothing was sent. Give --pickup DIR.");
  }
  REQUEUE_TRY(const auto tree, recorded_mailroot(context, state));
  REQUEUE_TRY(const auto entries, tree->list(""));
  for (const auto& entry : entries) {
    if (mailroot::role_of(entry.name) == mailroot::Role::pickup) return tree->path_of(entry.name);
  }
  return failure(Exit::precondition, "the recorded Mailroot has no Pickup folder", state.mailroot, {},
                 "Nothing was sent. Start the service once: it makes its folders. Or give --pickup DIR.");
}

// Queue and Badmail of the recorded Mailroot, where they do not stand beside its Pickup.
Result<std::shared_ptr<files::Tree>> folders_around(Context& context, const recovery::State& state,
                                                    const files::Path& pickup) {
  if (state.mailroot_folders.empty()) return std::shared_ptr<files::Tree>();
  REQUEUE_TRY(auto tree, recorded_mailroot(context, state));
  return tree->path_of("Pickup") == pickup ? tree : std::shared_ptr<files::Tree>();
}

Result<void> require_probe(Context& context, const recovery::State& state) {
  if (state.probe_passed() || context.options.no_probe) return {};
  return failure(Exit::precondition, "no probe has passed since the snapshot", context.options.recovery,
                 state.probe_result.empty() ? "none was made" : "the newest one was " + state.probe_result,
                 "Nothing was sent. Run requeue probe with --recovery first; or, when you know that mail flows, add "
                 "--no-probe \"REASON\", which is recorded.");
}

// Locks against a second run on the same Mailroot, whatever its recovery folder.
Result<std::vector<std::unique_ptr<files::Lock>>> lock_place(Context& context, replay::Place& place,
                                                             const recovery::State& state) {
  std::vector<std::unique_ptr<files::Lock>> locks;
  if (place.around) {
    REQUEUE_TRY(auto lock, place.around->lock());
    locks.push_back(std::move(lock));
  }
  const auto queue = place.beside->status("Queue");
  if (!place.around && (files::to_text(place.beside->path()) == state.mailroot || queue)) {
    REQUEUE_TRY(auto lock, place.beside->lock());
    locks.push_back(std::move(lock));
  }
  REQUEUE_TRY(const auto pickup, context.files.open(place.beside->path_of(place.pickup)));
  REQUEUE_TRY(auto lock, pickup->lock());
  locks.push_back(std::move(lock));
  return locks;
}

Json replay_body_of(const replay::ReplayResult& result, const replay::Plan& plan,
                    const std::vector<std::string>& notes) {
  Json body = counts_json(result.counts);
  body["now"] = Json{{"replayed", result.now_replayed}};
  body["not_mail"] = plan.not_mail;
  body["balanced"] = result.counts.balanced();
  body["notes"] = notes_json(notes);
  body["in_doubt_messages"] = doubts_json(plan);
  body["look"] = Json{{"pickup", result.after.pickup_ours},
                      {"queue_before", result.before.queue},
                      {"queue_after", result.after.queue},
                      {"badmail_before", result.before.badmail},
                      {"badmail_after", result.after.badmail}};
  return body;
}

// Without these the next run would be refused, or would go into another Pickup.
std::string the_same_replay(const Context& context) {
  auto command = again(context, "replay");
  if (!context.options.pickup.empty()) command += " --pickup " + shell_quoted(context.options.pickup);
  if (context.options.no_probe) command += " --no-probe " + shell_quoted(*context.options.no_probe);
  return command;
}

void replay_tell(Context& context, const recovery::State& state, const replay::ReplayResult& result,
                 const replay::Plan& plan) {
  tell_plan(context, state, plan, result.counts, {"pending", 10, again(context, "plan")});
  auto& console = context.console;
  console.result("handed to Pickup now: " + std::to_string(result.now_replayed) +
                 " (handed over, not: delivered; the service delivers)");
  console.result("a look, without waiting: " + std::to_string(result.after.pickup_ours) +
                 " of them still in Pickup; Queue " + std::to_string(result.before.queue) + " -> " +
                 std::to_string(result.after.queue) + " files, Badmail " + std::to_string(result.before.badmail) +
                 " -> " + std::to_string(result.after.badmail));
  if (result.stopped_on_badmail) {
    console.warn("stopped: Badmail grew. Look into it; the rest stays pending and the same command goes on.");
  }
  console.result("Next: " + (result.counts.pending + result.counts.failed == 0 ? again(context, "audit")
                                                                               : the_same_replay(context)));
}

Result<Outcome> replay_work(Context& context, recovery::Recovery& recovery, replay::Ledger& ledger, replay::Place place,
                            const std::string& pickup, const replay::PlanOptions& evidence) {
  REQUEUE_CHECK(require_replayable(context, recovery));
  if (context.options.no_probe) {
    REQUEUE_CHECK(recovery.record("no_probe", Json{{"reason", escape_bytes(*context.options.no_probe)}}));
  }
  REQUEUE_TRY(const auto settled, replay::settle(recovery, ledger, context.files, pickup, context.console));
  for (const auto& line : settled.named) context.console.warn(line);
  REQUEUE_TRY(auto options, plan_options(context, recovery.state()));
  options.log = evidence.log;
  options.against = evidence.against;
  REQUEUE_CHECK(choose_from_plan_file(context, recovery, options));
  REQUEUE_TRY(auto plan, replay::make_plan(recovery, ledger, options, context.console));
  REQUEUE_CHECK(
      replay::make_staging(place, mailroot::Token{recovery.state().id, files::to_text(recovery.tree().path())}));
  REQUEUE_TRY(auto result, replay::carry_out(recovery, ledger, plan, options, context.options.pace, std::move(place),
                                             context.console, context.sleep));
  result.now_replayed += settled.renamed;
  replay_tell(context, recovery.state(), result, plan);
  const auto notes = notes_of(context, recovery.state(), plan);
  return Outcome{exit_of_plan(plan, Exit::attention), replay_body_of(result, plan, notes)};
}

Result<Outcome> replay_rehearse(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger,
                                replay::PlanOptions options) {
  REQUEUE_TRY(const auto plan, replay::make_plan(recovery, ledger, options, context.console));
  context.console.result("DRY RUN: nothing is written or sent");
  const auto counts = plan.counts();
  tell_plan(context, recovery.state(), plan, counts, {"would be replayed", 10, again(context, "plan"), true});
  if (!ledger.open_intents().empty()) {
    context.console.warn(std::to_string(ledger.open_intents().size()) +
                         " hand-overs of a run that was killed are open; the next replay settles them first");
  }
  context.console.result("DRY RUN: end");
  Json body = counts_json(counts);
  body["now"] = Json{{"replayed", 0}};
  body["not_mail"] = plan.not_mail;
  body["balanced"] = counts.balanced();
  body["notes"] = notes_json(notes_of(context, recovery.state(), plan));
  body["head"] = recovery.head();
  body["dry_run"] = true;
  return Outcome{exit_of_plan(plan), body};
}

}  // namespace

Result<Outcome> replay(Context& context) {
  if (!context.options.resolve.empty()) return resolve(context);
  replay::Ledger before;
  std::string id;
  files::Path pickup;
  std::uint64_t bytes = 0;
  bool confirmed = false;
  Site site;  // only the settings: --pickup may lead elsewhere
  std::shared_ptr<files::Tree> around;
  replay::PlanOptions evidence;  // what was read before the run opens, of folders and logs that it leaves alone
  {
    // Everything that can be refused is refused here, before the run opens and anything is written.
    REQUEUE_TRY(auto reading, recovery::open_to_read(context.files, context.options.recovery, {&before}));
    REQUEUE_CHECK(require_replayable(context, *reading));
    REQUEUE_TRY(pickup, pickup_of(context, reading->state()));
    REQUEUE_CHECK(require_probe(context, reading->state()));
    REQUEUE_TRY(around, folders_around(context, reading->state(), pickup));
    REQUEUE_TRY(site.settings, given_settings(context));
    REQUEUE_TRY(auto options, plan_options(context, reading->state()));
    REQUEUE_CHECK(add_evidence(context, *reading, options));
    evidence.log = options.log;
    evidence.against = options.against;
    REQUEUE_CHECK(choose_from_plan_file(context, *reading, options));
    id = reading->state().id;
    confirmed = reading->state().replay_confirmed == escape_bytes(pickup.string());
    bytes = reading->state().snapshot->bytes;
    if (context.options.dry_run) {
      REQUEUE_TRY(const auto place, replay::open_place(context.files, pickup, id, 0));
      return replay_rehearse(context, *reading, before, std::move(options));
    }
  }
  REQUEUE_TRY(auto place, replay::open_place(context.files, pickup, id, bytes));
  place.around = std::move(around);
  REQUEUE_TRY(const auto word, confirm(context, "replay", pickup.string(),
                                       "This hands the mail to " + printable(pickup.string()) +
                                           ", from where a running service sends it; `requeue plan` shows what goes.",
                                       confirmed));
  replay::Ledger ledger;
  return in_run(context, recovery::Missing::refuse, site, {&ledger},
                [&](recovery::Recovery& recovery) -> Result<Outcome> {
                  REQUEUE_TRY(const auto locks, lock_place(context, place, recovery.state()));
                  REQUEUE_CHECK(record(recovery, word));
                  return replay_work(context, recovery, ledger, std::move(place), pickup.string(), evidence);
                });
}

}  // namespace requeue::commands
