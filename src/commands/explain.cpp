// explain: every rule that was tried on one message, in order, with its outcome.
#include <algorithm>

#include "commands/context.h"
#include "commands/planning.h"
#include "commands/smtp_plan.h"
#include "commands/words.h"
#include "core/text.h"
#include "replay/message_reading.h"
#include "snapshot/bag.h"

namespace requeue::commands {
namespace {

using replay::Disposition;
using replay::Message;

const Message* find_message(const replay::Plan& plan, const std::string& source) {
  const auto found = std::ranges::find(plan.messages, source, &Message::source);
  return found == plan.messages.end() ? nullptr : &*found;
}

// Copies are compared when each message has been decided by itself.
void add_copy_step(const replay::Plan& plan, const Message& message, const replay::PlanOptions& options,
                   replay::Trace& trace) {
  const std::string rule = options.dedup == replay::Dedup::exact ? "exact" : "content";
  const bool has_note =
      std::ranges::find(message.rare->notes, std::string_view("second_submission")) != message.rare->notes.end();
  if (message.rule == "copy_in_doubt") {
    trace.add("copy_in_doubt", true, "a copy of it may have been sent already");
  } else if (message.disposition == Disposition::duplicate) {
    const auto original = replay::original_of(plan, message);
    trace.add(message.rule, true, "each of its recipients has it through " + original);
  } else if (message.final_now || message.disposition != Disposition::pending) {
    return;  // only what goes out is compared with its copies
  } else if (options.dedup == replay::Dedup::off) {
    trace.add("content", false, "--dedup off");
  } else if (message.rule == "partial_copy") {
    trace.add("partial_copy", true,
              counted(message.rare->covered.size(), "recipient") + " left out, served by an earlier copy");
  } else {
    trace.add(rule, false,
              has_note ? "equal content with another arrival stamp: sent as a second submission"
                       : "no earlier copy serves its recipients");
  }
}

Json envelope_json(const replay::Reading& reading) {
  const auto list = [](const std::vector<std::string>& addresses) {
    auto out = Json::array();
    for (const auto& address : addresses) out.push_back(escape_bytes(address));
    return out;
  };
  const auto& envelope = reading.envelope;
  return Json{{"source", std::string(mail::to_string(envelope.source))},
              {"sender", envelope.null_sender ? "<>" : escape_bytes(envelope.sender)},
              {"recipients", list(envelope.recipients)},
              {"not_owed", list(reading.not_owed)},
              {"log", replay::log_json(reading.log)},
              {"x_headers", reading.facts.x_headers.recipients.size()},
              {"headers", reading.facts.headers.recipients.size()}};
}

std::string joined(const Json& addresses) {
  std::string out;
  for (const auto& address : addresses) out += (out.empty() ? "" : ", ") + address.get<std::string>();
  return out;
}

void tell_envelope(Console& console, const Json& envelope) {
  const auto line = [&](const char* key) { return joined(envelope[key]); };
  const auto source = text_of(envelope, "source");
  console.result("envelope from " + (source.empty() ? "nowhere" : source) + " (x-receivers: " +
                 envelope["x_headers"].dump() + ", addresses in headers: " + envelope["headers"].dump() + ")");
  console.result("  sender: " + printable(text_of(envelope, "sender")));
  console.result("  recipients: " + printable(line("recipients")));
  const auto& log = envelope["log"];
  if (!text_of(log, "state").empty())
    console.result("  SMTP log: " + text_of(log, "state") + (flag_of(log, "used") ? ", used" : ", not used"));
  for (const char* const key : {"adds", "takes", "refused", "delivered"}) {
    if (!log[key].empty()) console.result("  SMTP log, " + std::string(key) + ": " + printable(joined(log[key])));
  }
  if (!envelope["not_owed"].empty()) console.result("  not owed: " + printable(line("not_owed")));
}

// A file of the snapshot that no replay looks at.
Result<Outcome> explain_other(Context& context, recovery::Recovery& recovery, const std::string& source) {
  bool there = false;
  REQUEUE_CHECK(requeue::snapshot::read_entries(recovery.tree(), [&](const auto& entry) -> Result<void> {
    there = there || entry.source == source;
    return {};
  }));
  if (!there) {
    return failure(Exit::usage, "cannot explain", escape_bytes(source), "the snapshot holds nothing of that name",
                   "Name it as requeue plan --out FILE does: Queue/NAME.");
  }
  context.console.result(printable(source) + ": not_mail; by its folder and name it is no message");
  return Outcome{Exit::done,
                 Json{{"source", escape_bytes(source)}, {"disposition", "not_mail"}, {"head", recovery.head()}}};
}

}  // namespace

Result<Outcome> explain(Context& context) {
  replay::Ledger ledger;
  REQUEUE_TRY(auto recovery, recovery::open_to_read(context.files, context.options.recovery, {&ledger}));
  REQUEUE_CHECK(require_replayable(context, *recovery));
  REQUEUE_TRY(auto options, plan_options(context, recovery->state()));
  REQUEUE_CHECK(add_evidence(context, *recovery, options));
  REQUEUE_CHECK(choose_from_plan_file(context, *recovery, options));
  replay::Trace trace;
  trace.source = unescape_bytes(context.options.source);
  options.trace = &trace;
  REQUEUE_TRY(const auto plan, replay::make_plan(*recovery, ledger, options, context.console));
  const auto* const message = find_message(plan, trace.source);
  if (message == nullptr) return explain_other(context, *recovery, trace.source);
  add_copy_step(plan, *message, options, trace);
  const auto reading = replay::read_message(*recovery, plan, *message, options);

  auto& console = context.console;
  const auto record = replay::record_of(1, *message, reading ? *reading : replay::Reading{}, plan, true);
  const auto envelope = envelope_json(reading ? *reading : replay::Reading{});
  console.result(printable(message->source) + ": " + text_of(record, "disposition") + ", " +
                 std::string(message->rule) + (message->chosen_now ? "" : "; left pending by this run"));
  console.result("arrived " + text_of(record, "arrival") + ", " + counted(message->size, "byte") + ", sha256 " +
                 text_of(record, "sha256"));
  tell_envelope(console, envelope);
  const auto by_smtp = explain_by_smtp(context, *recovery, plan, *message, options);
  console.result("rules, in the order in which they were tried:");
  Json steps = Json::array();
  for (const auto& step : trace.steps) {
    console.result(std::string(step.applies ? "  [applies] " : "  [no]      ") + step.rule + ": " +
                   printable(step.why));
    steps.push_back(Json{{"rule", step.rule}, {"applies", step.applies}, {"why", escape_bytes(step.why)}});
  }
  Json notes = Json::array();
  for (const auto& note : message->rare->notes) {
    console.result("note: " + std::string(note));
    notes.push_back(std::string(note));
  }
  Outcome outcome;
  outcome.body = Json{{"source", record["source"]},
                      {"disposition", record["disposition"]},
                      {"rule", record["rule"]},
                      {"arrival", record["arrival"]},
                      {"duplicate_of", record["duplicate_of"]},
                      {"chosen", message->chosen_now},
                      {"envelope", envelope},
                      {"steps", std::move(steps)},
                      {"notes", std::move(notes)},
                      {"head", recovery->head()}};
  if (!by_smtp.is_null()) outcome.body["smtp"] = by_smtp;
  return outcome;
}

}  // namespace requeue::commands
