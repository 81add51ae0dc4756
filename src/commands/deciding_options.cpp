#include "commands/deciding_options.h"

#include <algorithm>
#include <array>

#include "commands/words.h"
#include "core/time.h"

namespace requeue::commands {
namespace {

// All else is repeated: an option that is forgotten here is said once too often, and not lost.
constexpr std::array<std::string_view, 19> not_repeated = {
    "--recovery", "--pickup", "--smtp",    "--smtp-tls", "--smtp-ca", "--smtp-auth", "--no-probe",
    "--out",      "--json",   "--quiet",   "--log",      "--reason",  "--operator",  "--ticket",
    "--dry-run",  "--jobs",   "--confirm", "--resolve",  "--help"};
constexpr std::array<std::string_view, 7> selecting = {"--sender", "--recipient", "--domain", "--message",
                                                       "--since",  "--until",     "--limit"};

constexpr std::string_view personal_word = "(personal)";

template <class List>
bool is_in(const List& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

// An age is counted back from the moment of the command: repeated later, it would choose other messages.
std::vector<std::string> values_of(const Context& context, const Given& given) {
  const auto& choice = context.options.plan.choice;
  if (given.name == "--since" && choice.since) return {to_iso8601(*choice.since)};
  if (given.name == "--until" && choice.until) return {to_iso8601(*choice.until)};
  return given.values;
}

// A limit of nothing is for the run that was given it: named again, it would lead nowhere.
bool leads_nowhere(const std::string& name, const std::vector<std::string>& values) {
  return name == "--limit" && values.size() == 1 && values.front().find_first_not_of('0') == std::string::npos;
}

bool is_option(const std::string& word) {
  return word.starts_with("--") && word.find_first_not_of("-abcdefghijklmnopqrstuvwxyz") == std::string::npos;
}

std::string typed_option(const std::string& name, const std::vector<std::string>& values) {
  std::string out;
  if (leads_nowhere(name, values)) return out;
  if (values.empty()) out = ' ' + name;
  for (const auto& value : values) {
    // A value that begins with a dash would be taken for an option.
    out += ' ' + name + (value.starts_with('-') ? "=" : " ") + shell_quoted(value);
  }
  return out;
}

}  // namespace

std::string deciding_options(const Context& context, Selection selection) {
  std::string out;
  for (const auto& given : context.options.given) {
    if (is_in(not_repeated, given.name)) continue;
    if (selection == Selection::by_the_plan_file && is_in(selecting, given.name)) continue;
    out += typed_option(given.name, values_of(context, given));
  }
  return out;
}

std::vector<std::vector<std::string>> deciding_words(const Context& context) {
  std::vector<std::vector<std::string>> out;
  for (const auto& given : context.options.given) {
    if (is_in(not_repeated, given.name)) continue;
    std::vector<std::string> words{given.name};
    for (auto& value : values_of(context, given)) {
      words.push_back(is_in(personal_options, given.name) ? std::string(personal_word) : std::move(value));
    }
    out.push_back(std::move(words));
  }
  return out;
}

RecordedOptions recorded_options(const recovery::State& state) {
  RecordedOptions out;
  for (const auto& words : state.newest_replay.deciding) {
    // Whoever can write a journal could have a person paste what he likes.
    if (!is_option(words.front())) continue;
    out.typed += typed_option(words.front(), {words.begin() + 1, words.end()});
    out.personal = out.personal || is_in(words, personal_word);
    // What --limit left out is next in line; what a person chose against is not.
    out.leaves_out =
        out.leaves_out || words.front() == "--plan" || (is_in(selecting, words.front()) && words.front() != "--limit");
  }
  return out;
}

std::string recorded_replay(const Context& context, const recovery::State& state) {
  return next_replay(context, state) + recorded_options(state).typed;
}

std::string in_one_line(const Next& next) {
  return "Next: " + next.command + (next.manual.empty() ? "" : " (" + next.manual + ")");
}

Next next_of_replay(const Context& context, const recovery::State& state) {
  const auto options = recorded_options(state);
  if (state.newest_replay.ended && options.leaves_out) {
    return {again(context, "plan"),
            "the newest replay left out what its options or its plan file did: look at the rest"};
  }
  std::string manual = state.replay_smtp.empty() ? "" : "the other --smtp options as before (TLS, CA, AUTH)";
  if (options.personal) {
    manual += std::string(manual.empty() ? "" : "; ") +
              "put in again what stands as (personal): the record keeps no addresses";
  }
  return {recorded_replay(context, state), manual};
}

}  // namespace requeue::commands
