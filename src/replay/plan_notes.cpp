#include "replay/plan_notes.h"

#include <algorithm>
#include <array>

namespace requeue::replay {
namespace {

struct Sentence {
  std::string_view note;
  std::string_view says;  // after "N messages: "
};

constexpr std::array<Sentence, 19> sentences = {{
    {"several_domains",
     "recipients known from headers only, in several domains: may have been delivered in part already"},
    {"log_delivered",
     "the SMTP log shows some recipients as delivered to already (sender, size and time agree): --trust-log leaves "
     "them "
     "out"},
    {"log_adds", "the SMTP log shows recipients that the headers lack: it is used"},
    {"log_takes", "the headers name recipients whom the SMTP log does not show: the log is used, they get nothing"},
    {"log_uncertain",
     "the SMTP log may show recipients that the headers lack, but its sessions or Message-IDs are not unique: not "
     "used"},
    {"log_differs", "the SMTP log shows recipients that the x-receivers lack: not used"},
    {"log_refused", "the SMTP log shows recipients that the service refused: not owed"},
    {"partial_copy", "copies that go only to recipients whom no earlier copy served"},
    {"partial_copy_whole",
     "copies handed back byte for byte: some recipients get them a second time (--envelopes narrows them)"},
    {"second_submission", "equal contents that arrived at another time: probably submitted twice, both are sent"},
    {"message_id_reused", "one Message-ID on different contents: all are sent"},
    {"recipient_without_domain", "a recipient without a domain: written as it stands"},
    {"differing_return_paths", "several Return-Path fields that differ: ignored"},
    {"as_found_dot",
     "handed back byte for byte and a line starts with a dot: whether it was doubled already cannot be told"},
    {"smtp_dot",
     "found in Pickup or Drop and a line starts with a dot: one is taken away, as Pickup would (--no-dot-stuff keeps "
     "it); whether it was doubled cannot be told"},
    {"has_streams", "alternate streams, where the service keeps its own envelope, are not replayed with them"},
    {"left_out_by_plan",
     "held: the plan file leaves out recipients whom no other copy serves now; add them to its line, or write replay "
     "as "
     "its rule and they get nothing"},
    {"release_too_early",
     "held as a copy of one in doubt, which was not told when it was released: the same --release again, when you know "
     "that nobody has it"},
    {"plan_not_followed", "the plan file says replay, a rule keeps them back: see the rule of each"},
}};

template <class Predicate>
std::uint64_t count_of(const Plan& plan, Predicate predicate) {
  return static_cast<std::uint64_t>(std::count_if(plan.messages.begin(), plan.messages.end(), predicate));
}

void say(Plan& plan, std::uint64_t count, std::string_view what) {
  if (count != 0)
    plan.notes.push_back(std::to_string(count) + (count == 1 ? " message: " : " messages: ") + std::string(what));
}

bool is_of_kept_back(std::string_view note) {
  return note == "plan_not_followed" || note == "left_out_by_plan" || note == "release_too_early";
}

void say_sentence(Plan& plan, const Sentence& sentence) {
  // Of what goes out: what is kept back is told with its rule. What a log says is told of held ones too, since it may
  // be what a person needs to settle them.
  const bool of_log = sentence.note.starts_with("log_");
  const auto count = count_of(plan, [&](const Message& message) {
    const bool told = message.disposition == Disposition::pending || is_of_kept_back(sentence.note) ||
                      (of_log && message.disposition == Disposition::held);
    return told && std::find(message.rare->notes.begin(), message.rare->notes.end(), sentence.note) !=
                       message.rare->notes.end();
  });
  say(plan, count, sentence.says);
}

void say_rule(Plan& plan, std::string_view rule, std::string_view what) {
  say(plan, count_of(plan, [&](const Message& message) { return message.rule == rule; }), what);
}

}  // namespace

void sum_up(Plan& plan, const PlanOptions& options, bool live) {
  say_sentence(plan, sentences.front());
  say(plan,
      count_of(plan,
               [](const Message& message) {
                 return message.disposition == Disposition::pending &&
                        message.envelope_source == mail::EnvelopeSource::headers;
               }),
      "recipients known from headers only");
  for (auto sentence = sentences.begin() + 1; sentence != sentences.end(); ++sentence) say_sentence(plan, *sentence);
  say(plan, count_of(plan, [](const Message& message) { return !message.rare->released.empty(); }),
      "released by a person: held or skipped by a rule otherwise");
  const std::string_view chooser = !options.choice.any() ? "the plan file does not choose them"
                                   : options.chosen      ? "not chosen by the plan file and the selection"
                                                         : "the selection leaves them out";
  const auto left = options.only_looks ? "not counted as owed: " : "left pending: ";
  say(plan, plan.left_for_another_run(), left + std::string(chooser));
  say_rule(plan, "delivered", "delivered to all of their recipients already, by the SMTP log");
  say_rule(plan, "not_owed", "owed to nobody in the domains of --owed-domain");
  say_rule(plan, "left_in_place", "still in the Mailroot, for the service to send");
  say_rule(plan, "restored", "put back into the Mailroot, for the service to send");
  if (!live) say_rule(plan, "source_changed", "the snapshot's file is not the one recorded: run requeue audit");
}

void name_places(Plan& plan, const recovery::State& state, const Ledger& ledger) {
  for (const auto& message : plan.messages) {
    if (message.disposition != Disposition::in_doubt) continue;
    auto& places = plan.places[message.source];
    const auto doubted = ledger.doubted().find(message.source);
    if (doubted != ledger.doubted().end()) {
      const auto& intent = doubted->second;
      if (!intent.smtp.empty()) {
        places.push_back("the log of " + intent.smtp);
        continue;
      }
      for (const auto* const folder : {&intent.pickup, &intent.staging}) places.push_back(*folder + '/' + intent.name);
    } else if (message.rule == "gone_before_empty") {
      // What the rule says of it is that it does not stand there.
      places.emplace_back("the service's own log, and ask the recipients: the file itself is gone");
    } else if (!state.mailroot.empty()) {
      places.push_back(state.place_of(message.source));
    }
  }
}

}  // namespace requeue::replay
