// probe --smtp-log: what the next hop said to the test message, told to a person.
#pragma once

#include "commands/context.h"
#include "replay/next_hop.h"

namespace requeue::commands {

// That the logs can be read, before anything is sent. Exit::usage when not.
Result<void> check_logs(Context& context);

// Looks into the logs, says what is there, and changes the result where the next hop said no. nullopt without
// --smtp-log.
std::optional<replay::NextHop> ask_logs(Context& context, replay::Probed& probed);

}  // namespace requeue::commands
