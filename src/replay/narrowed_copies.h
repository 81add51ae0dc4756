// Copies that a plan file sends to some of their recipients only.
#pragma once

#include "replay/duplicates.h"
#include "replay/plan.h"

namespace requeue::replay {

// Whom the file leaves out of a copy is left out of it, whoever is served by now. The file was written when another
// copy served them; where none does any more, the copy is held (`plan`). Before find_duplicates: such a copy serves
// only those to whom it goes. With the messages of other recoveries there, behind the plan's `own`.
Result<void> narrow_as_planned(Plan& plan, std::size_t own, const std::vector<Traits>& traits,
                               const PlanOptions& options, CopyReader& copies);

// Those that go so are partial copies. After find_duplicates.
void name_narrowed(Plan& plan);

}  // namespace requeue::replay
