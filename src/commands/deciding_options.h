// What was typed that decides which messages go, to whom and in what form: for the command that is named as the next.
#pragma once

#include <string>

#include "commands/context.h"

namespace requeue::commands {

// A plan file holds what was selected: what a person adds to it must not be left out by the selection again.
enum class Selection { repeated, by_the_plan_file };

// " --folder Drop --limit 5", quoted for the shell. What says where the mail goes, who does it and why is not in it.
std::string deciding_options(const Context& context, Selection selection);

}  // namespace requeue::commands
