#include "commands/plan_words.h"

#include <map>

#include "commands/doubt_words.h"
#include "commands/words.h"
#include "core/text.h"
#include "replay/rule_words.h"

namespace requeue::commands {
namespace {

constexpr std::size_t most_in_json = 1000;

struct Group {
  std::uint64_t count = 0;
  std::vector<std::string> names;
};

std::map<std::string, Group> by_rule(const replay::Plan& plan, replay::Disposition disposition, std::size_t named) {
  std::map<std::string, Group> groups;
  for (const auto& message : plan.messages) {
    if (message.disposition != disposition) continue;
    auto& group = groups[std::string(message.rule)];
    ++group.count;
    if (group.names.size() < named) group.names.push_back(message.source);
  }
  return groups;
}

void tell_names(Context& context, const Group& group, const Telling& telling) {
  for (const auto& name : group.names) context.console.result("  " + printable(name));
  if (group.count > group.names.size()) {
    context.console.result("  and " + std::to_string(group.count - group.names.size()) + " more: " + telling.rest);
  }
}

void tell_held(Context& context, const recovery::State& state, const replay::Plan& plan, const Telling& telling) {
  bool may_go_back = false;
  for (const auto& [rule, group] : by_rule(plan, replay::Disposition::held, telling.named)) {
    const auto way_out = replay::words_of(rule).way_out;
    // What may have been sent already is never put back.
    may_go_back = may_go_back || rule != "copy_in_doubt";
    // Options name no verb: without these words they are typed alone.
    const auto ways = way_out.empty()             ? std::string("; way out: below")
                      : way_out.starts_with("--") ? "; ways out, as options of plan and replay: " + std::string(way_out)
                                                  : "; way out: " + std::string(way_out);
    context.console.result("[held] " + counted(group.count, "message") + ", " + rule + ways);
    tell_names(context, group, telling);
  }
  if (!may_go_back) return;
  context.console.result(
      "  held messages of Queue may also go back to the service, with its own envelope, on the same "
      "server and with the service stopped: " +
      again(context, "restore", state) + " --held" + service_options(context));
}

void tell_open(Context& context, const replay::Plan& plan, const Telling& telling, replay::Disposition disposition,
               std::string_view word, std::string_view meaning) {
  for (const auto& [rule, group] : by_rule(plan, disposition, telling.named)) {
    context.console.result("[" + std::string(word) + "] " + counted(group.count, "message") + ", " + rule + ": " +
                           std::string(meaning));
    tell_names(context, group, telling);
  }
}

void tell_not_mail(Context& context, const replay::Plan& plan, const Telling& telling) {
  if (plan.not_mail == 0) return;
  const auto shown = std::min(telling.named, plan.not_mail_named.size());
  Group group{plan.not_mail,
              {plan.not_mail_named.begin(), plan.not_mail_named.begin() + static_cast<std::ptrdiff_t>(shown)}};
  const bool listed = context.options.command == "plan";
  context.console.result("not mail, kept in the snapshot: " + counted(plan.not_mail, "file") +
                         (listed ? "" : "; which: " + again(context, "plan")));
  if (!listed) return;
  tell_names(context, group, {telling.pending_word, telling.named, "snapshot/files.jsonl lists every file"});
}

}  // namespace

Json counts_json(const replay::Counts& counts) {
  return Json{{"found", counts.found},   {"replayed", counts.replayed}, {"duplicate", counts.duplicate},
              {"held", counts.held},     {"skipped", counts.skipped},   {"in_doubt", counts.in_doubt},
              {"failed", counts.failed}, {"pending", counts.pending}};
}

// Told only where they change what a replay would do by itself.
std::string settings_words(const Context& context, const recovery::State& state) {
  if (!state.settings) return {};
  std::string words;
  const auto& limit = state.settings->hop_limit;
  if (limit && *limit != replay::PlanOptions().hop_limit && !context.options.hop_limit_stated) {
    words = "the hop limit is " + std::to_string(*limit);
  }
  if (state.settings->strips_dots == false && !context.options.dots_stated) {
    words += std::string(words.empty() ? "" : ", and ") + "leading dots are not doubled (this Pickup keeps them)";
  }
  return words.empty() ? words : words + ": so say the service's settings, " + printable(state.settings->metabase);
}

// The values are addresses, and notes go into the journal.
void note_selection(const Context& context, replay::Plan& plan) {
  const auto& choice = context.options.plan.choice;
  const auto left = plan.left_for_another_run();
  if (!choice.any() || left == 0 || plan.counts().pending != left) return;
  std::string given;
  for (const auto& [name, is_given] :
       {std::pair("--sender", !choice.senders.empty()), std::pair("--recipient", !choice.recipients.empty()),
        std::pair("--domain", !choice.domains.empty()), std::pair("--message", !choice.sources.empty()),
        std::pair("--since", choice.since.has_value()), std::pair("--until", choice.until.has_value())}) {
    if (is_given) given += (given.empty() ? "" : " with ") + std::string(name);
  }
  plan.notes.push_back("no message matches " + given + ": none of the " + counted(left, "message") +
                       " that could be sent; is it spelt right?");
}

std::vector<std::string> notes_of(const Context& context, const recovery::State& state, const replay::Plan& plan) {
  auto notes = plan.notes;
  if (const auto said = settings_words(context, state); !said.empty()) notes.push_back(said);
  if (!state.against.empty() && !context.options.no_against) {
    for (const auto& other : state.against) {
      notes.push_back("what " + other.path + " handed over counts as sent: --against of an earlier run is remembered");
    }
  }
  if (auto refused = refused_words(context, state); !refused.empty()) notes.push_back(std::move(refused));
  for (const auto& [folder, count] : plan.not_replayed) {
    notes.push_back(folder + ": " + counted(count, "file") + " only in the snapshot; back with: " +
                    again(context, "restore", state) + service_options(context) + " --folder " + shell_quoted(folder));
  }
  return notes;
}

Json notes_json(const std::vector<std::string>& notes) {
  Json json = Json::array();
  for (const auto& note : notes) json.push_back(escape_bytes(note));
  return json;
}

Json names_json(const std::vector<std::string>& names) {
  constexpr std::size_t most_bytes = std::size_t{1} << 20U;
  Json json = Json::array();
  std::size_t bytes = 0;
  for (const auto& name : names) {
    bytes += name.size();
    if (json.size() == most_in_json || bytes > most_bytes) break;
    json.push_back(escape_bytes(name));
  }
  return json;
}

void tell_plan(Context& context, const recovery::State& state, const replay::Plan& plan, const replay::Counts& counts,
               const Telling& telling) {
  using replay::Disposition;
  const auto number = [](std::uint64_t count) { return std::to_string(count); };
  for (const auto& note : notes_of(context, state, plan)) context.console.result("note: " + printable(note));
  tell_not_mail(context, plan, telling);
  tell_held(context, state, plan, telling);
  tell_open(context, plan, telling, Disposition::failed, "failed", "not sent; the next run tries again");
  tell_doubts(context, plan, telling);
  const auto left = telling.split_left ? plan.left_for_another_run() : 0;
  context.console.result("found " + number(counts.found) + " = replayed " + number(counts.replayed) + " + " +
                         std::string(telling.pending_word) + " " + number(counts.pending - left) +
                         (left == 0 ? "" : " + left pending " + number(left)) + " + duplicate " +
                         number(counts.duplicate) + " + held " + number(counts.held) + " + skipped " +
                         number(counts.skipped) + " + in doubt " + number(counts.in_doubt) + " + failed " +
                         number(counts.failed));
}

Json held_json(const replay::Plan& plan) {
  Json list = Json::array();
  for (const auto& message : plan.messages) {
    if (message.disposition != replay::Disposition::held) continue;
    if (list.size() == most_in_json) break;
    list.push_back(Json{{"source", escape_bytes(message.source)}, {"rule", std::string(message.rule)}});
  }
  return list;
}

Json not_mail_json(const replay::Plan& plan) {
  return Json(plan.not_mail_named);
}

}  // namespace requeue::commands
