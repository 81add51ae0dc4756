// What a test reads in a recovery folder's own files.
#pragma once

#include "blackbox/window.h"

namespace requeue::tests {

// The journal's lines of this kind, in their order; all of them without a name.
std::vector<Json> events(const Window& window, const std::string& event = {});

}  // namespace requeue::tests
