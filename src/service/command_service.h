// command_service with a shell of the caller's choice, for tests.
#pragma once

#include "service/service.h"
#include "service/shell.h"

namespace requeue::service {

std::unique_ptr<Control> command_service(Commands commands, std::chrono::seconds timeout, std::unique_ptr<Shell> shell);

}  // namespace requeue::service
