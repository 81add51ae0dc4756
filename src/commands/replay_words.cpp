#include "commands/replay_words.h"

#include "commands/deciding_options.h"
#include "commands/doubt_words.h"
#include "commands/plan_words.h"
#include "commands/smtp_server.h"
#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

void tell_pickup(Context& context, const replay::ReplayResult& result) {
  auto& console = context.console;
  console.result("handed to Pickup now: " + std::to_string(result.now_replayed) +
                 " (handed over, not: delivered; the service delivers)");
  console.result("a look, without waiting: " + std::to_string(result.after.pickup_ours) +
                 " of them still in Pickup; Queue " + std::to_string(result.before.queue) + " -> " +
                 std::to_string(result.after.queue) + " files, Badmail " + std::to_string(result.before.badmail) +
                 " -> " + std::to_string(result.after.badmail));
  if (result.stopped_on_badmail) {
    console.warn("stopped: Badmail grew. Look into it; the rest stays pending and the same command goes on.");
  }
}

void tell_smtp(Context& context, const replay::ReplayResult& result) {
  auto& console = context.console;
  console.result("taken in by " + printable(submission::to_string(*context.options.smtp)) + " now: " +
                 counted(result.now_replayed, "message") + " (taken in, not: delivered; that server delivers)");
  if (result.refused_recipients() != 0) {
    console.result("refused by it: " + counted(result.refused_recipients(), "recipient") + " of " +
                   counted(result.refused.size(), "message") +
                   " that went to the others; report --jsonl has them, with what it said");
  }
  if (result.changed_line_ends != 0) {
    console.result("note: " + counted(result.changed_line_ends, "message") +
                   " had line ends that SMTP does not have: they went out as CRLF");
  }
  if (result.eight_bit_unasked != 0) {
    console.result("note: " + counted(result.eight_bit_unasked, "message") +
                   " beyond ASCII went out as they stand, although the server does not offer 8BITMIME");
  }
  if (!result.stopped.empty()) {
    console.warn("stopped: " + printable(result.stopped) +
                 ". The rest stays pending and the same command goes on; look at the server first.");
  }
}

// What was left out on purpose is not offered by the way: a person looks at it first.
std::string next_after_replay(const Context& context, const replay::Counts& counts, std::uint64_t left) {
  if (counts.pending - left + counts.failed != 0) return the_same_replay(context);
  if (left != 0) {
    return again(context, "plan") + "\n  for the " + counted(left, "message") + " left out of this run";
  }
  const auto audit = again(context, "audit");
  return counts.held == 0 ? audit : std::string(settle_held) + "\nThen: " + audit;
}

std::string handed_over_first(const replay::Settled& settled) {
  return counted(settled.renamed, "message") + " of the replay that was cut short " +
         (settled.renamed == 1 ? "was" : "were") + " handed over first";
}

// "Nothing was sent" becomes "Nothing else was sent", in each of the words that the errors have for it.
void qualify(std::string& hint) {
  constexpr std::string_view nothing = "othing was ";
  for (auto at = hint.find(nothing); at != std::string::npos; at = hint.find(nothing, at + nothing.size())) {
    hint.insert(at + std::string_view("othing ").size(), "else ");
  }
}

}  // namespace

void tell_settled(Context& context, const replay::Settled& settled) {
  for (const auto& line : settled.named) context.console.warn(line);
  if (settled.renamed == 0) return;
  context.console.warn(handed_over_first(settled) + "; --limit and the plan do not count " +
                       (settled.renamed == 1 ? "it" : "them"));
}

Json settled_json(const replay::Settled& settled) {
  return Json{{"handed_over", settled.renamed},
              {"had_been_handed_over", settled.committed},
              {"not_sent", settled.aborted},
              {"in_doubt", settled.in_doubt}};
}

Error after_settling(Error error, const replay::Settled& settled) {
  if (settled.renamed == 0) return error;
  qualify(error.hint);
  const auto first = handed_over_first(settled) + ", in this run.";
  error.hint = error.hint.empty() ? first : first + " " + error.hint;
  return error;
}

std::string the_same_replay(const Context& context) {
  auto command = again(context, "replay");
  if (!context.options.pickup.empty()) command += " --pickup " + shell_quoted(context.options.pickup);
  command += smtp_options(context);
  if (context.options.no_probe) command += " --no-probe " + shell_quoted(*context.options.no_probe);
  return command + deciding_options(context, Selection::repeated);
}

void tell_replay(Context& context, const recovery::State& state, const replay::ReplayResult& result,
                 const replay::Plan& plan) {
  tell_plan(context, state, plan, result.counts, {"pending", 10, again(context, "plan")});
  context.options.smtp ? tell_smtp(context, result) : tell_pickup(context, result);
  context.console.result("Next: " + next_after_replay(context, result.counts, plan.left_for_another_run()));
}

Json replay_json(const Context& context, const replay::ReplayResult& result, const replay::Plan& plan,
                 const std::vector<std::string>& notes) {
  Json body = counts_json(result.counts);
  body["now"] = Json{{"replayed", result.now_replayed}};
  body["not_mail"] = plan.not_mail;
  body["balanced"] = result.counts.balanced();
  body["notes"] = notes_json(notes);
  body["in_doubt_messages"] = doubts_json(plan);
  if (!context.options.smtp) {
    body["look"] = Json{{"pickup", result.after.pickup_ours},
                        {"queue_before", result.before.queue},
                        {"queue_after", result.after.queue},
                        {"badmail_before", result.before.badmail},
                        {"badmail_after", result.after.badmail}};
    return body;
  }
  Json refused = Json::array();
  for (const auto& one : result.refused) {
    refused.push_back(Json{{"source", escape_bytes(one.source)}, {"recipients", one.recipients}});
  }
  body["smtp"] = Json{{"server", submission::to_string(*context.options.smtp)},
                      {"refused_recipients", result.refused_recipients()},
                      {"refused", std::move(refused)},
                      {"stopped", !result.stopped.empty()}};
  return body;
}

}  // namespace requeue::commands
