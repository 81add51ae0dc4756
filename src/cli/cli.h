// The command line: words to Options, a command run, its outcome told. Nothing outside this room includes CLI11.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"

namespace requeue::cli {

struct Parsed {
  commands::Options options;
  commands::Command command = nullptr;
  std::optional<int> finished;  // --help and --version printed and done, or a usage error told: exit with this
  bool json = false;            // --json stood on the line, even when the line is wrong
  std::string usage_error;
};

// The words after the program's name, as UTF-8 on Windows; stdout and stderr are made ready for UTF-8. First of all.
std::vector<std::string> prepare(int count, char** arguments);

// `arguments` without the program's name; bytes as given.
Parsed parse(const std::vector<std::string>& arguments);

// Parses, runs, prints, and returns the exit status.
int run(const std::vector<std::string>& arguments);

// The program itself, for the run event: version, build, and the digest of the file that runs.
commands::Program this_program();

}  // namespace requeue::cli
