// What a person has changed in a plan file: recipients, and what is released.
#pragma once

#include "replay/duplicates.h"
#include "replay/plan.h"

namespace requeue::replay {

// A copy that the file sends to some recipients goes to no other one, whoever is covered by now.
Result<void> narrow_as_planned(Plan& plan, const PlanOptions& options, CopyReader& copies);

}  // namespace requeue::replay
