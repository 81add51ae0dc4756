// scm_service with a service manager of the caller's choice, for tests.
#pragma once

#include "service/service.h"
#include "service/service_manager.h"

namespace requeue::service {

std::unique_ptr<Control> scm_service(Scm scm, std::chrono::seconds timeout, std::unique_ptr<ServiceManager> manager);

}  // namespace requeue::service
