// Why a Mailroot is not emptied, or not to the end, in words.
#pragma once

#include "recovery/recovery.h"

namespace requeue::snapshot {

// A snapshot of this very Mailroot, verified, and not emptied yet.
Result<void> check_ready(recovery::Recovery& recovery, const files::Tree& mailroot);
Error service_runs(bool removal_begun);
Error emptying_interrupted(bool removal_begun);

}  // namespace requeue::snapshot
