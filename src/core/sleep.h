// Waiting. Not the standard library's: on 32-bit Windows its threads read our 64-bit seconds as 32-bit ones, and do not
// wait at all.
#pragma once

#include <chrono>

namespace requeue {

void sleep_for(std::chrono::milliseconds time);

}  // namespace requeue
