#include "commands/planning.h"

#include <algorithm>

#include "commands/live_mail.h"
#include "commands/session.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "replay/against.h"
#include "replay/log_evidence.h"
#include "snapshot/bag.h"

namespace requeue::commands {
namespace {

constexpr std::uint64_t named_file_limit = 1ULL << 30U;

// A replay into another Pickup leaves what stands in the live one for the service to send.
Result<void> add_recorded_pickup(Context& context, const recovery::State& state, replay::LiveMail& live) {
  if (state.pickup.empty() || state.pickup == context.options.pickup) return {};
  auto more = live_mail(context.files, nullptr, state.pickup, state.id);
  if (!more) {
    return failure(Exit::precondition, "cannot look for mail that was left in the Pickup in use", state.pickup,
                   more.error().what + (more.error().why.empty() ? "" : ": " + more.error().why),
                   "Nothing was sent. The service may still send what stands there, or in Queue beside it. Bring it "
                   "back; or, if it is gone for good, adopt the backup again, into a new recovery folder and with the "
                   "Pickup that is in use now, and replay that with --against this one.");
  }
  live.names.merge(more->names);
  live.digests.merge(more->digests);
  return {};
}

// Another one may have been begun at its path since. A record that names no id goes by the path alone.
bool is_the_one(const replay::OtherRecovery& other, const recovery::State::Against& known) {
  return known.id.empty() || other.recovery().state().id == known.id;
}

}  // namespace

void apply_settings(const Context& context, const std::optional<recovery::Settings>& settings,
                    replay::PlanOptions& options) {
  if (!settings) return;
  if (settings->hop_limit && !context.options.hop_limit_stated) options.hop_limit = *settings->hop_limit;
  if (settings->strips_dots && !context.options.dots_stated) options.compose.dot_stuff = *settings->strips_dots;
}

Result<void> add_live_mail(Context& context, const recovery::State& state, replay::PlanOptions& options) {
  if (!state.snapshot || !state.snapshot->adopted) return {};
  std::shared_ptr<files::Tree> live;
  if (!state.mailroot.empty()) {
    REQUEUE_TRY(live, recorded_mailroot(context, state));
  }
  REQUEUE_TRY(options.live, live_mail(context.files, live.get(), context.options.pickup, state.id));
  return add_recorded_pickup(context, state, options.live);
}

Result<replay::PlanOptions> plan_options(Context& context, const recovery::State& state) {
  auto options = context.options.plan;
  options.jobs = context.options.jobs;
  REQUEUE_TRY(auto settings, given_settings(context));
  apply_settings(context, settings ? settings : state.settings, options);
  if (context.options.smtp) options.compose.target = mail::Target::smtp;
  if (!context.options.envelopes_file.empty()) {
    REQUEUE_TRY(const auto csv, context.files.read_named(context.options.envelopes_file, named_file_limit));
    REQUEUE_TRY(options.overrides, replay::parse_envelopes(csv, context.options.envelopes_file));
  }
  REQUEUE_CHECK(add_live_mail(context, state, options));
  return options;
}

// What once counted as sent goes on counting: a run that leaves --against out would send it a second time.
Result<void> add_others(Context& context, recovery::Recovery& recovery, replay::PlanOptions& options) {
  REQUEUE_TRY(options.against, replay::open_others(context.files, context.options.against, recovery));
  const auto& remembered = recovery.state().against;
  if (remembered.empty() || context.options.no_against) return {};
  if (options.dedup == replay::Dedup::off) {
    return failure(Exit::usage, "--dedup off does not go with --against, which an earlier run gave", {},
                   "what " + printable(remembered.front().path) + " handed over counts as sent",
                   "Nothing was sent. Leave --dedup out, or say --no-against \"REASON\", which is recorded.");
  }
  std::vector<std::pair<const recovery::State::Against*, Error>> gone;
  for (const auto& known : remembered) {
    const auto is_there = [&](const auto& other) {
      return files::to_text(other->recovery().tree().path()) == known.path && is_the_one(*other, known);
    };
    if (std::ranges::any_of(options.against, is_there)) continue;
    auto others = replay::open_others(context.files, {unescape_bytes(known.path)}, recovery);
    if (!others) {
      gone.emplace_back(&known, others.error());
    } else if (!is_the_one(*others->front(), known)) {
      gone.emplace_back(&known, Error{Exit::precondition,
                                      Cause::other,
                                      "another recovery folder stands there now",
                                      {},
                                      "its id is " + others->front()->recovery().state().id + ", it was " + known.id,
                                      {}});
    } else {
      options.against.push_back(std::move(others->front()));
    }
  }
  for (const auto& [known, error] : gone) {
    const auto is_it = [&, id = known->id](const auto& other) { return other->recovery().state().id == id; };
    if (std::ranges::any_of(options.against, is_it)) continue;  // it was moved, and is read where it is now
    return failure(
        Exit::precondition, "a recovery folder that this one is compared with cannot be read", known->path,
        error.what + (error.why.empty() ? "" : ": " + error.why),
        "Nothing was sent. An earlier run gave it with --against. Bring it back; or give --against where it is "
        "now; or say --no-against \"REASON\", which is recorded, and what it handed over may be sent again.");
  }
  return {};
}

Result<void> add_evidence(Context& context, recovery::Recovery& recovery, replay::PlanOptions& options) {
  REQUEUE_CHECK(add_others(context, recovery, options));
  const auto& paths = context.options.smtp_logs;
  if (paths.empty()) return {};
  REQUEUE_TRY(options.log, replay::read_logs(recovery, context.files, paths, options, context.console));
  const auto& evidence = options.log->evidence;
  context.console.result("SMTP logs: " + counted(options.log->files.size(), "file") + ", " +
                         counted(evidence.lines(), "line") +
                         (evidence.unread() == 0 ? "" : ", not understood " + std::to_string(evidence.unread())));
  return {};
}

Result<void> remember_others(Context& context, recovery::Recovery& recovery, const replay::PlanOptions& options) {
  if (context.options.no_against) {
    REQUEUE_CHECK(recovery.record("no_against", Json{{"reason", escape_bytes(*context.options.no_against)}}));
  }
  for (const auto& other : options.against) {
    const auto path = files::to_text(other->recovery().tree().path());
    const auto& known = recovery.state().against;
    if (std::ranges::any_of(known, [&](const auto& one) { return one.path == path && is_the_one(*other, one); }))
      continue;
    REQUEUE_CHECK(recovery.record("against", Json{{"path", path}, {"recovery", other->recovery().state().id}}));
  }
  return {};
}

Result<void> choose_from_plan_file(Context& context, recovery::Recovery& recovery, replay::PlanOptions& options) {
  const auto& path = context.options.plan_file;
  if (path.empty()) return {};
  REQUEUE_TRY(const auto csv, context.files.read_named(path, named_file_limit));
  REQUEUE_TRY(auto lines, replay::parse_plan(csv, path));
  return replay::apply_plan_file(recovery, std::move(lines), path, options);
}

Result<void> require_replayable(Context& context, recovery::Recovery& recovery) {
  const auto& state = recovery.state();
  if (!state.emptied) {
    return failure(Exit::precondition, "the Mailroot was not emptied: a replay now could send mail twice",
                   context.options.recovery, "stage: " + std::string(recovery::to_string(state.stage())),
                   "Nothing was sent. Next: " + again(context, "status"));
  }
  if (state.sealed_at != 0) {
    return failure(Exit::precondition, "this recovery folder is sealed", context.options.recovery,
                   "line " + std::to_string(state.sealed_at) + " of its journal closed it",
                   "Nothing was sent. What was decided stands in the manifest: " + again(context, "report"));
  }
  return snapshot::check_tags(recovery.tree(), state.snapshot->root);
}

// A source whose bytes are not those of the snapshot is a matter for an audit, not only a message that failed.
Exit exit_of_plan(const replay::Plan& plan, Exit pending) {
  const auto counts = plan.counts();
  const auto is_damaged = [](const replay::Message& message) {
    return message.disposition == replay::Disposition::failed &&
           (message.rule == "source_changed" || message.rule == "source_damaged");
  };
  auto exit = Exit::done;
  if (counts.pending != 0) exit = graver(exit, pending);
  if (counts.held != 0) exit = graver(exit, Exit::attention);
  if (counts.failed != 0) exit = graver(exit, Exit::failed);
  if (!counts.balanced() || std::ranges::any_of(plan.messages, is_damaged)) exit = graver(exit, Exit::verification);
  if (counts.in_doubt != 0) exit = graver(exit, Exit::in_doubt);
  return exit;
}

}  // namespace requeue::commands
