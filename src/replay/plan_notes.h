// What a person should know of a whole plan, in plain sentences, the gravest first.
#pragma once

#include "replay/plan.h"

namespace requeue::replay {

// `live`: of a Mailroot's files as they stand, where nothing was recorded from which they could differ.
void sum_up(Plan& plan, const PlanOptions& options, bool live);

// Of each message in doubt: its own name in the Mailroot; of one that was to be handed over, its names in Pickup and in
// staging.
void name_places(Plan& plan, const recovery::State& state, const Ledger& ledger);

}  // namespace requeue::replay
