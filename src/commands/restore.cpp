// restore: files of the snapshot put back; into the recorded Mailroot only what was not sent.
#include "snapshot/restore.h"

#include <unordered_set>

#include "commands/context.h"
#include "commands/planning.h"
#include "commands/preflight.h"
#include "commands/session.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "mailroot/mailroot.h"
#include "replay/handoff.h"

namespace requeue::commands {
namespace {

// The same path, or the same volume and file id; where that cannot be told, it is the same.
Result<bool> is_folder(Context& context, files::Tree& target, const files::Path& recorded) {
  if (target.path() == recorded) return true;
  const auto other = context.files.open(recorded);
  if (!other) return other.error().cause != Cause::not_found;
  REQUEUE_TRY(const auto a, target.status(""));
  REQUEUE_TRY(const auto b, (*other)->status(""));
  const files::Identity unknown{};
  return a.identity == b.identity || a.identity == unknown || b.identity == unknown;
}

// Of a Mailroot in several places, each folder that holds one counts: a plain copy into it would land before the
// service's eyes.
Result<bool> is_recorded(Context& context, files::Tree& target, const recovery::State& state) {
  if (state.mailroot.empty()) return false;
  REQUEUE_TRY(bool same, is_folder(context, target, unescape_bytes(state.mailroot)));
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

// Sources that are never put back into the recorded Mailroot: the service would send them again.
Result<std::unordered_map<std::string, std::string>> never_back(Context& context, recovery::Recovery& recovery,
                                                                const replay::Ledger& ledger) {
  std::unordered_map<std::string, std::string> never;
  if (!recovery.state().emptied) return never;
  REQUEUE_TRY(const auto options, plan_options(context, recovery.state()));
  REQUEUE_TRY(const auto plan, replay::make_plan(recovery, ledger, options, context.console));
  for (const auto& message : plan.messages) {
    using replay::Disposition;
    if (message.disposition == Disposition::replayed) never[message.source] = "it was replayed";
    // A group that a killed restore left open is for the restore itself to settle; a replay would take it for in doubt.
    const bool own_group = message.rule == "restoring_unfinished" && !ledger.is_final(message.source);
    if (message.disposition == Disposition::in_doubt && !own_group) {
      never[message.source] = "it is in doubt: it may have been sent";
    }
    if (message.disposition == Disposition::duplicate && message.duplicate_of != replay::Message::none &&
        plan.messages[message.duplicate_of].final_now) {
      never[message.source] = "it is a duplicate of one that was replayed or is in doubt";
    }
  }
  return never;
}

Result<std::unordered_set<std::string>> held_sources(Context& context, recovery::Recovery& recovery,
                                                     const replay::Ledger& ledger) {
  REQUEUE_TRY(const auto options, plan_options(context, recovery.state()));
  REQUEUE_TRY(const auto plan, replay::make_plan(recovery, ledger, options, context.console));
  std::unordered_set<std::string> held;
  for (const auto& message : plan.messages) {
    const bool queue = mailroot::role_of(mailroot::top_of(message.source)) == mailroot::Role::queue;
    if (message.disposition == replay::Disposition::held && queue) held.insert(message.source);
  }
  return held;
}

Outcome restore_tell(Context& context, const snapshot::Restored& restored) {
  auto& console = context.console;
  console.result("[ok] restored " + counted(restored.restored, "file") + "; " + std::to_string(restored.present) +
                 " stood there already");
  for (const auto& line : restored.conflicts) console.warn("not overwritten, another file stands there: " + line);
  for (const auto& line : restored.left_out) console.warn("left out: " + line);
  const bool whole = restored.conflicts.empty() && restored.left_out.empty();
  auto exit = whole ? Exit::done : Exit::attention;
  if (restored.damaged) exit = Exit::verification;
  return Outcome{exit, Json{{"restored", restored.restored},
                            {"present", restored.present},
                            {"conflicts", restored.conflicts.size()},
                            {"left_out", restored.left_out.size()}}};
}

Result<Outcome> restore_elsewhere(Context& context, const files::Path& target_path,
                                  const snapshot::RestoreOptions& options) {
  REQUEUE_TRY(const auto recovery, context.files.open(context.options.recovery));
  REQUEUE_TRY(const auto target, context.files.open_or_make(target_path));
  REQUEUE_TRY(const auto restored, snapshot::restore_plain(*recovery, *target, options, context.console));
  return restore_tell(context, restored);
}

Result<Outcome> restore_back(Context& context, files::Tree& target, snapshot::RestoreOptions options) {
  if (touches_live_folders(context.options.folders, context.options.held)) {
    REQUEUE_CHECK(require_stopped(context, "a restore into the Mailroot that was evacuated"));
  }
  replay::Ledger ledger;
  REQUEUE_TRY(const auto lock, target.lock());
  return in_run(context, recovery::Missing::refuse, Site(), {&ledger},
                [&](recovery::Recovery& recovery) -> Result<Outcome> {
                  REQUEUE_CHECK(snapshot::check_tags(recovery.tree(), recovery.state().snapshot->root));
                  REQUEUE_TRY(const auto settled,
                              replay::settle(recovery, ledger, context.files, std::string(), context.console));
                  for (const auto& line : settled.named) context.console.warn(line);
                  REQUEUE_TRY(const auto never, never_back(context, recovery, ledger));
                  options.recorded_mailroot = true;
                  options.leave_out = [&](const files::Relative& source) -> std::optional<std::string> {
                    const auto found = never.find(source);
                    return found == never.end() ? std::nullopt : std::optional(found->second);
                  };
                  std::unordered_set<std::string> held;
                  if (context.options.held) {
                    REQUEUE_TRY(held, held_sources(context, recovery, ledger));
                    options.only = [&](const files::Relative& source) { return held.contains(source); };
                  }
                  REQUEUE_TRY(const auto restored, snapshot::restore(recovery, target, options, context.console));
                  return restore_tell(context, restored);
                });
}

bool looks_like_mailroot(files::Files& files, const files::Path& path) {
  const auto tree = files.open(path);
  if (!tree) return false;
  const auto entries = (*tree)->list("");
  if (!entries) return false;
  for (const auto& entry : *entries) {
    const auto role = mailroot::role_of(entry.name);
    if (role == mailroot::Role::queue || role == mailroot::Role::pickup) return true;
  }
  return false;
}

}  // namespace

Result<Outcome> restore(Context& context) {
  snapshot::RestoreOptions options;
  options.folders = context.options.folders;
  const auto state = peek(context);
  if (context.options.mailroot.empty() && (!state || state->mailroot.empty())) {
    return failure(Exit::usage, "it is not known where to restore to", {}, {},
                   "Nothing was touched. Give --mailroot DIR.");
  }
  REQUEUE_TRY(const auto target_path,
              context.files.resolve(context.options.mailroot.empty() ? unescape_bytes(state->mailroot)
                                                                     : context.options.mailroot));
  if (!state && (state.error().exit != Exit::verification || looks_like_mailroot(context.files, target_path))) {
    return failure(state.error());
  }
  if (state && !state->snapshot) {
    return failure(Exit::precondition, "there is no snapshot to restore from", context.options.recovery,
                   "its journal records none", "Nothing was touched.");
  }
  if (state) REQUEUE_CHECK(require_payload(context, *state));
  REQUEUE_TRY(const auto recovery, context.files.resolve(context.options.recovery));
  if (mailroot::is_inside(target_path.string(), recovery.string())) {
    return failure(Exit::precondition, "a restore into the recovery folder itself would spoil the record",
                   target_path.string(), "it lies inside of it", "Nothing was touched. Choose a folder outside it.");
  }
  if (context.options.dry_run) {
    context.console.result("DRY RUN: would put files of the snapshot into " + printable(target_path.string()));
    return Outcome{Exit::done, Json{{"dry_run", true}}};
  }
  auto target = context.files.open(target_path);
  // The recorded one, although it is not there any more: a plain copy would put back what was sent, and a service that
  // is set up anew would send it again.
  const bool is_its_path = state && files::to_text(target_path) == state->mailroot;
  if (!target && target.error().cause == Cause::not_found && is_its_path) {
    target = context.files.open_or_make(target_path);
  }
  if (target && state) {
    REQUEUE_TRY(const bool recorded, is_recorded(context, **target, *state));
    if (recorded && state->mailroot_folders.empty()) return restore_back(context, **target, std::move(options));
    if (recorded) {
      REQUEUE_TRY(const auto joined, recorded_mailroot(context, *state));
      return restore_back(context, *joined, std::move(options));
    }
  }
  if (context.options.held) {
    return failure(Exit::precondition, "restore --held works on the same server only", target_path.string(),
                   "it is not the Mailroot that the journal names", "Nothing was touched.");
  }
  return restore_elsewhere(context, target_path, options);
}

}  // namespace requeue::commands
