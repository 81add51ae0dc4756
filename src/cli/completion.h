// Completion scripts for shells, written from the same tree of options that parses the command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace requeue::cli {

struct CompletedOption {
  enum class Value { none, text, file, folder, choice };
  std::string name;  // "--mailroot"; of a positional: its word
  Value value = Value::none;
  std::vector<std::string> choices;
};

struct CompletedVerb {
  std::string name;
  std::vector<CompletedOption> options;
  std::vector<CompletedOption> positionals;
};

// `shell`: bash or powershell. The same option takes the same kind of value everywhere; the first verb that has it
// says.
std::string completion_script(std::string_view shell, const std::vector<CompletedVerb>& verbs);

}  // namespace requeue::cli
