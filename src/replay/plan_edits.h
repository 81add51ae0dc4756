// What a person has changed in a plan file: recipients, and what is released.
#pragma once

#include "replay/plan.h"

namespace requeue::replay {

// A line that sends what is no message here (of Drop, without --folder) is refused: the person believes that it goes
// out.
Result<void> check_planned(const Plan& plan, const PlanOptions& options);
// Notes what a line sends and this run does not, but for what has been sent. After all is decided.
void note_not_followed(Plan& plan, const PlanOptions& options);

}  // namespace requeue::replay
