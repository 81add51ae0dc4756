#include "cli/option_tree.h"

#include <CLI/CLI.hpp>

#include "core/text.h"

namespace requeue::cli {
namespace {

// TEXT:{scm,none,command} is how CLI11 names a choice; people write scm|none|command.
std::string shape_of(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return {};
  auto shape = option.get_type_name();
  const auto brace = shape.find('{');
  if (brace == std::string::npos) {
    const auto colon = shape.find(':');
    return colon == std::string::npos ? shape : shape.substr(0, colon);
  }
  shape = shape.substr(brace + 1, shape.find('}') - brace - 1);
  for (auto& each : shape) {
    if (each == ',') each = '|';
  }
  return shape;
}

OptionWords words_of_option(const CLI::Option& option) {
  OptionWords words;
  words.positional = option.get_positional();
  if (words.positional) words.names.push_back(option.get_name(true));
  for (const auto& name : option.get_snames()) words.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) words.names.push_back("--" + name);
  words.shape = shape_of(option);
  words.help = option.get_description();
  words.environment = option.get_envname();
  words.required = option.get_required();
  return words;
}

VerbWords words_of_app(const CLI::App& app, std::string name) {
  VerbWords words;
  words.name = std::move(name);
  const auto text = app.get_description();
  words.purpose = text.substr(0, text.find('\n'));
  constexpr std::string_view heading = "Examples:\n";
  const auto examples = text.find(heading);
  if (examples != std::string::npos) {
    for (const auto& line : CLI::detail::split(text.substr(examples + heading.size()), '\n')) {
      if (const auto example = trim(line); !example.empty()) words.examples.emplace_back(example);
    }
  }
  for (const auto* const option : app.get_options()) words.options.push_back(words_of_option(*option));
  return words;
}

}  // namespace

std::vector<VerbWords> words_of(const CLI::App& program) {
  std::vector<VerbWords> all{words_of_app(program, {})};
  for (const auto* const app : program.get_subcommands([](const CLI::App*) { return true; })) {
    if (!app->get_group().empty()) all.push_back(words_of_app(*app, app->get_name()));
  }
  return all;
}

std::vector<commands::Given> given_of(const CLI::App& verb) {
  std::vector<commands::Given> all;
  for (const auto* const option : verb.get_options()) {
    if (option->count() == 0 || option->get_positional() || option->get_lnames().empty()) continue;
    commands::Given given{"--" + option->get_lnames().front(), {}};
    if (option->get_items_expected_max() != 0) given.values = option->results();
    all.push_back(std::move(given));
  }
  return all;
}

}  // namespace requeue::cli
