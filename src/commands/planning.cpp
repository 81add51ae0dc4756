#include "commands/planning.h"

#include <algorithm>
#include <map>

#include "commands/live_mail.h"
#include "commands/session.h"
#include "commands/words.h"
#include "core/text.h"
#include "snapshot/bag.h"

namespace requeue::commands {
namespace {

constexpr std::uint64_t named_file_limit = 1ULL << 30U;

}  // namespace

Result<replay::PlanOptions> plan_options(Context& context, const recovery::State& state) {
  auto options = context.options.plan;
  if (!context.options.envelopes_file.empty()) {
    REQUEUE_TRY(const auto csv, context.files.read_named(context.options.envelopes_file, named_file_limit));
    REQUEUE_TRY(options.overrides, replay::parse_envelopes(csv, context.options.envelopes_file));
  }
  if (state.snapshot && state.snapshot->adopted) {
    REQUEUE_TRY(options.live,
                live_mail(context.files, state.mailroot,
                          context.options.pickup.empty() ? state.pickup : context.options.pickup, state.id));
  }
  return options;
}

Result<void> choose_from_plan_file(Context& context, recovery::Recovery& recovery, replay::PlanOptions& options) {
  const auto& path = context.options.plan_file;
  if (path.empty()) return {};
  REQUEUE_TRY(const auto csv, context.files.read_named(path, named_file_limit));
  REQUEUE_TRY(const auto lines, replay::parse_plan(csv, path));
  std::map<std::string, std::string> wanted;
  auto& chosen = options.chosen.emplace();
  for (const auto& line : lines) {
    wanted[line.source] = line.sha256;
    chosen[line.source] = line.disposition;
  }
  std::string changed;
  REQUEUE_CHECK(snapshot::read_entries(recovery.tree(), [&](const snapshot::Entry& entry) -> Result<void> {
    const auto found = wanted.find(entry.source);
    if (found == wanted.end()) return {};
    if (found->second != entry.sha256 && changed.empty()) changed = entry.source;
    wanted.erase(found);
    return {};
  }));
  if (changed.empty() && !wanted.empty()) changed = wanted.begin()->first;
  if (changed.empty()) return {};
  return failure(
      Exit::stale_plan, "the plan does not fit this snapshot", path,
      "its line for " + escape_bytes(changed) + " names other bytes than the snapshot holds, or nothing in it",
      "Nothing was done. Make the plan anew: " + again(context, "plan") + " --out FILE");
}

Result<void> require_replayable(Context& context, recovery::Recovery& recovery) {
  const auto& state = recovery.state();
  if (!state.emptied) {
    return failure(Exit::precondition, "the Mailroot was not emptied: a replay now could send mail twice",
                   context.options.recovery, "stage: " + std::string(recovery::to_string(state.stage())),
                   "Nothing was sent. Next: " + again(context, "status"));
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
