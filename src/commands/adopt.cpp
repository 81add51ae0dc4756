// adopt: a copy of a Mailroot that somebody made by hand becomes a verified snapshot, recorded as emptied by hand.
#include "commands/context.h"
#include "commands/live_mail.h"
#include "commands/open_mark.h"
#include "commands/preflight.h"
#include "commands/recorded_place.h"
#include "commands/session.h"
#include "commands/tree_steps.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "replay/handoff.h"
#include "replay/ledger.h"
#include "replay/plan.h"
#include "snapshot/bag.h"
#include "snapshot/files_jsonl.h"

namespace requeue::commands {
namespace {

// Killed between the two lines that record a person's word: the snapshot stands for good, and only the end is missing.
bool was_cut_short(const recovery::State& state) {
  return state.emptying && !state.emptied && state.snapshot && state.snapshot->adopted;
}

// The snapshot, verified, and a person's word that the Mailroot was emptied begun to be recorded.
Result<Exit> begin_adoption(Context& context, recovery::Recovery& recovery, files::Tree& backup,
                            const std::string& pickup, const mailroot::Counts& counts, Json& body) {
  const bool goes_on = was_cut_short(recovery.state());
  auto exit = Exit::done;
  if (goes_on) {
    body["snapshot"] = snapshot_json(*recovery.state().snapshot);
  } else {
    REQUEUE_TRY(const auto taken, snapshot_step(context, recovery, backup, true, counts, body));
    exit = taken.exit;
  }
  REQUEUE_TRY(const auto verified, verify_step(context, recovery, body));
  if (goes_on || verified.exit != Exit::done) return graver(exit, verified.exit);
  Json emptying{{"root", recovery.state().snapshot->root}, {"by_hand", true}};
  if (!pickup.empty()) emptying["pickup"] = escape_bytes(pickup);
  REQUEUE_CHECK(recovery.record("emptying", emptying));
  return exit;
}

// What stands in Queue and Pickup before the backup is copied, or after that, is the service's to send. Looked at only
// when it is replayed, it would be gone by then: the service runs before that, and while the backup is copied.
Result<std::uint64_t> record_left(Context& context, recovery::Recovery& recovery, files::Tree* live,
                                  const std::string& pickup, replay::LiveMail standing) {
  REQUEUE_TRY(auto now, live_mail(context.files, live, pickup, recovery.state().id));
  standing.names.merge(now.names);
  standing.digests.merge(now.digests);
  std::uint64_t left = 0;
  const auto see = [&](const snapshot::Entry& entry) -> Result<void> {
    const auto role = mailroot::role_of(mailroot::top_of(entry.source));
    const bool queued = role == mailroot::Role::queue || role == mailroot::Role::pickup;
    if (entry.status.kind != files::Kind::file || !queued) return {};
    if (!standing.holds(entry.source, replay::digest_of(entry.sha256))) return {};
    ++left;
    return recovery.record("left_in_place", {{"source", escape_bytes(entry.source)},
                                             {"why", "it stood in the Mailroot when its backup was adopted"}});
  };
  REQUEUE_CHECK(snapshot::read_entries(recovery.tree(), see));
  return left;
}

Result<Outcome> adopt_work(Context& context, recovery::Recovery& recovery, files::Tree& backup, files::Tree* live,
                           const std::string& pickup, const mailroot::Counts& counts) {
  Outcome outcome;
  REQUEUE_TRY(auto stood, live_mail(context.files, live, pickup, recovery.state().id));
  REQUEUE_TRY(outcome.exit, begin_adoption(context, recovery, backup, pickup, counts, outcome.body));
  if (outcome.exit == Exit::verification) return outcome;
  REQUEUE_TRY(const auto left, record_left(context, recovery, live, pickup, std::move(stood)));
  if (left > 0) {
    context.console.warn(
        counted(left, "file") +
        " of the backup found in the live Queue or Pickup: left for the service to send, no replay does");
  }
  // A person emptied the Mailroot; the journal says whose word that is. Flushed with the end of the run: nothing is
  // done meanwhile, and killed before, the same command goes on.
  REQUEUE_CHECK(recovery.record(
      "emptied", Json{{"files", recovery.state().snapshot->files}, {"kept", 0}, {"newcomers", 0}, {"by_hand", true}}));
  context.console.result("[ok] adopted. requeue did not empty the Mailroot itself; it takes your word for it.");
  context.console.result("Next: " + again(context, "plan"));
  context.console.result("  " + again(context, "probe", recovery.state()) + service_options(context) +
                         " --from YOU --to SOMEBODY");
  context.console.result("  " + again(context, "replay") + unknown_pickup(context, recovery.state()));
  return outcome;
}

// Resolved; empty when none was given.
Result<std::string> pickup_in_use(Context& context) {
  if (context.options.pickup.empty()) return std::string();
  REQUEUE_TRY(const auto path, replay::resolve_pickup(context.files, context.options.pickup));
  REQUEUE_CHECK(require_taken_from(context, recovery::State(), path));
  const auto tree = context.files.open(path);
  if (tree) return (*tree)->path().string();
  return failure(Exit::precondition, "cannot open the Pickup in use", context.options.pickup, tree.error().why,
                 "Nothing was touched. Give --pickup the Pickup folder of the running service.");
}

// The Mailroot that is meant, though its Pickup alone is named.
Result<void> require_mailroot_beside(Context& context, const recovery::State& state, const std::string& pickup) {
  if (pickup.empty()) return {};
  const auto beside = context.files.open(files::Path(pickup).parent_path());
  if (!beside) return {};  // then nobody evacuates it
  REQUEUE_CHECK(require_no_linked_mail(**beside));
  return require_no_other_mark(context, state, **beside);
}

}  // namespace

Result<Outcome> adopt(Context& context) {
  REQUEUE_TRY(const auto state, peek(context));
  if (state.emptied || (state.emptying && !was_cut_short(state))) {
    return failure(Exit::precondition, "this recovery folder is in use already", context.options.recovery,
                   "stage: " + std::string(recovery::to_string(state.stage())),
                   "Nothing was touched. Choose a new recovery folder.");
  }
  REQUEUE_TRY(const auto site, open_backup(context, context.options.backup));
  REQUEUE_CHECK(require_only_evacuation(context, state, *site.mailroot, StaleMark::leave));
  Site live;
  if (!context.options.mailroot.empty() || !context.options.metabase.empty()) {
    REQUEUE_TRY(live, find_site(context, state));
  }
  REQUEUE_CHECK(require_same_mailroot(state, live));
  if (live.mailroot) REQUEUE_CHECK(require_only_evacuation(context, state, *live.mailroot));
  REQUEUE_TRY(const auto pickup, pickup_in_use(context));
  REQUEUE_CHECK(require_mailroot_beside(context, state, pickup));
  REQUEUE_TRY(const auto counts,
              mailroot::walk(*site.mailroot, [](const mailroot::Item&) -> Result<void> { return {}; }));
  REQUEUE_CHECK(check_space(context, *site.mailroot, {counts, {}}));
  if (context.options.dry_run) {
    context.console.result("DRY RUN: would copy " + counted(counts.files, "file") + "; nothing is written");
    return Outcome{Exit::done, Json{{"dry_run", true}}};
  }
  REQUEUE_TRY(const auto lock, site.mailroot->lock());
  return in_run(context, recovery::Missing::make, live, {}, [&](recovery::Recovery& recovery) {
    return adopt_work(context, recovery, *site.mailroot, live.mailroot.get(), pickup, counts);
  });
}

}  // namespace requeue::commands
