#include "commands/whereabouts.h"

namespace requeue::commands {

Result<std::optional<SystemMetabase>> system_metabase() {
  return std::optional<SystemMetabase>();
}

}  // namespace requeue::commands
