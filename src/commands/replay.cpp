// replay: open intents settled, the plan made, the messages handed to Pickup exactly once.
#include "replay/replay.h"

#include "commands/announce.h"
#include "commands/confirm.h"
#include "commands/context.h"
#include "commands/plan_words.h"
#include "commands/planning.h"
#include "commands/preflight.h"
#include "commands/recorded_place.h"
#include "commands/replay_words.h"
#include "commands/resolve.h"
#include "commands/session.h"
#include "commands/smtp_plan.h"
#include "commands/smtp_server.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "mailroot/mailroot.h"
#include "replay/handoff.h"

namespace requeue::commands {
namespace {

// Pickup as given, here or to adopt; or that of the recorded Mailroot (its name compared without case).
// What stands in the record, or in a folder that no service takes from, is not handed over.
Result<void> require_a_pickup(Context& context, const recovery::State& state, const files::Path& pickup) {
  const auto refuse = [&](std::string why) -> Result<void> {
    return failure(Exit::precondition, "this is not a Pickup", pickup.string(), std::move(why),
                   "Nothing was sent. Give --pickup the folder that the service takes mail from.");
  };
  REQUEUE_TRY(const auto recovery, context.files.resolve(context.options.recovery));
  if (mailroot::is_inside(pickup.string(), recovery.string())) return refuse("it lies in the recovery folder");
  if (state.mailroot.empty()) return {};
  const files::Path mailroot(unescape_bytes(state.mailroot));
  return pickup == mailroot ? refuse("it is the Mailroot itself") : Result<void>();
}

Result<files::Path> given_pickup(Context& context, const recovery::State& state, const std::string& given) {
  REQUEUE_TRY(auto pickup, replay::resolve_pickup(context.files, given));
  REQUEUE_CHECK(require_a_pickup(context, state, pickup));
  REQUEUE_CHECK(require_taken_from(context, state, pickup));
  return pickup;
}

Result<files::Path> pickup_of(Context& context, const recovery::State& state) {
  if (!context.options.pickup.empty()) return given_pickup(context, state, context.options.pickup);
  if (!state.pickup.empty()) return replay::resolve_pickup(context.files, state.pickup);
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

// A probe shows that mail flows the way that it went: one through Pickup says nothing of another host.
Result<void> require_probe(Context& context, const recovery::State& state) {
  const bool by_smtp = context.options.smtp.has_value();
  const bool this_way = state.probe_smtp.empty() != by_smtp;
  if (context.options.no_probe || (state.probe_passed() && this_way)) return {};
  const std::string way = by_smtp ? "by SMTP" : "through Pickup";
  return failure(Exit::precondition,
                 std::string("no probe has passed since the snapshot") + (by_smtp ? " by SMTP" : ""),
                 context.options.recovery,
                 state.probe_result.empty() || !state.probe_of_this_snapshot ? "no test message was sent since then"
                 : !this_way                                                 ? "the newest one did not go " + way
                             : "the newest one was " + state.probe_result +
                                   (state.probe_hop.empty() ? "" : " (next hop: " + state.probe_hop + ")"),
                 "Nothing was sent. Run requeue probe with --recovery" + std::string(by_smtp ? " and --smtp" : "") +
                     " first; or, when you know that mail flows, add --no-probe \"REASON\", which is recorded.");
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

// Where the messages go: a Pickup, or an SMTP server.
struct Way {
  std::optional<replay::Place> place;
  std::string pickup;  // resolved; empty by SMTP
  std::unique_ptr<submission::Submitter> submitter;
  std::string name;  // of the Pickup or the server, as a confirmation names it

  [[nodiscard]] std::string sentence() const {
    return submitter ? "This sends the mail to " + printable(name) + "; `requeue plan` shows what goes."
                     : "This hands the mail to " + printable(name) +
                           ", from where a running service sends it; `requeue plan` shows what goes. What is "
                           "handed over there counts as sent, be it a drill.";
  }
};

std::string name_of_way(const Context& context, const files::Path& pickup) {
  return context.options.smtp ? submission::to_string(*context.options.smtp) : pickup.string();
}

Result<Way> open_way(Context& context, const files::Path& pickup, const std::string& id) {
  Way way;
  way.name = name_of_way(context, pickup);
  if (context.options.smtp) {
    REQUEUE_TRY(way.submitter, connect_to_server(context));
    return way;
  }
  REQUEUE_TRY(way.place, replay::open_place(context.files, pickup, id));
  way.pickup = pickup.string();
  return way;
}

// What a killed run left open is handed over before anything is planned: so what a plan would refuse is asked for
// before that. A release of what is open itself can be told of only once that is settled.
Result<void> require_plannable(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger,
                               replay::PlanOptions options) {
  if (ledger.open_intents().empty()) return {};
  for (const auto& [source, intent] : ledger.open_intents()) options.releases.sources.erase(source);
  REQUEUE_TRY([[maybe_unused]] const auto plan, replay::make_plan(recovery, ledger, options, context.console));
  return {};
}

// The whole snapshot fits, as a rule. Only where it does not is it worth a plan to know what is to go.
Result<void> require_room(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger,
                          const replay::PlanOptions& options, Way& way) {
  if (!way.place || replay::require_room(*way.place, recovery.state().snapshot->bytes)) return {};
  REQUEUE_TRY(auto plan, replay::make_plan(recovery, ledger, options, context.console));
  plan.leave_beyond(context.options.pace.limit);
  return replay::require_room(*way.place, plan.bytes_to_go());
}

Result<replay::ReplayResult> hand_over(Context& context, recovery::Recovery& recovery, replay::Ledger& ledger,
                                       replay::Plan& plan, const replay::PlanOptions& options, Way& way) {
  if (way.submitter) {
    return replay::send_out(recovery, ledger, plan, options, context.options.pace, *way.submitter,
                            submission::to_string(*context.options.smtp), context.console, context.sleep);
  }
  REQUEUE_CHECK(
      replay::make_staging(*way.place, mailroot::Token{recovery.state().id, recovery.tree().path().string()}));
  auto pace = context.options.pace;
  pace.jobs = context.options.jobs;
  return replay::carry_out(recovery, ledger, plan, options, pace, std::move(*way.place), context.console,
                           context.sleep);
}

void announce_replay(Context& context, recovery::Recovery& recovery, const replay::ReplayResult& result) {
  const auto& counts = result.counts;
  const bool calm = counts.held + counts.in_doubt + counts.failed + counts.pending == 0;
  announce(context, recovery.head(), service::EventId::replay_finished,
           calm ? service::Gravity::information : service::Gravity::warning,
           "Replay finished: " + std::to_string(result.now_replayed) + " handed over now; of " +
               std::to_string(counts.found) + " found, replayed " + std::to_string(counts.replayed) + ", duplicate " +
               std::to_string(counts.duplicate) + ", held " + std::to_string(counts.held) + ", skipped " +
               std::to_string(counts.skipped) + ", in doubt " + std::to_string(counts.in_doubt) + ", failed " +
               std::to_string(counts.failed) + ", pending " + std::to_string(counts.pending));
  if (!counts.balanced()) announce_balance_failed(context, recovery.head());
}

Result<Outcome> replay_settled(Context& context, recovery::Recovery& recovery, replay::Ledger& ledger, Way& way,
                               const replay::PlanOptions& evidence, const replay::Settled& settled) {
  REQUEUE_TRY(auto options, plan_options(context, recovery.state()));
  options.log = evidence.log;
  options.against = evidence.against;
  REQUEUE_CHECK(choose_from_plan_file(context, recovery, options));
  REQUEUE_TRY(auto plan, replay::make_plan(recovery, ledger, options, context.console));
  note_selection(context, plan);
  REQUEUE_TRY(auto result, hand_over(context, recovery, ledger, plan, options, way));
  result.now_replayed += settled.renamed;
  tell_replay(context, recovery.state(), result, plan);
  announce_replay(context, recovery, result);
  const auto notes = notes_of(context, recovery.state(), plan);
  auto exit = exit_of_plan(plan, Exit::attention);
  if (result.refused_recipients() != 0) exit = graver(exit, Exit::attention);
  auto body = replay_json(context, result, plan, notes);
  body["settled"] = settled_json(settled);
  return Outcome{exit, body};
}

// A drill into another folder, or a mistake: either way the record counts both as sent.
void tell_other_way(Context& context, const recovery::State& state, const Way& way) {
  const auto& before = state.replay_smtp.empty() ? state.replay_pickup : state.replay_smtp;
  if (before.empty() || before == escape_bytes(way.name)) return;
  context.console.warn("messages of this recovery folder went to " + printable(unescape_bytes(before)) +
                       " before; the rest now goes to " + printable(way.name) +
                       ". What was handed over there counts as sent.");
}

Result<Outcome> replay_work(Context& context, recovery::Recovery& recovery, replay::Ledger& ledger, Way& way,
                            const replay::PlanOptions& evidence) {
  REQUEUE_CHECK(require_replayable(context, recovery));
  if (context.options.no_probe) {
    REQUEUE_CHECK(recovery.record("no_probe", Json{{"reason", escape_bytes(*context.options.no_probe)}}));
  }
  REQUEUE_CHECK(remember_others(context, recovery, evidence));
  tell_other_way(context, recovery.state(), way);
  REQUEUE_TRY(const auto settled, replay::settle(recovery, ledger, context.files, way.pickup, context.console));
  tell_settled(context, settled);
  auto outcome = replay_settled(context, recovery, ledger, way, evidence, settled);
  if (!outcome) return failure(after_settling(std::move(outcome.error()), settled));
  return outcome;
}

Result<Outcome> replay_rehearse(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger,
                                replay::PlanOptions options, Way& way) {
  REQUEUE_TRY(auto plan, replay::make_plan(recovery, ledger, options, context.console));
  note_selection(context, plan);
  plan.leave_beyond(context.options.pace.limit);
  if (way.place) REQUEUE_CHECK(replay::require_room(*way.place, plan.bytes_to_go()));
  REQUEUE_TRY(const auto by_smtp, preview_by_smtp(context, recovery, plan, options));
  context.console.result("DRY RUN: nothing is written or sent");
  const auto counts = plan.counts();
  tell_plan(context, recovery.state(), plan, counts, {"would be replayed", 10, again(context, "plan"), true});
  tell_smtp_preview(context, by_smtp);
  if (!ledger.open_intents().empty()) {
    context.console.warn(std::to_string(ledger.open_intents().size()) +
                         " hand-overs of a run that was killed are open; the next replay settles them first, and "
                         "hands over what is left of them: --limit and the plan do not count those");
  }
  context.console.result("DRY RUN: end");
  Json body = counts_json(counts);
  body["replay"] = counts.pending - plan.left_for_another_run() + counts.failed;
  body["now"] = Json{{"replayed", 0}};
  body["not_mail"] = plan.not_mail;
  body["balanced"] = counts.balanced();
  body["notes"] = notes_json(notes_of(context, recovery.state(), plan));
  body["head"] = recovery.head();
  if (!by_smtp.is_null()) body["smtp"] = by_smtp;
  body["dry_run"] = true;
  return Outcome{exit_of_plan(plan), body};
}

}  // namespace

Result<Outcome> replay(Context& context) {
  if (!context.options.resolve.empty()) return resolve(context);
  std::string id;
  Way way;
  files::Path pickup;
  bool confirmed = false;
  Site site;  // only the settings: --pickup may lead elsewhere
  std::shared_ptr<files::Tree> around;
  replay::PlanOptions evidence;  // what was read before the run opens, of folders and logs that it leaves alone
  {
    // Everything that can be refused is refused here, before the run opens and anything is written. What is read of
    // the messages for that is let go of before the run reads it again under its lock.
    replay::Ledger before;
    REQUEUE_TRY(auto reading, recovery::open_to_read(context.files, context.options.recovery, {&before},
                                                     recovery::Reading::to_decide));
    REQUEUE_CHECK(require_replayable(context, *reading));
    if (!context.options.smtp) {
      REQUEUE_TRY(pickup, pickup_of(context, reading->state()));
      REQUEUE_CHECK(require_no_snapshot(context, pickup, "this Pickup"));
    }
    REQUEUE_CHECK(require_probe(context, reading->state()));
    if (!context.options.smtp) {
      REQUEUE_TRY(around, folders_around(context, reading->state(), pickup));
    }
    REQUEUE_TRY(site.settings, given_settings(context));
    REQUEUE_TRY(auto options, plan_options(context, reading->state()));
    REQUEUE_CHECK(add_evidence(context, *reading, options));
    evidence.log = options.log;
    evidence.against = options.against;
    REQUEUE_CHECK(choose_from_plan_file(context, *reading, options));
    id = reading->state().id;
    confirmed = reading->state().replay_confirmed == escape_bytes(name_of_way(context, pickup));
    REQUEUE_TRY(way, open_way(context, pickup, id));
    REQUEUE_CHECK(require_this_server(context));
    if (context.options.dry_run) return replay_rehearse(context, *reading, before, std::move(options), way);
    REQUEUE_CHECK(require_plannable(context, *reading, before, options));
    REQUEUE_CHECK(require_room(context, *reading, before, options, way));
  }
  if (way.place) way.place->around = std::move(around);
  REQUEUE_TRY(const auto word, confirm(context, "replay", way.name, way.sentence(), confirmed));
  replay::Ledger ledger;
  return in_run(context, recovery::Missing::refuse, site, {&ledger},
                [&](recovery::Recovery& recovery) -> Result<Outcome> {
                  std::vector<std::unique_ptr<files::Lock>> locks;
                  if (way.place) {
                    REQUEUE_TRY(locks, lock_place(context, *way.place, recovery.state()));
                  }
                  REQUEUE_CHECK(record(recovery, word));
                  return replay_work(context, recovery, ledger, way, evidence);
                });
}

}  // namespace requeue::commands
