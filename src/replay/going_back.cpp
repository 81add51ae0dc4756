#include "replay/going_back.h"

#include <optional>

#include "mailroot/mailroot.h"
#include "replay/duplicates.h"

namespace requeue::replay {
namespace {

// Told to be a copy once, it is one whatever holds it now.
bool was_copy_of_sent(const Message& message, const Ledger& ledger, bool compared) {
  const auto* const standing = ledger.find(message.source);
  if (standing == nullptr || standing->disposition != Disposition::duplicate) return false;
  const auto* const original = ledger.told_original(*standing);
  return (standing->was_against && compared) || (original != nullptr && is_settled(original->disposition));
}

// Of a plan in which only what was sent makes a copy of another.
std::optional<std::string> why_never(const Message& message, const Ledger& ledger, bool compared) {
  if (message.disposition == Disposition::replayed) return "it was replayed";
  // A group that a killed restore left open is for the restore itself to settle; a replay would take it for in doubt.
  const bool own_group = message.rule == "restoring_unfinished" && !ledger.is_final(message.source);
  if (message.disposition == Disposition::in_doubt && !own_group) return "it is in doubt: it may have been sent";
  if (is_the_services(message)) return std::nullopt;
  if (message.rule == "copy_in_doubt") {
    return "it is a copy of one that is in doubt: it may have been sent";
  }
  if (message.rule == "against") return "it is a copy of one that another recovery folder handed over (--against)";
  if (message.rule == "partial_copy") {
    return "some of its recipients have it already, by a copy that was sent; a replay sends it to the others";
  }
  if (message.disposition == Disposition::duplicate || was_copy_of_sent(message, ledger, compared)) {
    return "it is a duplicate of one that was replayed or is in doubt";
  }
  return std::nullopt;
}

// By what is decided now, or by what the newest replay decided with options of its own, which a restore does not take.
bool stands_held(const Message& message, const Ledger& ledger) {
  if (message.disposition == Disposition::held) return true;
  const auto* const standing = ledger.find(message.source);
  return !message.final_now && standing != nullptr && standing->disposition == Disposition::held;
}

// A copy goes the way of its original: that one may still be sent.
bool goes_back_held(const Plan& plan, const Message& message, const Ledger& ledger) {
  if (!stands_held(message, ledger)) return false;
  if (message.disposition != Disposition::duplicate) return true;
  return message.duplicate_of < plan.messages.size() && stands_held(plan.messages[message.duplicate_of], ledger);
}

}  // namespace

PlanOptions with_nothing_held(PlanOptions options) {
  options.bounces = Policy::replay;
  options.lists = Policy::replay;
  options.hop_limit = 0;
  options.max_size = 0;
  options.check_streams = false;
  options.hold_several_domains = false;
  options.only_sent_covers = true;
  for (const auto* const rule : {"no_from", "unknown_name"}) options.releases.rules.emplace(rule);
  return options;
}

NeverBack never_back(const Plan& plan, const Ledger& ledger, bool compared) {
  NeverBack never;
  for (const auto& message : plan.messages) {
    if (const auto why = why_never(message, ledger, compared)) never[message.source] = *why;
  }
  return never;
}

std::unordered_set<std::string> held_sources(const Plan& plan, const Ledger& ledger) {
  std::unordered_set<std::string> held;
  for (const auto& message : plan.messages) {
    const bool queue = mailroot::role_of(mailroot::top_of(message.source)) == mailroot::Role::queue;
    if (queue && goes_back_held(plan, message, ledger)) held.insert(message.source);
  }
  return held;
}

}  // namespace requeue::replay
