#include "replay/decide.h"

#include <algorithm>
#include <iterator>

#include "core/text.h"
#include "replay/plan_selection.h"

namespace requeue::replay {
namespace {

constexpr std::string_view rules[] = {
    // pending and replayed
    "replay",
    "partial_copy",
    "found_in_pickup",
    "staged_gone",
    // duplicate
    "content",
    "exact",
    // held
    "no_recipient",
    "no_from",
    "not_a_message",
    "bounce",
    "list",
    "hop_limit",
    "max_size",
    "bad_address",
    "unknown_name",
    "envelope_in_stream",
    "copy_in_doubt",
    "plan",
    // skipped, with bounce, list and plan
    "max_age",
    "left_in_place",
    "restored",
    // in doubt
    "gone_before_empty",
    "restoring_unfinished",
    "open_intent",
    "staging_gone",
    "name_taken",
    "reboot",
    // failed
    "source_changed",
    "source_damaged",
    "compose_failed",
    "rename_failed",
    "rename_unknown",
    // a journal of an older version may name none
    "",
};

bool is_bounce(const Reading& reading) {
  const auto& facts = reading.facts;
  // An override does not settle a bounce: what the message itself says of its sender still counts.
  const auto& own =
      facts.x_headers.recipients.empty() || !facts.x_headers.sender_known ? facts.headers : facts.x_headers;
  return reading.envelope.null_sender || own.null_sender || facts.bounce_report;
}

// Its To is the list, not whom it is owed; a recipient from anywhere else settles that.
bool is_list(const Reading& reading) {
  return reading.facts.list_mail && reading.envelope.source == mail::EnvelopeSource::headers;
}

bool has_bad_address(const mail::Envelope& envelope) {
  const auto bad = [](const std::string& address) { return !mail::is_writable_address(address); };
  if (envelope.sender_known && !envelope.null_sender && bad(envelope.sender)) return true;
  return std::any_of(envelope.recipients.begin(), envelope.recipients.end(), bad);
}

// The first of the held rules that applies; empty: none does.
std::string_view held_rule(const Message& message, const Reading& reading, const PlanOptions& options,
                           bool unknown_name) {
  const auto& facts = reading.facts;
  // What is no message has neither recipient nor From; the reason a person can use is that it is none.
  if (!facts.is_message) return "not_a_message";
  if (reading.envelope.recipients.empty()) return "no_recipient";
  // Whatever is written before the message, Pickup reads its From, and puts it into Badmail when there is none.
  if (facts.from_addresses.empty() || !reading.envelope.sender_known) return "no_from";
  if (options.bounces == Policy::hold && is_bounce(reading)) return "bounce";
  if (options.lists == Policy::hold && is_list(reading)) return "list";
  if (options.hop_limit != 0 && facts.received_count >= options.hop_limit) return "hop_limit";
  if (options.max_size != 0 && message.size > options.max_size) return "max_size";
  if (has_bad_address(reading.envelope)) return "bad_address";
  if (unknown_name) return "unknown_name";
  return {};
}

bool in_several_domains(const std::vector<std::string>& recipients) {
  const auto first = mail::domain_of(recipients.front());
  return std::any_of(recipients.begin(), recipients.end(),
                     [&](const std::string& recipient) { return mail::domain_of(recipient) != first; });
}

// What a person should know of a message that goes out.
void note_pending(Message& message, const Reading& reading) {
  if (reading.envelope.source != mail::EnvelopeSource::headers) return;
  if (in_several_domains(reading.envelope.recipients)) note(message, "several_domains");
  if (reading.facts.recipient_without_domain) note(message, "recipient_without_domain");
  if (reading.facts.differing_return_paths) note(message, "differing_return_paths");
}

}  // namespace

void set(Message& message, Disposition disposition, std::string_view rule) {
  message.disposition = disposition;
  message.rule = rule;
}

void note(Message& message, std::string_view text) {
  const auto& notes = message.notes;
  if (std::find(notes.begin(), notes.end(), text) == notes.end()) message.notes.push_back(text);
}

std::string_view known_rule(std::string_view rule) {
  const auto* const found = std::find(std::begin(rules), std::end(rules), rule);
  return found == std::end(rules) ? std::string_view("other") : *found;
}

Decider::Decider(const recovery::State& state, const Ledger& ledger, const PlanOptions& options, Timestamp now)
    : state_(state), ledger_(ledger), options_(options), now_(now) {
  if (state.restoring) restoring_.insert(state.restoring->sources.begin(), state.restoring->sources.end());
}

bool Decider::decide_final(Message& message) const {
  const auto* const standing = ledger_.find(message.source);
  message.final_now = true;
  if (standing != nullptr && ledger_.is_final(message.source)) {
    set(message, standing->disposition, known_rule(ledger_.rule_text(standing->rule)));
  } else if (ledger_.open_intents().count(message.source) != 0) {
    // Only seen when nobody settled it first, as in a reading of the folder: whether it was sent is not known here.
    set(message, Disposition::in_doubt, "open_intent");
  } else if (names(state_.gone, message.source)) {
    set(message, Disposition::in_doubt, "gone_before_empty");
  } else if (restoring_.count(escape_bytes(message.source)) != 0 || names(state_.restoring_abandoned, message.source)) {
    set(message, Disposition::in_doubt, "restoring_unfinished");
  } else {
    message.final_now = false;
  }
  return message.final_now;
}

// Of an adopted snapshot nobody recorded what the person left in Queue and Pickup: the same name or the same bytes
// there is the message itself, for the service to send.
bool Decider::stands_live(const Message& message) const {
  const auto& live = options_.live;
  if (live.names.empty()) return false;
  return live.names.contains(ascii_lower(files::name_of(message.source))) ||
         live.digests.contains(to_hex(message.sha256));
}

bool Decider::decide_in_mailroot(Message& message) const {
  if (stays_in_mailroot(state_, message.source) || stands_live(message)) {
    set(message, Disposition::skipped, "left_in_place");
  } else if (names(state_.restored, message.source)) {
    set(message, Disposition::skipped, "restored");
  } else {
    return false;
  }
  return true;
}

bool Decider::decide_skipped(Message& message, const Reading& reading) const {
  const bool too_old = options_.max_age_seconds && now_.seconds - *options_.max_age_seconds > message.arrival.seconds;
  if (too_old) {
    set(message, Disposition::skipped, "max_age");
  } else if (options_.bounces == Policy::skip && is_bounce(reading)) {
    set(message, Disposition::skipped, "bounce");
  } else if (options_.lists == Policy::skip && is_list(reading)) {
    set(message, Disposition::skipped, "list");
  } else {
    return false;
  }
  return true;
}

bool Decider::decide_held(Message& message, const Reading& reading, bool unknown_name) const {
  const auto rule = held_rule(message, reading, options_, unknown_name);
  if (!rule.empty()) set(message, Disposition::held, rule);
  return !rule.empty();
}

void Decider::decide(Message& message, const Reading& reading, bool unknown_name) const {
  message.notes.clear();
  if (decide_final(message) || decide_in_mailroot(message)) return;
  if (!decide_skipped(message, reading) && !decide_held(message, reading, unknown_name)) {
    set(message, Disposition::pending, "replay");
    note_pending(message, reading);
  }
  apply_word(message);
}

void Decider::decide_unreadable(Message& message) const {
  if (decide_final(message) || decide_in_mailroot(message)) return;
  set(message, Disposition::failed, "source_changed");
}

// A person's plan can keep more back than the rules do, never less: a held message is released by its own option.
void Decider::apply_word(Message& message) const {
  if (!options_.chosen) return;
  const auto chosen = options_.chosen->find(message.source);
  const auto word = chosen == options_.chosen->end() ? std::string_view() : std::string_view(chosen->second);
  const bool pending = message.disposition == Disposition::pending;
  message.chosen_now = word == "replay";
  if (word == "skip" && message.disposition != Disposition::skipped) set(message, Disposition::skipped, "plan");
  if (word == "hold" && pending) set(message, Disposition::held, "plan");
  if (word == "replay" && !pending) note(message, "plan_not_followed");
}

}  // namespace requeue::replay
