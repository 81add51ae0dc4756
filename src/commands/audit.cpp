// audit: the record checked again from its own files.
#include "report/audit.h"

#include "commands/announce.h"
#include "commands/context.h"
#include "commands/plan_words.h"
#include "commands/preflight.h"
#include "commands/session.h"
#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {

namespace {

Result<report::AuditOptions> audit_options(Context& context) {
  report::AuditOptions options;
  options.expect_heads = context.options.expect_heads;
  options.quick = context.options.quick;
  options.jobs = context.options.jobs;
  const auto& path = context.options.public_key;
  if (path.empty()) return options;
  REQUEUE_TRY(const auto text, context.files.read_named(path, 4096));
  REQUEUE_TRY(options.public_key, seal::read_public_key(text, path));
  return options;
}

std::string verdict(bool good) {
  return good ? "[ok] " : "[FAILED] ";
}

void tell_bag(Console& console, const report::Audit& found, bool quick) {
  if (found.destroyed_by != 0) {
    console.result(verdict(found.bag_valid) + "bag: payload destroyed by journal line " +
                   std::to_string(found.destroyed_by) + "; its lists hold");
  } else if (quick && found.bag_complete) {
    console.result(verdict(found.bag_valid) + "bag complete; payload not read (--quick)");
  } else if (found.level.empty() && found.findings.empty()) {
    console.result("[none] bag: nothing to check yet");
  } else {
    console.result(verdict(found.bag_complete && found.bag_valid) + "bag complete and valid" +
                   (found.level.empty() ? ": not read" : ", read from the " + found.level));
  }
}

void tell_seal(Console& console, const report::Sealed& seal) {
  std::string signature = "not signed";
  if (seal.signature == "good") signature = "signed with key " + seal.signed_by;
  if (seal.signature == "bad") signature = "its signature does not hold";
  if (seal.signature == "unchecked") signature = "signed with key " + seal.signed_by + ", not checked";
  console.result(verdict(seal.valid) + "seal: journal line " + std::to_string(seal.line) + ", " + signature + "; " +
                 counted(static_cast<std::uint64_t>(seal.following), "line") + " after it");
}

Json seal_json(const std::optional<report::Sealed>& seal) {
  if (!seal) return nullptr;
  return Json{{"line", seal->line},
              {"valid", seal->valid},
              {"signature", seal->signature},
              {"signed_by", seal->signed_by},
              {"following", seal->following}};
}

// The bag may be whole where the record is not, and the other way round: what is safe differs.
std::string what_now(const Context& context, const report::Audit& found) {
  std::string what = "Use a good copy of the whole folder, if there is one.";
  std::string safe = " The mail in snapshot/";
  if (found.unbroken && !(found.bag_valid && found.bag_complete)) {
    what = "Take what is named from a good copy of it.";
    // Without its lists nothing is taken out of the snapshot either.
    safe = found.level.empty() ? "" : " All else in the snapshot";
  }
  if (found.destroyed_by == 0 && !safe.empty()) {
    what += safe + " is safe, and can be taken out (some of it may have been sent): " + again(context, "restore") +
            " --mailroot EMPTY_FOLDER";
  }
  return "Next: edit nothing in this recovery folder, and make a copy of it as it is. " + what +
         "\n  docs/exit-codes.md, \"4: what now\", says more.";
}

// A sealed record is not planned with any more, and one that is not emptied not yet.
std::string what_is_open(Context& context, const report::Audit& found) {
  if (found.seal) return "; it was sealed with messages open: " + again(context, "report");
  const auto state = peek(context);
  if (!state || state->emptied) return ", but messages wait for a person: " + again(context, "plan");
  return ", but the evacuation has not come to its end: " +
         (state->put_back ? again(context, "status")
                          : again(context, "evacuate", *state) + service_options(context) + scope_options(*state));
}

// What cannot be looked at would pass for what is not there.
Result<void> require_rights(Context& context) {
  const auto tree = context.files.open(context.options.recovery);
  if (!tree) return {};
  const auto listed = (*tree)->list("");
  if (listed) return {};
  return failure(recovery::without_rights(listed.error()));
}

// The record is read once more, for what looks like damage and is none.
void tell_what_now(Context& context, const report::Audit& found) {
  const auto state = peek(context);
  const auto as_recorded = state ? require_snapshot_of_record(context, *state) : Result<void>();
  context.console.result(as_recorded ? what_now(context, found)
                                     : "note: " + as_recorded.error().what + ". " + as_recorded.error().hint);
}

}  // namespace

Result<Outcome> audit(Context& context) {
  REQUEUE_TRY(const auto options, audit_options(context));
  REQUEUE_CHECK(require_rights(context));
  const auto audited = report::audit(context.files, context.options.recovery, options, context.console);
  if (!audited) return failure(recovery::without_rights(audited.error()));
  const auto& found = *audited;
  auto& console = context.console;
  tell_bag(console, found, options.quick);
  console.result(verdict(found.unbroken) + "journal: " + std::to_string(found.records) + " lines, chain unbroken");
  console.result(verdict(found.balanced) + "balance: found " + std::to_string(found.balance.found) + " = replayed " +
                 std::to_string(found.balance.replayed) + " + duplicate " + std::to_string(found.balance.duplicate) +
                 " + held " + std::to_string(found.balance.held) + " + skipped " +
                 std::to_string(found.balance.skipped) + " + in doubt " + std::to_string(found.balance.in_doubt) +
                 " + failed " + std::to_string(found.balance.failed) + " + pending " +
                 std::to_string(found.balance.pending));
  console.result(verdict(found.different == 0) + "handed-over files derived again: " + std::to_string(found.checked) +
                 ", different " + std::to_string(found.different));
  if (found.seal) tell_seal(console, *found.seal);
  Json heads = Json::array();
  for (const auto& head : found.heads) {
    console.result(
        verdict(head.found) + "expected head " + printable(head.hash) +
        (head.found ? ": found, " + std::to_string(head.following) + " lines follow it" : ": no line has it"));
    heads.push_back(Json{{"head", escape_bytes(head.hash)}, {"found", head.found}, {"following", head.following}});
  }
  if (!found.balanced) announce_balance_failed(context, found.head);
  for (const auto& finding : found.findings) console.result("finding: " + finding);
  for (const auto& note : found.notes) console.result("note: " + note);
  if (!found.findings.empty()) tell_what_now(context, found);
  if (found.exit == Exit::attention) console.result("Nothing is wrong with the record" + what_is_open(context, found));
  console.result("journal head " + found.head);
  Outcome outcome;
  outcome.exit = found.exit;
  outcome.body = Json{{"bag", {{"complete", found.bag_complete}, {"valid", found.bag_valid}}},
                      {"chain", {{"records", found.records}, {"unbroken", found.unbroken}, {"head", found.head}}},
                      {"balance", counts_json(found.balance)},
                      {"rederived", {{"checked", found.checked}, {"different", found.different}}},
                      {"level", found.level},
                      {"quick", options.quick},
                      {"seal", seal_json(found.seal)},
                      {"destroyed_by", found.destroyed_by},
                      {"heads", heads},
                      {"findings", notes_json(found.findings)},
                      {"notes", notes_json(found.notes)},
                      {"head", found.head}};
  outcome.body["balance"]["balanced"] = found.balanced;
  return outcome;
}

}  // namespace requeue::commands
