#include "commands/session.h"

#include "commands/deciding_options.h"
#include "commands/words.h"
#include "core/text.h"
#include "core/unexpected.h"
#include "report/audit.h"

namespace requeue::commands {

namespace {

recovery::RunFacts facts_of(const Context& context, const Site& site) {
  const auto& options = context.options;
  recovery::RunFacts facts;
  facts.command = options.command;
  facts.version = context.program.version;
  facts.build = context.program.build;
  facts.program_sha256 = context.program.sha256;
  facts.operator_name = options.operator_name;
  facts.ticket = options.ticket;
  facts.reason = options.reason;
  facts.command_line = options.command_line;
  if (options.command == "replay" && options.resolve.empty()) facts.deciding = deciding_words(context);
  facts.mailroot = site.mailroot_path;
  facts.mailroot_folders = site.folders;
  facts.settings = site.settings;
  return facts;
}

}  // namespace

Result<Outcome> in_run(Context& context, recovery::Missing missing, const Site& site,
                       const std::vector<recovery::Fold*>& folds,
                       const std::function<Result<Outcome>(recovery::Recovery&)>& work) {
  REQUEUE_TRY(auto opened, recovery::open_to_write(context.files, context.options.recovery, missing,
                                                   facts_of(context, site), context.console, folds));
  auto outcome = without_exceptions([&] { return work(*opened); });
  const Exit exit = outcome ? outcome->exit : outcome.error().exit;
  Json counts = Json::object();
  if (outcome) counts = outcome->body;
  if (auto ended = opened->end(exit, counts); !ended && outcome) {
    // The work is done and journaled; only its closing line is missing. The next run goes on from the journal.
    return failure(std::move(ended.error()));
  }
  if (outcome) {
    outcome->body["head"] = opened->head();
    context.console.result("journal head " + opened->head() + " (line " + std::to_string(opened->records()) +
                           "): note it in the change ticket");
  }
  return outcome;
}

Result<void> require_payload(const Context& context, const recovery::State& state) {
  if (!state.payload_destroyed()) return {};
  return failure(Exit::precondition, "the mail of this recovery folder was destroyed", context.options.recovery,
                 "line " + std::to_string(state.disposing_at) + " of its journal records the disposal",
                 "Nothing was touched. What is left can be checked: requeue audit.");
}

Result<void> require_whole_record(Context& context, std::string_view what) {
  report::AuditOptions options;
  options.quick = true;
  REQUEUE_TRY(const auto found, report::audit(context.files, context.options.recovery, options, context.console));
  if (found.findings.empty()) return {};
  const auto more = found.findings.size() - 1;
  return failure(Exit::verification, std::string(what), context.options.recovery,
                 found.findings.front() + (more > 0 ? " And " + std::to_string(more) + " more." : ""),
                 "Nothing was touched. See all of it with: " + again(context, "audit"));
}

bool is_at_work(const Context& context) {
  const auto& options = context.options;
  const bool own_lock = options.command == "replay" && !options.dry_run;
  if (own_lock) return false;
  const auto tree = context.files.open(options.recovery);
  return tree && recovery::is_at_work(**tree);
}

Result<bool> folder_is_there(files::Files& files, const std::string& folder) {
  auto opened = files.open(folder);
  if (opened) return true;
  if (opened.error().cause == Cause::not_found) return false;
  return failure(recovery::without_rights(std::move(opened.error())));
}

Result<recovery::State> peek(Context& context) {
  REQUEUE_TRY(const bool there, folder_is_there(context.files, context.options.recovery));
  if (!there) return recovery::State{};
  REQUEUE_TRY(auto opened, recovery::open_to_read(context.files, context.options.recovery));
  return opened->state();
}

Json snapshot_json(const recovery::SnapshotFacts& facts) {
  return Json{{"files", facts.files},
              {"bytes", facts.bytes},
              {"folders", facts.folders},
              {"streams", facts.streams},
              {"root", facts.root}};
}

Json verified_json(const recovery::Verified& verified) {
  return Json{{"files", verified.files}, {"bytes", verified.bytes}, {"level", verified.level}};
}

}  // namespace requeue::commands
