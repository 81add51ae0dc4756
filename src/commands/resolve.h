// `replay --resolve`: a person's word on messages in doubt, recorded; nothing is sent.
#pragma once

#include "commands/context.h"

namespace requeue::commands {

Result<Outcome> resolve(Context& context);

}  // namespace requeue::commands
