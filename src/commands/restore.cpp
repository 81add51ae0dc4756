// restore: files of the snapshot put back; into the recorded Mailroot only what was not sent.
#include "snapshot/restore.h"

#include <algorithm>
#include <unordered_set>

#include "commands/context.h"
#include "commands/open_mark.h"
#include "commands/plan_words.h"
#include "commands/planning.h"
#include "commands/preflight.h"
#include "commands/recorded_place.h"
#include "commands/session.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "mailroot/mailroot.h"
#include "replay/going_back.h"
#include "replay/handoff.h"
#include "replay/restored.h"
#include "snapshot/bag.h"
#include "snapshot/files_jsonl.h"

namespace requeue::commands {
namespace {

constexpr std::string_view none_held =
    "no message of Queue is held: neither by the newest replay, nor by a plan without options. What a plan with "
    "options "
    "of its own would hold is on record once a replay was given them.";

// Of a Mailroot in several places, each folder that holds one counts: a plain copy into it would land before the
// service's eyes.
Result<bool> is_recorded(Context& context, files::Tree& target, const recovery::State& state) {
  if (state.mailroot.empty()) return false;
  REQUEUE_TRY(bool same, is_folder(context, target, unescape_bytes(state.mailroot)));
  if (!same) {
    REQUEUE_TRY(const auto moved, was_taken_of(context, context.options.recovery, state, target));
    same = moved.value_or(false);
  }
  for (const auto& [name, path] : state.mailroot_folders) {
    if (!same) {
      REQUEUE_TRY(same, is_folder(context, target, files::Path(path).parent_path()));
    }
  }
  return same;
}

bool touches_live_folders(const std::vector<std::string>& folders, bool held) {
  if (folders.empty() || held) return true;
  for (const auto& folder : folders) {
    switch (mailroot::role_of(folder)) {
      case mailroot::Role::drop:
      case mailroot::Role::badmail:
      case mailroot::Role::mailbox:
        break;
      default:
        return true;
    }
  }
  return false;
}

// What a restore into the evacuated Mailroot must know of the messages.
struct Known {
  replay::NeverBack never;
  std::unordered_set<std::string> held;  // of --held
  std::unordered_set<std::string> left;  // of an adopted backup: for the service to send, under whatever name
  std::optional<replay::PutBack> put_back;
};

// Of an adopted backup nobody knows when the service has sent what was left to it, or whether it stands in Queue under
// another name: put back, it would be sent again. What the service never sends may go back.
std::unordered_set<std::string> left_to_the_service(const replay::Plan& plan) {
  std::unordered_set<std::string> left;
  for (const auto& message : plan.messages) {
    const auto role = mailroot::role_of(mailroot::top_of(message.source));
    const bool sends = role != mailroot::Role::drop && role != mailroot::Role::badmail;
    if (sends && message.disposition == replay::Disposition::skipped && message.rule == "left_in_place") {
      left.insert(message.source);
    }
  }
  return left;
}

// Before the Mailroot was emptied nothing can have been sent. The first plan is let go of before the second is made:
// of a million messages each takes hundreds of megabytes.
Result<void> learn(Context& context, recovery::Recovery& recovery, const replay::Ledger& ledger,
                   const replay::PlanOptions& evidence, Known& known) {
  if (!recovery.state().emptied && !context.options.held) {
    known.put_back.emplace(replay::Plan(), ledger);
    return {};
  }
  REQUEUE_CHECK(remember_others(context, recovery, evidence));
  REQUEUE_TRY(auto options, plan_options(context, recovery.state()));
  options.against = evidence.against;
  bool any_sent = !options.against.empty();
  {
    REQUEUE_TRY(const auto plan, replay::make_plan(recovery, ledger, options, context.console));
    known.put_back.emplace(plan, ledger);
    if (context.options.held) known.held = replay::held_sources(plan, ledger);
    if (recovery.state().snapshot->adopted) known.left = left_to_the_service(plan);
    any_sent = any_sent ||
               std::ranges::any_of(plan.messages, [](const replay::Message& message) { return message.final_now; });
  }
  if (!any_sent) return {};
  REQUEUE_TRY(const auto sent,
              replay::make_plan(recovery, ledger, replay::with_nothing_held(options), context.console));
  known.never = replay::never_back(sent, ledger, !options.against.empty());
  return {};
}

constexpr std::size_t restored_shown = 10;

// A summary that scrolls away is not read.
void tell_some(Console& console, const std::string& what, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size() && i < restored_shown; ++i) console.warn(what + lines[i]);
  if (lines.size() <= restored_shown) return;
  const auto named = names_json(lines).size();
  console.warn("and " + std::to_string(lines.size() - restored_shown) + " more; the same restore with --json names " +
               (named < lines.size() ? std::to_string(named) + " of them" : std::string("them all")));
}

Outcome restore_tell(Context& context, const snapshot::Restored& restored) {
  auto& console = context.console;
  console.result("[ok] restored " + counted(restored.restored, "file") + "; " + std::to_string(restored.present) +
                 " stood there already");
  tell_some(console, "not overwritten, another file stands there: ", restored.conflicts);
  tell_some(console, "left out: ", restored.left_out);
  const bool whole = restored.conflicts.empty() && restored.left_out.empty();
  auto exit = whole ? Exit::done : Exit::attention;
  if (restored.damaged) exit = Exit::verification;
  return Outcome{exit, Json{{"restored", restored.restored},
                            {"present", restored.present},
                            {"conflicts", restored.conflicts.size()},
                            {"left_out", restored.left_out.size()},
                            {"conflicts_named", names_json(restored.conflicts)},
                            {"left_out_named", names_json(restored.left_out)}}};
}

// After a replay it may have been only Drop and Badmail that went back: then nothing waits for the service.
bool stands_to_be_sent(const recovery::State& state) {
  return std::ranges::any_of(state.restored, [](const std::string& source) {
    const auto role = mailroot::role_of(mailroot::top_of(unescape_bytes(source)));
    return role == mailroot::Role::queue || role == mailroot::Role::pickup;
  });
}

// Of Drop, Badmail and Mailbox nothing is to be started again.
void tell_next_of_restore(Context& context, const recovery::State& state, bool live,
                          const snapshot::Restored& restored) {
  if (!live || restored.restored + restored.present == 0) return;
  if (state.emptying && !state.emptied && !state.put_back) {
    context.console.result("Next: " + again(context, "status"));
    return;
  }
  if (stands_to_be_sent(state)) {
    context.console.result(
        "the service sends what stands in Queue and Pickup when it runs; no replay sends that again");
  }
  context.console.result("Next: " + start_the_service(context, state.sealed_at != 0));
}

Result<Outcome> restore_elsewhere(Context& context, const files::Path& target_path,
                                  const snapshot::RestoreOptions& options) {
  REQUEUE_TRY(const auto recovery, context.files.open(context.options.recovery));
  REQUEUE_TRY(const auto target, context.files.open_or_make(target_path));
  // Two restores into one folder would take each other's temporary files for their own.
  REQUEUE_TRY(const auto lock, target->lock());
  REQUEUE_TRY(const auto restored, snapshot::restore_plain(*recovery, *target, options, context.console));
  return restore_tell(context, restored);
}

Outcome rehearsed(Context& context, const files::Path& path) {
  context.console.result("DRY RUN: would put files of the snapshot into " + printable(path.string()));
  return Outcome{Exit::done, Json{{"dry_run", true}}};
}

// All that can refuse it before its run opens; what other recovery folders handed over is read with it.
Result<replay::PlanOptions> require_back(Context& context, const recovery::State& state, files::Tree& target,
                                         bool live) {
  replay::PlanOptions evidence;
  REQUEUE_CHECK(require_no_other_mark(context, state, target));
  REQUEUE_CHECK(require_marked_folder(context, state, target));
  if (!live) return evidence;
  REQUEUE_CHECK(
      require_asked_service(context, state, "the service of this Mailroot was asked before, and now none is"));
  REQUEUE_CHECK(require_stopped(context, "a restore into the Mailroot that was evacuated"));
  REQUEUE_TRY(const auto reading, recovery::open_to_read(context.files, context.options.recovery, {}));
  REQUEUE_CHECK(add_evidence(context, *reading, evidence));
  return evidence;
}

Result<Outcome> restore_back(Context& context, const recovery::State& state, files::Tree& target,
                             snapshot::RestoreOptions options) {
  const bool live = touches_live_folders(context.options.folders, context.options.held);
  replay::Ledger ledger;
  REQUEUE_TRY(const auto evidence, require_back(context, state, target, live));
  if (context.options.dry_run) return rehearsed(context, target.path());
  REQUEUE_TRY(const auto lock, target.lock());
  return in_run(context, recovery::Missing::refuse, Site(), {&ledger},
                [&](recovery::Recovery& recovery) -> Result<Outcome> {
                  REQUEUE_CHECK(snapshot::check_tags(recovery.tree(), recovery.state().snapshot->root));
                  REQUEUE_TRY(const auto settled,
                              replay::settle(recovery, ledger, context.files, std::string(), context.console));
                  for (const auto& line : settled.named) context.console.warn(line);
                  Known known;
                  REQUEUE_CHECK(learn(context, recovery, ledger, evidence, known));
                  options.recorded_mailroot = true;
                  options.leave_out = [&](const files::Relative& source) -> std::optional<std::string> {
                    const auto found = known.never.find(source);
                    if (found != known.never.end()) return found->second;
                    if (!known.left.contains(source) || target.status(source)) return std::nullopt;
                    return "it was left to the service, which has sent it since or holds it under another name";
                  };
                  if (context.options.held) {
                    if (known.held.empty()) context.console.warn(none_held);
                    options.only = [&](const files::Relative& source) { return known.held.contains(source); };
                  }
                  REQUEUE_TRY(const auto restored, snapshot::restore(recovery, target, options, context.console));
                  REQUEUE_CHECK(known.put_back->record(recovery));
                  auto outcome = restore_tell(context, restored);
                  tell_next_of_restore(context, recovery.state(), live, restored);
                  return outcome;
                });
}

bool looks_like_mailroot(files::Files& files, const files::Path& path) {
  const auto tree = files.open(path);
  return tree && has_queue_or_pickup(**tree);
}

// Where the files are to go, and whether it may be there at all.
Result<files::Path> restored_to(Context& context, const Result<recovery::State>& state) {
  if (context.options.mailroot.empty() && (!state || state->mailroot.empty())) {
    return failure(Exit::usage, "it is not known where to restore to", {}, {},
                   "Nothing was touched. Give --mailroot DIR.");
  }
  REQUEUE_TRY(const auto target,
              context.files.resolve(context.options.mailroot.empty() ? unescape_bytes(state->mailroot)
                                                                     : context.options.mailroot));
  if (!state && (state.error().exit != Exit::verification || looks_like_mailroot(context.files, target))) {
    return failure(state.error());
  }
  if (state && !state->snapshot) {
    return failure(Exit::precondition, "there is no snapshot to restore from", context.options.recovery,
                   "its journal records none", "Nothing was touched.");
  }
  if (state) REQUEUE_CHECK(require_payload(context, *state));
  if (state) REQUEUE_CHECK(require_snapshot_of_record(context, *state));
  REQUEUE_TRY(const auto recovery, context.files.resolve(context.options.recovery));
  if (mailroot::is_inside(target.string(), recovery.string())) {
    return failure(Exit::precondition, "a restore into the recovery folder itself would spoil the record",
                   target.string(), "it lies inside of it", "Nothing was touched. Choose a folder outside it.");
  }
  REQUEUE_CHECK(require_no_snapshot(context, target, "this folder"));
  REQUEUE_CHECK(require_no_recovery_folder(context, target));
  if (state) REQUEUE_CHECK(require_not_in_mailroot(*state, target));
  return target;
}

// Null: it is not there. The recorded one is made anew then: a plain copy would put back what was sent, and a service
// that is set up anew would send it again.
Result<std::shared_ptr<files::Tree>> open_target(Context& context, const Result<recovery::State>& state,
                                                 const files::Path& path) {
  auto target = context.files.open(path);
  const bool is_its_path = state && files::to_text(path) == state->mailroot;
  if (!target && target.error().cause == Cause::not_found && is_its_path) {
    REQUEUE_CHECK(require_mounted_above(context, *state, path));
    if (context.options.dry_run) return std::shared_ptr<files::Tree>();
    target = context.files.open_or_make(path);
  }
  if (!target && target.error().cause == Cause::not_found && !is_its_path) return std::shared_ptr<files::Tree>();
  if (target && is_its_path) REQUEUE_CHECK(require_mounted(context, *state, **target));
  return target;
}

// A plain copy leaves nothing out: options that would have it do so are refused, and so is the Pickup of a service.
Result<void> require_plain(Context& context, const Result<recovery::State>& state, const files::Path& path,
                           files::Tree* target) {
  if (!context.options.against.empty() || context.options.no_against) {
    return failure(Exit::usage, "--against and --no-against go with a restore into the Mailroot that the journal names",
                   path.string(), "it is another folder: a plain copy, which leaves nothing out",
                   "Nothing was touched. Leave them out.");
  }
  if (context.options.held) {
    return failure(Exit::precondition, "restore --held works on the same server only", path.string(),
                   "it is not the Mailroot that the journal names", "Nothing was touched.");
  }
  if (target) REQUEUE_CHECK(require_no_other_mark(context, state ? *state : recovery::State(), *target));
  if (!touches_live_folders(context.options.folders, false)) return {};
  if (state && target) REQUEUE_CHECK(require_no_pickup_of_record(context, *state, *target));
  if (state && target) REQUEUE_CHECK(require_no_mailroot_of_adopted(context, *state, *target));
  if (state && !target) REQUEUE_CHECK(require_no_pickup_of_record(context, *state, path));
  if (target && has_queue_or_pickup(*target)) {
    context.console.warn("this folder has a Queue or a Pickup: a service that runs on it would send what stands there");
  }
  return {};
}

}  // namespace

Result<Outcome> restore(Context& context) {
  const auto state = peek(context);
  REQUEUE_TRY(const auto path, restored_to(context, state));
  REQUEUE_CHECK(require_restored_folders(context));
  snapshot::RestoreOptions options;
  options.folders = context.options.folders;
  REQUEUE_TRY(const auto target, open_target(context, state, path));
  if (target && state) {
    REQUEUE_TRY(const bool recorded, is_recorded(context, *target, *state));
    if (recorded && state->mailroot_folders.empty()) return restore_back(context, *state, *target, std::move(options));
    if (recorded) {
      REQUEUE_TRY(const auto joined, recorded_mailroot(context, *state));
      return restore_back(context, *state, *joined, std::move(options));
    }
  }
  const bool made_anew = !target && state && files::to_text(path) == state->mailroot;
  if (!made_anew) REQUEUE_CHECK(require_plain(context, state, path, target.get()));
  if (context.options.dry_run) return rehearsed(context, path);
  return restore_elsewhere(context, path, options);
}

}  // namespace requeue::commands
