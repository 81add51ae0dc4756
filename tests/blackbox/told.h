// What the administrator is told in a window, and a record as a kill leaves it.
#pragma once

#include <string>
#include <vector>

#include "blackbox/window.h"

namespace requeue::tests {

using Words = std::vector<std::string>;

// The command on the window's recovery folder.
Words of(const Window& window, Words verb, const Words& more = {});
// All that it says, as a person sees it.
std::string told(const Window& window, const Words& verb, const Words& more = {});
bool holds(const std::string& text, const std::string& part);
// As --confirm wants it.
std::string this_server();
// The journal as a kill leaves it right after the first of these events was flushed.
void cut_behind(const Window& window, const std::string& event);

}  // namespace requeue::tests
