// What the program can be told, read off the very tree of options that parses the command line: for the man pages, and
// for whatever else must name every option.
#pragma once

#include <string>
#include <vector>

#include "commands/options.h"

namespace CLI {
class App;
}

namespace requeue::cli {

struct OptionWords {
  std::vector<std::string> names;  // "-n", "--dry-run"; of a positional its one word
  bool positional = false;
  std::string shape;  // "DIR", "hold|replay|skip"; empty: it takes no value
  std::string help;
  std::string environment;  // the variable that may hold its value instead
  bool required = false;
};

struct VerbWords {
  std::string name;  // empty: the program itself
  std::string purpose;
  std::vector<std::string> examples;
  std::vector<OptionWords> options;
};

// The program first, then its verbs in their order; hidden ones are left out.
std::vector<VerbWords> words_of(const CLI::App& program);

// What was typed of a verb's options, positionals left out.
std::vector<commands::Given> given_of(const CLI::App& verb);

}  // namespace requeue::cli
