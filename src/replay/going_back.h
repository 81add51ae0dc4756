// What of the messages a restore may put back into the recorded Mailroot, before the eyes of the service.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "replay/plan.h"

namespace requeue::replay {

// The same without what holds a message: a copy of one that was sent is one, be it a bounce, from a list or large. The
// replay that sent the other may have been given --lists, --bounces or --release, which a restore does not take.
PlanOptions with_nothing_held(PlanOptions options);

// Sources that are never put back, since the service would send them again, each with why.
using NeverBack = std::unordered_map<std::string, std::string>;
// Of a plan made with_nothing_held(), in which only what was sent makes a copy of another. `compared`: with other
// recovery folders (--against).
NeverBack never_back(const Plan& plan, const Ledger& ledger, bool compared);

// Of restore --held: sources in Queue that are held, by `plan` or by what the newest replay decided.
std::unordered_set<std::string> held_sources(const Plan& plan, const Ledger& ledger);

}  // namespace requeue::replay
