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

}  // namespace

std::string deciding_options(const Context& context, Selection selection) {
  std::string out;
  for (const auto& given : context.options.given) {
    if (is_in(not_repeated, given.name)) continue;
    if (selection == Selection::by_the_plan_file && is_in(selecting, given.name)) continue;
    if (given.values.empty()) out += ' ' + given.name;
    for (const auto& value : values_of(context, given)) {
      // A value that begins with a dash would be taken for an option.
      out += ' ' + given.name + (value.starts_with('-') ? "=" : " ") + shell_quoted(value);
    }
  }
  return out;
}

}  // namespace requeue::commands
