#include "service/service.h"
#include "service/service_manager.h"

namespace requeue::service {

std::unique_ptr<ServiceManager> system_service_manager(const std::string& /*host*/) {
  return nullptr;
}

// The tree is taken for offline: the service that owns it runs on a Windows machine.
std::string_view default_kind() {
  return "none";
}

}  // namespace requeue::service
