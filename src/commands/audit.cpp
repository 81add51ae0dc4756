// audit: the record checked again from its own files.
#include "report/audit.h"

#include "commands/context.h"
#include "commands/plan_words.h"
#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {

Result<Outcome> audit(Context& context) {
  REQUEUE_TRY(const auto found,
              report::audit(context.files, context.options.recovery, {context.options.expect_heads}, context.console));
  auto& console = context.console;
  const auto verdict = [](bool good) { return std::string(good ? "[ok] " : "[FAILED] "); };
  if (found.level.empty() && found.findings.empty()) {
    console.result("[none] bag: nothing to check yet");
  } else {
    console.result(verdict(found.bag_complete && found.bag_valid) + "bag complete and valid" +
                   (found.level.empty() ? ": not read" : ", read from the " + found.level));
  }
  console.result(verdict(found.unbroken) + "journal: " + std::to_string(found.records) + " lines, chain unbroken");
  console.result(verdict(found.balanced) + "balance: found " + std::to_string(found.balance.found) + " = replayed " +
                 std::to_string(found.balance.replayed) + " + duplicate " + std::to_string(found.balance.duplicate) +
                 " + held " + std::to_string(found.balance.held) + " + skipped " +
                 std::to_string(found.balance.skipped) + " + in doubt " + std::to_string(found.balance.in_doubt) +
                 " + failed " + std::to_string(found.balance.failed) + " + pending " +
                 std::to_string(found.balance.pending));
  console.result(verdict(found.different == 0) + "handed-over files derived again: " + std::to_string(found.checked) +
                 ", different " + std::to_string(found.different));
  Json heads = Json::array();
  for (const auto& head : found.heads) {
    console.result(
        verdict(head.found) + "expected head " + printable(head.hash) +
        (head.found ? ": found, " + std::to_string(head.following) + " lines follow it" : ": no line has it"));
    heads.push_back(Json{{"head", escape_bytes(head.hash)}, {"found", head.found}, {"following", head.following}});
  }
  for (const auto& finding : found.findings) console.result("finding: " + finding);
  for (const auto& note : found.notes) console.result("note: " + note);
  if (found.exit == Exit::attention) {
    console.result("Nothing is wrong with the record, but messages wait for a person: " + again(context, "plan"));
  }
  console.result("journal head " + found.head);
  Outcome outcome;
  outcome.exit = found.exit;
  outcome.body = Json{{"bag", {{"complete", found.bag_complete}, {"valid", found.bag_valid}}},
                      {"chain", {{"records", found.records}, {"unbroken", found.unbroken}, {"head", found.head}}},
                      {"balance", counts_json(found.balance)},
                      {"rederived", {{"checked", found.checked}, {"different", found.different}}},
                      {"level", found.level},
                      {"heads", heads},
                      {"findings", notes_json(found.findings)},
                      {"notes", notes_json(found.notes)},
                      {"head", found.head}};
  outcome.body["balance"]["balanced"] = found.balanced;
  return outcome;
}

}  // namespace requeue::commands
