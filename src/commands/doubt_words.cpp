#include "commands/doubt_words.h"

#include <map>

#include "commands/session.h"
#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

constexpr std::size_t most_listed = 1000;

std::string what_happened(std::string_view rule) {
  if (rule == "reboot") return "the machine was or may have been restarted during the hand-over";
  if (rule == "staging_gone")
    return "Pickup, the staging folder beside it, or what was composed there is not where it was";
  if (rule == "name_taken") return "other bytes stand in Pickup under its name";
  if (rule == "smtp_unanswered") return "the SMTP server may have it: nobody heard its answer";
  if (rule == "gone_before_empty") return "it left the Mailroot before requeue removed it";
  if (rule == "restoring_unfinished") return "a restore was cut short while it was put back";
  if (rule == "open_intent") return "a replay was cut short while it handed them over";
  return "it may have been sent";
}

void tell_places(Context& context, const replay::Plan& plan, const std::string& source) {
  context.console.result("  " + printable(source));
  const auto places = plan.places.find(source);
  if (places == plan.places.end()) return;
  for (const auto& place : places->second) context.console.result("    look at " + printable(place));
}

}  // namespace

void tell_doubts(Context& context, const replay::Plan& plan, const Telling& telling) {
  std::map<std::string_view, std::vector<const Name*>> by_rule;
  for (const auto& message : plan.messages) {
    if (message.disposition == replay::Disposition::in_doubt) by_rule[message.rule].push_back(&message.source);
  }
  if (by_rule.empty()) return;
  const bool under_way = by_rule.contains("open_intent") && is_at_work(context);
  for (const auto& [rule, sources] : by_rule) {
    const bool is_open = rule == "open_intent";
    const bool is_now = under_way && is_open;
    context.console.result(
        "[in doubt] " + counted(sources.size(), "message") + ", " + std::string(rule) + ": " +
        (is_now    ? "a run that works on this recovery folder now hands it over; ask again when it has "
                     "ended"
         : is_open ? what_happened(rule) + "; the next replay finds out by itself what became of them, before it "
                                           "sends anything, and only what cannot be known waits for your word"
                   : what_happened(rule) + "; never sent again by itself"));
    const auto shown = std::min(telling.named, sources.size());
    for (std::size_t i = 0; i < shown; ++i) {
      is_open ? context.console.result("  " + printable(*sources[i])) : tell_places(context, plan, *sources[i]);
    }
    if (shown < sources.size()) {
      context.console.result("  and " + std::to_string(sources.size() - shown) + " more: " + telling.rest);
    }
  }
  if (by_rule.contains("open_intent") && by_rule.size() == 1) return;  // no word is taken on those
  context.console.result("  did it arrive? Ask its recipients, or the log of the next hop; then say so: " +
                         again(context, "replay") + " --resolve sent|not-sent SOURCE");
}

Json doubts_json(const replay::Plan& plan) {
  Json list = Json::array();
  for (const auto& message : plan.messages) {
    if (message.disposition != replay::Disposition::in_doubt) continue;
    if (list.size() == most_listed) break;
    Json look = Json::array();
    if (const auto places = plan.places.find(message.source); places != plan.places.end()) {
      for (const auto& place : places->second) look.push_back(escape_bytes(place));
    }
    list.push_back(Json{{"source", escape_bytes(message.source)}, {"rule", message.rule}, {"look", std::move(look)}});
  }
  return list;
}

}  // namespace requeue::commands
