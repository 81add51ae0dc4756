#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

#include "core/error.h"

using namespace requeue;

TEST_CASE("of several statuses the gravest is told") {
  // Least grave first; the last five end a run at once.
  const std::vector<Exit> order = {Exit::done, Exit::attention, Exit::failed, Exit::verification, Exit::in_doubt};
  for (std::size_t a = 0; a < order.size(); ++a) {
    for (std::size_t b = 0; b < order.size(); ++b) CHECK(graver(order[a], order[b]) == order[std::max(a, b)]);
  }
  for (const auto ends : {Exit::usage, Exit::precondition, Exit::locked, Exit::stale_plan, Exit::interrupted}) {
    for (const auto other : order) {
      CHECK(graver(ends, other) == ends);
      CHECK(graver(other, ends) == ends);
    }
  }
}

TEST_CASE("an error says what, where, why and what to do, and is safe to show") {
  const Error error{Exit::failed, Cause::other, "cannot read a file", "/m/\x1b[2J", "access denied", "ask the owner"};
  CHECK(to_text(error) == "cannot read a file: /m/\\x1b[2J: access denied\n  ask the owner");
  CHECK(to_text(Error{Exit::failed, Cause::other, "failed", {}, {}, {}}) == "failed");
}

TEST_CASE("an error passes through the early returns unchanged") {
  const auto inner = []() -> Result<int> { return failure(Exit::locked, "busy", "/r"); };
  const auto outer = [&]() -> Result<std::string> {
    REQUEUE_TRY(const int value, inner());
    return std::to_string(value);
  };
  const auto result = outer();
  REQUIRE_FALSE(result);
  CHECK(result.error().exit == Exit::locked);
  CHECK(result.error().path == "/r");
}
