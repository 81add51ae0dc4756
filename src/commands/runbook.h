// The runbook for a change ticket: docs/runbook.md, compiled in, with this server's values in place of its {{names}}.
#pragma once

#include <string>

#include "commands/context.h"
#include "recovery/state.h"

namespace requeue::commands {

// What is not known yet (no recovery folder, no Mailroot given) stays "____" in the text and "DIR" in commands. Only
// reads; what cannot be read is left open, for a runbook must be had when half of it is broken. Safe to show.
std::string runbook(Context& context, const recovery::State& state, const std::string& head, const std::string& next);

}  // namespace requeue::commands
