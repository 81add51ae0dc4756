// An overview in words and as JSON.
#pragma once

#include "commands/context.h"
#include "report/overview.h"

namespace requeue::commands {

void tell_overview(Console& console, const requeue::report::Overview& overview);
Json overview_json(const requeue::report::Overview& overview);

}  // namespace requeue::commands
