// Looking into Pickup and its neighbours, without waiting for anything.
#pragma once

#include <optional>
#include <string_view>

#include "mailroot/mailroot.h"
#include "replay/handoff.h"
#include "replay/replay.h"

namespace requeue::replay {

// The folder of this role that stands beside Pickup (names compared without case).
std::optional<files::Relative> neighbour(files::Tree& beside, mailroot::Role role);
// Files of this recovery that the service has not taken yet.
std::uint64_t count_ours(Place& place, std::string_view id);
// `.BAD` files in the Badmail folder.
std::uint64_t count_bad(files::Tree& beside, const files::Relative& badmail);
Look look_around(Place& place, std::string_view id);

}  // namespace requeue::replay
