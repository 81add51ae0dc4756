#include "replay/rule_words.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace requeue::replay {
namespace {

constexpr std::array<RuleWords, 40> words{{
    {"no_recipient", "no recipient is known", "--envelopes FILE says whom it goes to"},
    {"no_from", "it has no From: Pickup would put it into Badmail", "--release no_from writes a From of the sender"},
    {"not_a_message", "it is empty or does not begin with a header block", ""},
    {"bounce", "a bounce or a notification: weeks late it does more harm than good",
     "--bounces replay or --bounces skip settles all; --release bounce"},
    {"list", "it came through a list: its To is the list, not whom it is owed",
     "--envelopes FILE says whom it goes to; --lists replay or --lists skip settles all; --release list"},
    {"hop_limit", "it has been through too many hops", "--hop-limit N; --release hop_limit"},
    {"max_size", "it is larger than --max-size", "--max-size SIZE; --release max_size"},
    {"bad_address", "an address cannot be written", "--envelopes FILE says whom it goes to"},
    {"unknown_name", "no name of the service's, yet it begins as a message", "--release unknown_name"},
    {"envelope_in_stream", "a stream of it holds an address that its header lacks",
     "--envelopes FILE says whom it goes to; --envelope-check off; --release envelope_in_stream"},
    {"several_domains", "its recipients stand in several domains: it may be delivered in part already",
     "--owed-domain GLOB; --release several_domains"},
    {"plan", "the plan file holds it", "the plan file holds it"},
    {"copy_in_doubt", "a copy of a message that may have been sent, or that the service sends",
     "--release SOURCE, when you know that nobody has it"},
    {"max_age", "older than --max-age", "--max-age AGE"},
    {"left_in_place", "it stood in the Mailroot when that was emptied, adopted or replayed: the service sends it", ""},
    {"restored", "it was put back into the Mailroot, for the service to send", ""},
    {"staging_gone", "the staging folder, or the composed file in it, is gone: whether it was sent is not known", ""},
    {"name_taken", "other bytes stand in Pickup under its name", ""},
    {"reboot", "the machine was restarted during its hand-over: it may have been sent", ""},
    {"smtp_unanswered", "it was sent by SMTP and the connection broke before the answer: the server may have it", ""},
    {"gone_before_empty", "it was gone before it could be taken out: the service may have sent it", ""},
    {"restoring_unfinished", "a restore of it was cut short: the service may have sent it", ""},
    {"source_changed", "the snapshot's file is not the one recorded",
     "run audit, and use a good copy of the recovery folder"},
    {"content", "a copy of a message that goes to the same people", ""},
    {"against", "a copy of a message that another recovery folder handed over (--against)", ""},
    {"released", "a person lifted the rule that held it", ""},
    {"not_owed", "nobody it goes to is in a domain of --owed-domain", "--owed-domain GLOB"},
    {"delivered", "all of its recipients have it, by the SMTP log", "run without --trust-log"},
    {"exact", "equal bytes of a message that goes to the same people", ""},
    {"replay", "owed to its recipients", ""},
    {"partial_copy", "a copy that goes only to those whom no earlier copy served", ""},
    {"source_damaged", "the snapshot's file cannot be read", "run audit, and use a good copy of the recovery folder"},
    {"compose_failed", "the file for Pickup could not be written; the next run tries again", ""},
    {"rename_unknown", "whether it was moved into Pickup cannot be told", ""},
    {"smtp_refused", "the SMTP server refused it; the next run tries again",
     "--envelopes FILE or the plan file give other recipients"},
    {"smtp_deferred", "the SMTP server put one of its recipients off; the next run tries again",
     "--envelopes FILE or the plan file give other recipients"},
    {"smtp_lost", "the connection broke before anything of it was sent; the next run tries again", ""},
    {"open_intent", "its hand-over was begun and is not settled; the next replay settles it", ""},
    {"plan_not_followed", "the plan file says replay, a rule keeps it back", ""},
    {"rename_failed", "it could not be moved into Pickup; the next run tries again", ""},
}};

// Each that a message can have, or a journal of any version of ours.
constexpr std::string_view rules[] = {
    // pending and replayed
    "replay",
    "partial_copy",
    "released",
    "found_in_pickup",
    "staged_gone",
    "resolved_sent",
    "resolved_not_sent",
    // duplicate
    "content",
    "exact",
    "against",
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
    "several_domains",
    "copy_in_doubt",
    "plan",
    // skipped, with bounce, list and plan
    "max_age",
    "not_owed",
    "delivered",
    "left_in_place",
    "restored",
    // in doubt
    "gone_before_empty",
    "restoring_unfinished",
    "open_intent",
    "staging_gone",
    "name_taken",
    "reboot",
    "smtp_unanswered",
    // failed
    "source_changed",
    "source_damaged",
    "compose_failed",
    "rename_failed",
    "rename_unknown",
    "smtp_refused",
    "smtp_deferred",
    "smtp_lost",
    // a journal of an older version may name none
    "",
};

}  // namespace

RuleWords words_of(std::string_view rule) {
  const auto* const found = std::ranges::find(words, rule, &RuleWords::rule);
  return found == words.end() ? RuleWords{rule, rule, {}} : *found;
}

std::string_view known_rule(std::string_view rule) {
  const auto* const found = std::find(std::begin(rules), std::end(rules), rule);
  return found == std::end(rules) ? std::string_view("other") : *found;
}

}  // namespace requeue::replay
