// Stopping the service and putting it back, with each step in the journal.
#pragma once

#include "commands/context.h"
#include "recovery/recovery.h"

namespace requeue::commands {

// Records how the service was found, names its dependents, stops it and waits. Nothing to do when it is stopped or none
// is driven. Returns the seconds taken.
Result<double> stop_service(Context& context, recovery::Recovery& recovery);

// Puts the service back as it was found before the first run: for a run that fails before `emptying`. Its own failure
// is told, not returned: the error that led here matters more.
void put_service_back(Context& context, recovery::Recovery& recovery);

// How it starts with the machine, where that can be told; "Automatic" with what is known against it.
void tell_start_type(Context& context);

}  // namespace requeue::commands
