// What the system's event log is told, each with the journal's head: a line of the chain that cannot be changed later.
#pragma once

#include "commands/context.h"

namespace requeue::commands {

// `text`: one sentence without its end, nothing personal in it.
void announce(Context& context, const std::string& head, service::EventId id, service::Gravity gravity,
              const std::string& text);
void announce_balance_failed(Context& context, const std::string& head);

}  // namespace requeue::commands
