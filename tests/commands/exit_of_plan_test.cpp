#include <catch2/catch.hpp>

#include "commands/planning.h"

using namespace requeue;
using replay::Disposition;

namespace {

Exit exit_of(const std::vector<std::pair<Disposition, std::string_view>>& messages, Exit pending = Exit::done) {
  replay::Plan plan;
  for (const auto& [disposition, rule] : messages) {
    replay::Message message;
    message.disposition = disposition;
    message.rule = rule;
    plan.messages.push_back(message);
  }
  return commands::exit_of_plan(plan, pending);
}

}  // namespace

TEST_CASE("a plan's exit status is that of its gravest message", "[exit]") {
  CHECK(exit_of({}) == Exit::done);
  CHECK(exit_of({{Disposition::replayed, "replay"}, {Disposition::duplicate, "content"}, {Disposition::skipped, ""}}) ==
        Exit::done);
  CHECK(exit_of({{Disposition::held, "bounce"}}) == Exit::attention);
  CHECK(exit_of({{Disposition::held, "bounce"}, {Disposition::failed, "rename_failed"}}) == Exit::failed);
  CHECK(exit_of({{Disposition::failed, "source_damaged"}, {Disposition::in_doubt, "reboot"}}) == Exit::in_doubt);
}

TEST_CASE("a source whose bytes changed is a failed verification, found early or late", "[exit]") {
  CHECK(exit_of({{Disposition::failed, "source_changed"}}) == Exit::verification);
  CHECK(exit_of({{Disposition::failed, "source_damaged"}, {Disposition::failed, "compose_failed"}}) ==
        Exit::verification);
}

TEST_CASE("what would be replayed is pending only after a replay", "[exit]") {
  CHECK(exit_of({{Disposition::pending, "replay"}}) == Exit::done);
  CHECK(exit_of({{Disposition::pending, "replay"}}, Exit::attention) == Exit::attention);
}
