#include "commands/planning.h"

#include <map>

#include "commands/live_mail.h"
#include "commands/session.h"
#include "core/text.h"
#include "snapshot/bag.h"

namespace requeue::commands {
namespace {

constexpr std::uint64_t named_file_limit = 1ULL << 30U;

std::string ways_out(std::string_view rule) {
  if (rule == "no_recipient" || rule == "list" || rule == "bad_address") return "--envelopes FILE";
  if (rule == "bounce") return "--bounces replay|skip";
  if (rule == "hop_limit") return "--hop-limit N";
  if (rule == "max_size") return "--max-size N";
  if (rule == "copy_in_doubt") return "settle the copy in doubt first";
  return "restore --held";
}

}  // namespace

Result<replay::PlanOptions> plan_options(Context& context, const recovery::State& state) {
  auto options = context.options.plan;
  if (!context.options.envelopes_file.empty()) {
    REQUEUE_TRY(const auto csv, context.files.read_named(context.options.envelopes_file, named_file_limit));
    REQUEUE_TRY(options.overrides, replay::parse_envelopes(csv, context.options.envelopes_file));
  }
  if (state.snapshot && state.snapshot->adopted) {
    REQUEUE_TRY(options.live, live_mail(context.files, state.mailroot, context.options.pickup, state.id));
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
      "Nothing was done. Make the plan anew: requeue plan --recovery " + shell_quoted(context.options.recovery) +
          " --out FILE");
}

Result<void> require_replayable(Context& context, recovery::Recovery& recovery) {
  const auto& state = recovery.state();
  const auto folder = shell_quoted(context.options.recovery);
  if (!state.emptied) {
    return failure(Exit::precondition, "the Mailroot was not emptied: a replay now could send mail twice",
                   context.options.recovery, "stage: " + std::string(recovery::to_string(state.stage())),
                   "Nothing was sent. Next: requeue status --recovery " + folder);
  }
  return snapshot::check_tags(recovery.tree(), state.snapshot->root);
}

Json counts_json(const replay::Counts& counts) {
  return Json{{"found", counts.found},   {"replayed", counts.replayed}, {"duplicate", counts.duplicate},
              {"held", counts.held},     {"skipped", counts.skipped},   {"in_doubt", counts.in_doubt},
              {"failed", counts.failed}, {"pending", counts.pending}};
}

Json notes_json(const std::vector<std::string>& notes) {
  Json json = Json::array();
  for (const auto& note : notes) json.push_back(escape_bytes(note));
  return json;
}

void print_counts(Context& context, const replay::Plan& plan, const replay::Counts& counts,
                  std::string_view pending_word) {
  auto& console = context.console;
  for (const auto& note : plan.notes) console.result("note: " + printable(note));
  console.result("found " + std::to_string(counts.found) + " = replayed " + std::to_string(counts.replayed) + " + " +
                 std::string(pending_word) + " " + std::to_string(counts.pending) + " + duplicate " +
                 std::to_string(counts.duplicate) + " + held " + std::to_string(counts.held) + " + skipped " +
                 std::to_string(counts.skipped) + " + in doubt " + std::to_string(counts.in_doubt) + " + failed " +
                 std::to_string(counts.failed));
  console.result("not mail, only in the snapshot: " + std::to_string(plan.not_mail));
  for (const auto& name : plan.not_mail_named) console.result("  " + printable(name));
}

void print_held(Context& context, const replay::Plan& plan, std::size_t limit) {
  std::size_t shown = 0;
  std::size_t more = 0;
  for (const auto& message : plan.messages) {
    const bool held = message.disposition == replay::Disposition::held;
    if (!held && message.disposition != replay::Disposition::in_doubt) continue;
    if (shown == limit) {
      ++more;
      continue;
    }
    ++shown;
    context.console.result(std::string(held ? "[held] " : "[in doubt] ") + printable(message.source) + ": " +
                           std::string(message.rule) +
                           (held ? "; ways out: " + ways_out(message.rule) + ", or restore --held on the same server"
                                 : "; it may have been sent and is never sent again by itself"));
  }
  if (more != 0) context.console.result("  and " + std::to_string(more) + " more: requeue report --csv FILE");
}

}  // namespace requeue::commands
