#include "service/service.h"

#include <catch2/catch.hpp>

#include "service/fake_shell.h"

using namespace requeue;
using namespace requeue::tests;
using service::State;

namespace {

// Fails the test when it is ordered to do anything.
class Untouchable final : public service::Control {
 public:
  Result<State> state() override { return State::running; }
  Result<void> stop(Watcher& /*watcher*/) override { return ordered(); }
  Result<void> start(Watcher& /*watcher*/) override { return ordered(); }
  Result<std::vector<std::string>> dependents() override { return std::vector<std::string>{"other"}; }
  [[nodiscard]] std::string name() const override { return "untouch\x1b"; }

 private:
  static Result<void> ordered() {
    FAIL("a dry run gave an order");
    return {};
  }
};

}  // namespace

TEST_CASE("without a service it is absent, and every order succeeds") {
  Listener listener;
  const auto control = service::no_service();
  CHECK(control->state().value() == State::absent);
  CHECK(control->stop(listener));
  CHECK(control->start(listener));
  CHECK(control->dependents().value().empty());
  CHECK(control->name() == "none");
  CHECK(listener.said.empty());
}

TEST_CASE("a read-only service answers and says what it would do") {
  Listener listener;
  const auto control = service::read_only_service(std::make_unique<Untouchable>());
  CHECK(control->state().value() == State::running);
  CHECK(control->dependents().value() == std::vector<std::string>{"other"});
  CHECK(control->stop(listener));
  CHECK(control->start(listener));
  REQUIRE(listener.said.size() == 2);
  CHECK(listener.said[0].find("would stop") != std::string::npos);
  CHECK(listener.said[1].find("would start") != std::string::npos);
  CHECK(listener.said[0].find('\x1b') == std::string::npos);
}

TEST_CASE("each state has its word") {
  CHECK(service::to_string(State::running) == "running");
  CHECK(service::to_string(State::stopped) == "stopped");
  CHECK(service::to_string(State::pending) == "pending");
  CHECK(service::to_string(State::absent) == "absent");
}
