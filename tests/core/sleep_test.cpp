#include <catch2/catch.hpp>

#include "core/sleep.h"

using namespace requeue;

TEST_CASE("a sleep lasts") {
  constexpr std::chrono::milliseconds time(40);
  const auto begun = std::chrono::steady_clock::now();
  sleep_for(time);
  // Clocks of old systems go in steps of 16 ms.
  CHECK(std::chrono::steady_clock::now() - begun >= time - std::chrono::milliseconds(16));
}
