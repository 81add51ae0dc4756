// An overview in words and as JSON.
#pragma once

#include "commands/context.h"
#include "report/overview.h"

namespace requeue::commands {

// `live`: of a Mailroot as it stands, not of a snapshot.
void tell_overview(Console& console, const requeue::report::Overview& overview, bool live);
Json overview_json(const requeue::report::Overview& overview);

}  // namespace requeue::commands
