#include "commands/smtp_plan.h"

#include <algorithm>

#include "commands/deciding_options.h"
#include "commands/plan_words.h"
#include "commands/smtp_server.h"
#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

std::string server_of(const Context& context) {
  return submission::to_string(*context.options.smtp);
}

// Empty: a replay has something to send, or what was decided is not on record yet.
std::string next_without_replay(const Context& context, const recovery::State& state, const replay::Plan& plan) {
  const auto counts = plan.counts();
  const auto left = plan.left_for_another_run();
  if (counts.pending - left + counts.failed != 0) return {};
  if (left != 0) {
    return again(context, "plan") + "\n  for the " + counted(left, "message") + " that this one leaves out";
  }
  // Nothing of that is on record as decided, and no replay is needed for it.
  const bool all_back = !state.restored.empty() && counts.skipped != 0 && counts.held + counts.in_doubt == 0;
  if (all_back && !state.replay_complete) {
    return start_the_service(context) + "\nThen: " + again(context, "audit") + "\nnothing is left to send: what " +
           (state.replay_begun ? "was not sent" : "the snapshot holds") + " stands in the Mailroot again";
  }
  if (!state.replay_complete && counts.found != 0) return {};
  if (counts.in_doubt != 0) {
    return again(context, "replay") +
           " --resolve sent|not-sent SOURCE\n  for each message in doubt; nothing else is left to send";
  }
  const auto audit = again(context, "audit");
  const auto seal = "\nAt the end: " + again(context, "seal");
  if (counts.held == 0) return audit + seal + "\nnothing is left to send";
  return std::string(settle_held) + "\nThen: " + audit + seal + "\nnothing else is left to send";
}

}  // namespace

Result<Json> preview_by_smtp(Context& context, recovery::Recovery& recovery, replay::Plan& plan,
                             const replay::PlanOptions& options) {
  if (!context.options.smtp) return Json();
  REQUEUE_TRY(const auto seen, replay::preview_smtp(recovery, plan, options, context.console));
  return Json{{"server", server_of(context)},      {"messages", seen.messages},
              {"eight_bit", seen.eight_bit},       {"changed_line_ends", seen.changed_line_ends},
              {"beyond_ascii", seen.beyond_ascii}, {"largest", seen.largest}};
}

void tell_smtp_preview(Context& context, const Json& preview) {
  if (preview.is_null()) return;
  auto& console = context.console;
  const auto count = [&](const char* key) { return preview[key].get<std::uint64_t>(); };
  const auto messages = [&](const char* key) { return counted(count(key), "message"); };
  console.result("by SMTP to " + printable(server_of(context)) + ": " + messages("messages") + ", the largest " +
                 counted(count("largest"), "byte") +
                 (context.options.command == "plan" ? "; no connection was made" : ""));
  if (count("eight_bit") != 0)
    console.result("note: " + messages("eight_bit") +
                   " beyond ASCII: sent as they stand, also where the server does not offer 8BITMIME");
  if (count("changed_line_ends") != 0)
    console.result("note: " + messages("changed_line_ends") +
                   " with line ends that SMTP does not have: they go out as CRLF");
  if (count("beyond_ascii") != 0)
    console.result("note: " + messages("beyond_ascii") +
                   " with an address beyond ASCII: refused where the server does not offer SMTPUTF8");
}

Json explain_by_smtp(Context& context, recovery::Recovery& recovery, const replay::Plan& plan,
                     const replay::Message& message, const replay::PlanOptions& options) {
  if (!context.options.smtp || message.disposition != replay::Disposition::pending) return {};
  const auto index = static_cast<std::size_t>(&message - plan.messages.data());
  const auto parcel = replay::make_parcel(recovery, plan, index, options);
  auto& console = context.console;
  const auto server = server_of(context);
  if (!parcel.wrong.empty()) {
    console.result("by SMTP to " + printable(server) + ": it would fail, " + std::string(parcel.wrong));
    return Json{{"server", server}, {"fails", std::string(parcel.wrong)}};
  }
  console.result("by SMTP to " + printable(server) + ": " + counted(parcel.size, "byte") +
                 (parcel.eight_bit ? ", beyond ASCII" : "") +
                 (parcel.changed_line_ends ? ", line ends changed to CRLF" : "") +
                 (parcel.needs_utf8() ? ", needs SMTPUTF8 of the server" : "") + "; no connection was made");
  return Json{{"server", server},
              {"bytes", parcel.size},
              {"eight_bit", parcel.eight_bit},
              {"changed_line_ends", parcel.changed_line_ends},
              {"beyond_ascii", parcel.needs_utf8()}};
}

std::string replay_of_plan(const Context& context, const recovery::State& state) {
  if (!context.options.smtp) return next_replay(context, state);
  auto command = again(context, "replay") + smtp_options(context);
  const bool probed = state.probe_passed() && !state.probe_smtp.empty();
  if (!probed && !state.no_probe.empty()) command += " --no-probe " + shell_quoted(unescape_bytes(state.no_probe));
  return command;
}

std::string probe_before_it(const Context& context, const recovery::State& state) {
  if (!context.options.smtp) return needs_probe(state) ? next_probe(context, state) : "";
  const bool probed = state.probe_passed() && !state.probe_smtp.empty();
  if (probed || !state.no_probe.empty()) return {};
  return again(context, "probe") + smtp_options(context) + " --from YOU --to SOMEBODY";
}

std::string next_step_of_plan(Context& context, const recovery::State& state, const replay::Plan& plan) {
  const auto is_open = [](const replay::Message& message) { return message.rule == "open_intent"; };
  const bool to_settle = std::ranges::any_of(plan.messages, is_open);
  if (const auto done = next_without_replay(context, state, plan); !done.empty() && !to_settle) return done;
  const bool by_smtp = !state.replay_smtp.empty() || (state.replay_pickup.empty() && !state.probe_smtp.empty());
  if (!context.options.smtp && by_smtp) {
    const auto& server = state.replay_smtp.empty() ? state.probe_smtp : state.replay_smtp;
    context.console.result("this plan is for a Pickup; by SMTP some of it may differ: " + again(context, "plan") +
                           " --smtp " + shell_quoted(server));
  }
  const auto probe = probe_before_it(context, state);
  const auto deciding = deciding_options(context, Selection::repeated);
  if (probe.empty()) return replay_of_plan(context, state) + deciding;
  return probe + "\nThen: " + again(context, "replay") + smtp_options(context) + unknown_pickup(context, state) +
         deciding;
}

}  // namespace requeue::commands
