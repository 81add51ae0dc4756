// Completion scripts for shells, written from the same tree of options that parses the command line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/option_tree.h"

namespace requeue::cli {

// `shell`: bash or powershell. The same option takes the same kind of value everywhere; the first verb that has it
// says.
std::string completion_script(std::string_view shell, const std::vector<VerbWords>& verbs);

}  // namespace requeue::cli
