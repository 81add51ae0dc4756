#include "replay/decide.h"

#include <algorithm>

#include "core/text.h"
#include "replay/hold_rules.h"
#include "replay/plan_selection.h"
#include "replay/rule_words.h"

namespace requeue::replay {
namespace {

// The log is never silently ignored: used or not, what it says otherwise is noted.
void note_log(Message& message, const LogFinding& log) {
  if (log.used) note(message, "log_used");
  if (!log.used && !log.adds.empty()) note(message, log.state == "clear" ? "log_differs" : "log_uncertain");
  if (log.used && !log.adds.empty()) note(message, "log_adds");
  if (log.used && !log.takes.empty()) note(message, "log_takes");
  if (!log.refused.empty()) note(message, "log_refused");
  if (!log.delivered.empty()) note(message, "log_delivered");
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
  const auto& notes = message.rare->notes;
  if (std::find(notes.begin(), notes.end(), text) == notes.end()) message.rare.make().notes.push_back(text);
}

Decider::Decider(const recovery::State& state, const Ledger& ledger, const PlanOptions& options, Timestamp now)
    : state_(state), ledger_(ledger), options_(options), now_(now) {
  if (state.restoring) restoring_.insert(state.restoring->sources.begin(), state.restoring->sources.end());
}

void Decider::try_rule(const Message& message, std::string_view rule, bool applies, std::string why) const {
  if (options_.trace == nullptr || options_.trace->source != message.source) return;
  options_.trace->add(rule, applies, std::move(why));
}

const Word* Decider::word_of(const Message& message) const {
  if (!options_.chosen) return nullptr;
  const auto found = options_.chosen->find(message.source);
  return found == options_.chosen->end() ? nullptr : &found->second;
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
  try_rule(message, message.final_now ? message.rule : "final", message.final_now,
           message.final_now ? "the record says that it was, or may have been, sent: never again by itself"
                             : "the record knows of no handover, and of none that may have been");
  return message.final_now;
}

// Of an adopted snapshot nobody recorded what the person left in Queue and Pickup: the same name or the same bytes
// there is the message itself, for the service to send.
bool LiveMail::holds(std::string_view source, const Sha256Bytes& sha256) const {
  if (names.empty()) return false;
  return names.contains(ascii_lower(files::name_of(files::Relative(source)))) || digests.contains(to_hex(sha256));
}

// Nor is one that a replay left to the service ours once the service has taken it.
bool Decider::was_left(const Message& message) const {
  const auto* const standing = ledger_.find(message.source);
  return standing != nullptr && standing->journaled && standing->disposition == Disposition::skipped &&
         ledger_.rule_text(standing->rule) == "left_in_place";
}

bool Decider::decide_in_mailroot(Message& message) const {
  const bool left = stays_in_mailroot(state_, message.source) || was_left(message) ||
                    options_.live.holds(message.source, message.sha256);
  try_rule(message, "left_in_place", left,
           left ? "it stood in the Mailroot, for the service to send" : "it was taken out of the Mailroot");
  if (left) {
    set(message, Disposition::skipped, "left_in_place");
    return true;
  }
  const bool restored = names(state_.restored, message.source);
  try_rule(message, "restored", restored, restored ? "a restore put it back" : "no restore put it back");
  if (restored) set(message, Disposition::skipped, "restored");
  return restored;
}

bool Decider::decide_skipped(Message& message, const Reading& reading) const {
  const auto* const word = word_of(message);
  const auto skip = [&](std::string_view rule, bool applies, std::string_view why) {
    if (applies && word != nullptr && word->release == rule) {
      try_rule(message, rule, true, std::string(why) + "; lifted by the plan file");
      if (message.rare->released.empty()) message.rare.make().released = rule;
      return false;
    }
    try_rule(message, rule, applies, std::string(why));
    if (applies) set(message, Disposition::skipped, rule);
    return applies;
  };
  const bool too_old = options_.max_age_seconds && now_.seconds - *options_.max_age_seconds > message.arrival.seconds;
  const bool all_delivered =
      reading.envelope.recipients.empty() && options_.trust_log && !reading.log.delivered.empty();
  const bool nobody_owed = reading.envelope.recipients.empty() && !reading.not_owed.empty();
  return skip("max_age", too_old, options_.max_age_seconds ? "compared with --max-age" : "no --max-age is given") ||
         skip("bounce", options_.bounces == Policy::skip && is_bounce(reading),
              options_.bounces == Policy::skip ? "--bounces skip" : "no --bounces skip is given") ||
         skip("list", options_.lists == Policy::skip && is_list(reading),
              options_.lists == Policy::skip ? "--lists skip" : "no --lists skip is given") ||
         skip("not_owed", nobody_owed, options_.owed_domains.empty() ? "no --owed-domain is given" : "--owed-domain") ||
         skip("delivered", all_delivered, options_.trust_log ? "--trust-log" : "no --trust-log is given");
}

// A person's word against a rule, with what gave it; empty: there is none, or it cannot be followed.
std::string_view Decider::released_by(const Message& message, std::string_view rule) const {
  if (!is_releasable(rule)) return {};
  if (options_.releases.sources.count(message.source) != 0) return "--release of this message";
  if (options_.releases.rules.count(rule) != 0) return "--release of this rule";
  const auto* const word = word_of(message);
  // The line names the one rule that the person was shown; another one behind it holds.
  return word != nullptr && word->release == rule ? "the plan file" : "";
}

bool Decider::decide_held(Message& message, const Reading& reading, bool unknown_name) const {
  const HoldCase c{message, reading, options_, unknown_name};
  for (const auto& rule : hold_rules()) {
    const bool applies = rule.applies(c);
    auto why = rule.why(c);
    const auto by = applies ? released_by(message, rule.name) : std::string_view();
    const bool from_missing = applies && rule.name == "no_from";
    if (!applies || by.empty() || (from_missing && !can_add_from(c))) {
      if (!by.empty()) why += "; released by " + std::string(by) + ", but no From can be made of its sender";
      try_rule(message, rule.name, applies, std::move(why));
      if (!applies) continue;
      set(message, Disposition::held, rule.name);
      return true;
    }
    try_rule(message, rule.name, true, why + "; released by " + std::string(by));
    if (message.rare->released.empty()) message.rare.make().released = rule.name;
    message.add_from = message.add_from || from_missing;
  }
  return false;
}

void Decider::decide(Message& message, const Reading& reading, bool unknown_name) const {
  if (message.rare.any()) message.rare.make().notes.clear();
  if (decide_final(message) || decide_in_mailroot(message)) return;
  if (!decide_skipped(message, reading) && !decide_held(message, reading, unknown_name)) {
    set(message, Disposition::pending, message.rare->released.empty() ? "replay" : "released");
    note_pending(message, reading);
  }
  note_log(message, reading.log);
  apply_word(message);
  if (!options_.choice.any() || options_.choice.takes(message.source, reading.envelope, message.arrival)) return;
  message.chosen_now = false;
  try_rule(message, "selection", true, "this run does not take it up: it stays pending");
}

void Decider::decide_unreadable(Message& message) const {
  if (decide_final(message) || decide_in_mailroot(message)) return;
  try_rule(message, "source_changed", true, "it cannot be read, or has another size than was recorded");
  set(message, Disposition::failed, "source_changed");
}

// A person's plan keeps back what the rules would send; what they hold it releases only where the person wrote so.
void Decider::apply_word(Message& message) const {
  if (!options_.chosen) return;
  const auto* const chosen = word_of(message);
  const auto word = chosen == nullptr ? std::string_view() : std::string_view(chosen->disposition);
  const bool pending = message.disposition == Disposition::pending;
  message.chosen_now = word == "replay";
  if (word == "skip" && message.disposition != Disposition::skipped) set(message, Disposition::skipped, "plan");
  if (word == "hold" && pending) set(message, Disposition::held, "plan");
  try_rule(message, "plan", word == "skip" || word == "hold",
           chosen == nullptr ? "the plan file does not name it" : "the plan file says " + chosen->disposition);
}

bool hold_or_release_copy(Message& message, const PlanOptions& options) {
  // One that lifted another rule was given by a person who had not been shown this one.
  const bool was_shown = message.told_copy_in_doubt || message.rare->released.empty();
  const bool by_name = options.releases.sources.count(message.source) != 0;
  if (by_name && !was_shown) note(message, "release_too_early");
  bool released = by_name && was_shown;
  if (options.chosen) {
    const auto word = options.chosen->find(message.source);
    released = released || (word != options.chosen->end() && word->second.release == "copy_in_doubt");
  }
  if (released) {
    message.rare.make().released = "copy_in_doubt";
    message.rule = "released";
  } else {
    set(message, Disposition::held, "copy_in_doubt");
  }
  return released;
}

namespace {

// Empty: no option of this run, but where the message stands.
std::string_view skipping_option(std::string_view rule) {
  if (rule == "plan") return "its line in the plan file";
  if (rule == "max_age") return "--max-age";
  if (rule == "bounce") return "--bounces skip";
  if (rule == "list") return "--lists skip";
  if (rule == "not_owed") return "--owed-domain";
  return rule == "delivered" ? "--trust-log" : "";
}

}  // namespace

NotReleased why_not_released(const Message& message, const std::string& original) {
  if (message.disposition == Disposition::duplicate) {
    return {"it is a copy of " + escape_bytes(original) + ", which goes or went to the same people",
            "Leave its --release out."};
  }
  if (message.disposition == Disposition::skipped) {
    const auto by = skipping_option(message.rule);
    return {
        std::string(words_of(message.rule).means) + " (" + std::string(message.rule) + ")",
        "Leave its --release out" + (by.empty() ? std::string(".") : ", or what skips it: " + std::string(by) + ".")};
  }
  // It is on record as what it is held for before a release of it counts.
  if (message.disposition != Disposition::held || message.rule == "copy_in_doubt") return {};
  if (message.rule == "plan") return {"the plan file holds it", "Change its line there."};
  const std::string envelope = "Give its envelope with --envelopes FILE, or leave it held.";
  if (message.rule == "no_from") return {"it has no From, and no sender from which one could be made", envelope};
  if (message.rule == "bad_address") return {"an address of its envelope cannot be written", envelope};
  return {"nobody is known to whom it could go (" + std::string(message.rule) + ")", envelope};
}

}  // namespace requeue::replay
