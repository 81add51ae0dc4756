// What a person should know of a whole plan, in plain sentences, the gravest first.
#pragma once

#include "replay/plan.h"

namespace requeue::replay {

void sum_up(Plan& plan, const PlanOptions& options);

}  // namespace requeue::replay
