#include <algorithm>
#include <iostream>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>

#include "cli/checks.h"
#include "cli/cli.h"
#include "cli/completion.h"
#include "cli/man.h"
#include "cli/option_tree.h"
#include "cli/values.h"
#include "cli/verb_options.h"
#include "cli/verbs.h"
#include "core/text.h"

namespace requeue::cli {
namespace {

// The list of verbs shows what each is for; its examples stand in its own help.
class Help : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* verb) const override {
    const auto& text = verb->get_description();
    std::stringstream out;
    CLI::detail::format_help(out, verb->get_display_name(), text.substr(0, text.find('\n')), column_width_);
    return out.str();
  }
};

// The first word of a whole help text: what it is, and the three commands of a recovery.
constexpr const char* purpose =
    "requeue: recovers the queue of a Windows SMTP service: no message lost, none sent twice.\n\nExamples:\n"
    "  requeue evacuate --mailroot M --recovery R\n"
    "  requeue probe --mailroot M --recovery R --from admin@example.com --to me@example.org\n"
    "  requeue replay --recovery R\n";

// `help`, `help VERB`: the same as --help.
std::vector<std::string> as_help(const std::vector<std::string>& given) {
  if (given.empty() || given.front() != "help") return given;
  std::vector<std::string> arguments(given.begin() + 1, given.end());
  arguments.emplace_back("--help");
  return arguments;
}

// With --help on the line CLI11 looks at nothing else of it: a word that is no command would pass for one.
std::string unknown_command(const CLI::App& program, const std::vector<std::string>& given,
                            const std::vector<std::string>& arguments) {
  if (given.front() == "help" && given.size() > 2) return "help takes one command, or none";
  const auto& word = arguments.front();
  const auto is_it = [&](const CLI::App* verb) { return verb->check_name(word); };
  const bool known = word.starts_with("-") || !program.get_subcommands(is_it).empty();
  return known ? "" : "there is no command " + printable(word);
}

// `help` is no subcommand of CLI11's; a shell completes it with their names.
std::vector<VerbWords> words_to_complete(const CLI::App& program) {
  auto all = words_of(program);
  std::string names;
  for (const auto& verb : all) {
    if (!verb.name.empty()) names += (names.empty() ? "" : "|") + verb.name;
  }
  all.push_back({"help", "The same as --help", {}, {{{"VERB"}, true, names, {}, {}, false}}});
  return all;
}

}  // namespace

Parsed parse(const std::vector<std::string>& given) {
  auto arguments = as_help(given);
  std::ranges::replace(arguments, std::string("/?"), std::string("--help"));
  Parsed parsed;
  auto& options = parsed.options;
  parsed.json = std::ranges::find(arguments, "--json") != arguments.end();
  options.json = parsed.json;
  CLI::App program{purpose, "requeue"};
  program.formatter(std::make_shared<Help>());
  program.require_subcommand(1);
  program.allow_windows_style_options(false);  // "/x" is a path here, on Windows too
  program.footer(exit_help);
  const auto self = this_program;
  program.set_version_flag("--version", [self] {
    const auto it = self();
    return "requeue " + it.version + " (" + it.build + ")";
  });
  for (const auto& verb : verbs()) add_verb(program, verb, options);
  // Not for people: the build asks for the man pages. Without a group it stands in no help.
  std::string page;
  auto* const man = program.add_subcommand("man", "A man page in roff")->group("");
  man->add_option("VERB", page);
  std::string shell;
  auto* const completion =
      program.add_subcommand("completion",
                             "Write a completion script for a shell\n\nExamples:\n  source <(requeue completion bash)\n"
                             "  requeue completion powershell >> $PROFILE\n");
  completion->add_option("SHELL", shell, "bash or powershell")
      ->required()
      ->check(CLI::IsMember({"bash", "powershell"}));
  if (arguments.empty()) {
    std::cerr << program.help();
    parsed.finished = static_cast<int>(Exit::usage);
    return parsed;
  }
  if (parsed.usage_error = unknown_command(program, given, arguments); !parsed.usage_error.empty()) return parsed;
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // CLI11 takes them from the back
  try {
    program.parse(std::move(reversed));
    if (completion->parsed()) {
      std::cout << completion_script(shell, words_to_complete(program));
      parsed.finished = 0;
      return parsed;
    }
    if (man->parsed()) {
      const auto text = man_page(words_of(program), page, self().version);
      std::cout << text;
      parsed.finished = static_cast<int>(text.empty() ? Exit::usage : Exit::done);
      return parsed;
    }
  } catch (const CLI::Success& success) {
    parsed.finished = program.exit(success);
    return parsed;
  } catch (const CLI::ParseError& error) {
    parsed.usage_error = error.what();
  }
  const auto used = program.get_subcommands();
  for (const auto& verb : verbs()) {
    if (used.empty() || used.front()->get_name() != verb.name) continue;
    options.command = verb.name;
    options.given = given_of(*used.front());
    parsed.command = verb.command;
    if (parsed.usage_error.empty()) parsed.usage_error = check(options, verb);
  }
  options.command_line = without_addresses(arguments);
  return parsed;
}

}  // namespace requeue::cli
