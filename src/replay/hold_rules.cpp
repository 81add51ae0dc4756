#include "replay/hold_rules.h"

#include <algorithm>

#include "replay/plan_selection.h"

namespace requeue::replay {

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

bool in_several_domains(const std::vector<std::string>& recipients) {
  if (recipients.empty()) return false;
  const auto first = mail::domain_of(recipients.front());
  return std::any_of(recipients.begin(), recipients.end(),
                     [&](const std::string& recipient) { return mail::domain_of(recipient) != first; });
}

namespace {

bool has_bad_address(const mail::Envelope& envelope) {
  const auto bad = [](const std::string& address) { return !mail::is_writable_address(address); };
  if (envelope.sender_known && !envelope.null_sender && bad(envelope.sender)) return true;
  return std::any_of(envelope.recipients.begin(), envelope.recipients.end(), bad);
}

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

std::string why_bounce(const HoldCase& c) {
  std::string why = is_bounce(c.reading) ? "a null sender, or a report of delivery or disposition"
                                         : "a sender, and no report of delivery or disposition";
  if (c.options.bounces != Policy::hold) why += "; --bounces settles them";
  return why;
}

std::string why_list(const HoldCase& c) {
  if (!c.reading.facts.list_mail) return "no list field and no Delivered-To";
  if (!is_list(c.reading))
    return "came through a list or mailbox; its recipients are known from elsewhere than headers";
  return std::string("came through a list or mailbox, recipients known from headers only") +
         (c.options.lists == Policy::hold ? "" : "; --lists settles them");
}

constexpr HoldRule rules[] = {
    // What is no message has neither recipient nor From; the reason a person can use is that it is none.
    {"not_a_message", [](const HoldCase& c) { return !c.reading.facts.is_message; },
     [](const HoldCase& c) {
       return std::string(c.reading.facts.is_message ? "has a header block" : "empty, or no header block");
     }},
    {"no_recipient", [](const HoldCase& c) { return c.reading.envelope.recipients.empty(); },
     [](const HoldCase& c) { return "recipients known: " + number(c.reading.envelope.recipients.size()); }},
    // Whatever is written before the message, Pickup reads its From, and puts it into Badmail when there is none.
    {"no_from",
     [](const HoldCase& c) { return c.reading.facts.from_addresses.empty() || !c.reading.envelope.sender_known; },
     [](const HoldCase& c) { return "mailboxes in From: " + number(c.reading.facts.from_addresses.size()); }},
    {"bounce", [](const HoldCase& c) { return c.options.bounces == Policy::hold && is_bounce(c.reading); }, why_bounce},
    {"list", [](const HoldCase& c) { return c.options.lists == Policy::hold && is_list(c.reading); }, why_list},
    {"hop_limit",
     [](const HoldCase& c) {
       return c.options.hop_limit != 0 && c.reading.facts.received_count >= c.options.hop_limit;
     },
     [](const HoldCase& c) {
       return number(c.reading.facts.received_count) + " Received fields, the limit is " + number(c.options.hop_limit);
     }},
    {"max_size", [](const HoldCase& c) { return c.options.max_size != 0 && c.message.size > c.options.max_size; },
     [](const HoldCase& c) {
       return number(c.message.size) + " bytes, " +
              (c.options.max_size == 0 ? "no limit is set" : "the limit is " + number(c.options.max_size));
     }},
    {"bad_address", [](const HoldCase& c) { return has_bad_address(c.reading.envelope); },
     [](const HoldCase& c) {
       return std::string(has_bad_address(c.reading.envelope) ? "an address that cannot be written"
                                                              : "each address can be written");
     }},
    {"unknown_name", [](const HoldCase& c) { return c.unknown_name; },
     [](const HoldCase& c) {
       return std::string(c.unknown_name ? "a name in Queue that the service does not use" : "a name of mail");
     }},
    {"envelope_in_stream",
     [](const HoldCase& c) {
       return !c.reading.only_in_streams.empty() && c.reading.envelope.source != mail::EnvelopeSource::override_;
     },
     [](const HoldCase& c) {
       return "addresses in its streams that its header block lacks: " + number(c.reading.only_in_streams.size()) +
              (c.options.check_streams ? "" : "; --envelope-check off");
     }},
    {"several_domains",
     [](const HoldCase& c) {
       return c.options.hold_several_domains && c.reading.envelope.source == mail::EnvelopeSource::headers &&
              in_several_domains(c.reading.envelope.recipients);
     },
     [](const HoldCase& c) {
       return std::string(in_several_domains(c.reading.envelope.recipients) ? "recipients in several domains"
                                                                            : "recipients in one domain") +
              (c.options.hold_several_domains ? "" : "; --several-domains hold is not given");
     }},
};

}  // namespace

std::span<const HoldRule> hold_rules() {
  return rules;
}

// What stands behind the x-headers of a message without a From, so that Pickup takes it.
bool can_add_from(const HoldCase& c) {
  const auto& envelope = c.reading.envelope;
  return c.options.compose.target != mail::Target::plain && envelope.sender_known && !envelope.null_sender &&
         mail::is_writable_address(envelope.sender);
}

}  // namespace requeue::replay
