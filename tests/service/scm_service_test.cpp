#include "service/scm_service.h"

#include <catch2/catch.hpp>

#include "service/fake_service_manager.h"
#include "service/fake_shell.h"

using namespace requeue;
using namespace requeue::tests;
using service::StartType;
using service::State;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = Trouble::Kind;
using Words = std::vector<std::string>;

namespace {

struct ScmFixture {
  ScmFixture() { services.all["SMTPSVC"]; }
  Services services;
  Listener listener;
  std::unique_ptr<service::Control> control =
      service::scm_service({}, seconds(10), std::make_unique<FakeServiceManager>(services));
  FakeService& smtp() { return services.all["SMTPSVC"]; }
  [[nodiscard]] bool heard(std::string_view words) const {
    return std::ranges::any_of(listener.said, [&](const auto& line) { return line.find(words) != std::string::npos; });
  }
};

}  // namespace

TEST_CASE("a paused service keeps its files open: it runs") {
  ScmFixture f;
  f.smtp().standings = {{Phase::paused}, {Phase::stop_pending}, {Phase::continue_pending}, {Phase::stopped}};
  CHECK(f.control->state().value() == State::running);
  CHECK(f.control->state().value() == State::pending);
  CHECK(f.control->state().value() == State::pending);
  CHECK(f.control->state().value() == State::stopped);
  CHECK(f.control->name() == "SMTPSVC");
}

TEST_CASE("a stop is ordered once and waited for by a tenth of the wait hint") {
  ScmFixture f;
  f.smtp().when_stopped = {{Phase::stop_pending, 1, seconds(5)},
                           {Phase::stop_pending, 2, seconds(60)},
                           {Phase::stop_pending, 3, milliseconds(0)},
                           {Phase::stopped}};
  REQUIRE(f.control->stop(f.listener));
  CHECK(f.services.orders == Words{"stop SMTPSVC"});
  REQUIRE(f.services.pauses.size() == 3);
  CHECK(f.services.pauses[0] == milliseconds(500));
  CHECK(f.services.pauses[1] == seconds(1));
  CHECK(f.services.pauses[2] == milliseconds(100));
}

TEST_CASE("dependents of dependents stop first, and start again last") {
  ScmFixture f;
  f.smtp().dependents = {"B", "A"};
  f.services.all["A"].dependents = {"C", "SMTPSVC"};
  f.services.all["B"].dependents = {"C"};
  f.services.all["C"].dependents = {"A"};  // a circle ends
  CHECK(f.control->dependents().value() == Words{"A", "C", "B"});
  f.services.all["C"].dependents.clear();
  CHECK(f.control->dependents().value() == Words{"C", "B", "A"});
  REQUIRE(f.control->stop(f.listener));
  CHECK(f.services.orders == Words{"stop C", "stop B", "stop A", "stop SMTPSVC"});
  f.services.orders.clear();
  REQUIRE(f.control->start(f.listener));
  CHECK(f.services.orders == Words{"start SMTPSVC", "start A", "start B", "start C"});
}

TEST_CASE("a dependent that was stopped is started again though the service itself never stopped") {
  ScmFixture f;
  f.smtp().dependents = {"A"};
  f.services.all["A"];
  f.smtp().stop_troubles = {Kind::dependents_running};
  CHECK_FALSE(f.control->stop(f.listener));
  f.services.orders.clear();
  REQUIRE(f.control->start(f.listener));
  CHECK(f.services.orders == Words{"start A"});
}

TEST_CASE("a dependent that does not start again is told, after all others were tried") {
  ScmFixture f;
  f.smtp().dependents = {"A", "B"};
  f.services.all["A"];
  f.services.all["B"].start_troubles = {Kind::disabled};
  REQUIRE(f.control->stop(f.listener));
  const auto started = f.control->start(f.listener);
  REQUIRE_FALSE(started);
  CHECK(started.error().exit == Exit::failed);
  CHECK(started.error().path == "B");
  CHECK(f.services.orders.back() == "start A");
}

TEST_CASE("a stop that sticks may still be stopping, and iisreset is no cure") {
  ScmFixture f;
  f.smtp().when_stopped = {{Phase::stop_pending, 7, seconds(30)}};
  const auto stopped = f.control->stop(f.listener);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().exit == Exit::precondition);
  CHECK(stopped.error().cause == Cause::busy);
  CHECK(stopped.error().why.find("checkpoint 7") != std::string::npos);
  CHECK(stopped.error().hint.find("may still be stopping") != std::string::npos);
  CHECK(stopped.error().hint.find("Never use iisreset") != std::string::npos);
  CHECK(f.services.now.time_since_epoch() == seconds(10));
  CHECK(f.services.orders.size() == 1);
}

TEST_CASE("a service that is starting is let start before it is stopped") {
  ScmFixture f;
  f.smtp().standings = {{Phase::start_pending, 1}, {Phase::start_pending, 2}, {Phase::running}};
  REQUIRE(f.control->stop(f.listener));
  CHECK(f.services.orders == Words{"stop SMTPSVC"});
}

TEST_CASE("an order that finds the service busy is given again") {
  ScmFixture f;
  f.smtp().stop_troubles = {Kind::busy, Kind::busy};
  REQUIRE(f.control->stop(f.listener));
  CHECK(f.services.orders.size() == 3);
}

TEST_CASE("who stopped the service in between does not matter") {
  ScmFixture f;
  f.smtp().standings = {{Phase::running}, {Phase::running}, {Phase::stopped}};
  f.smtp().stop_troubles = {Kind::not_active};
  CHECK(f.control->stop(f.listener));
}

TEST_CASE("no administrator: a failed precondition in plain words") {
  ScmFixture f;
  f.services.denied = true;
  const auto stopped = f.control->stop(f.listener);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().exit == Exit::precondition);
  CHECK(stopped.error().cause == Cause::denied);
  CHECK(stopped.error().hint.find("Run as administrator") != std::string::npos);
  CHECK(f.services.pauses.empty());
}

TEST_CASE("no such service: what to install and what to type") {
  ScmFixture f;
  f.services.all.clear();
  const auto state = f.control->state();
  REQUIRE_FALSE(state);
  CHECK(state.error().exit == Exit::precondition);
  CHECK(state.error().path == "SMTPSVC");
  CHECK(state.error().hint.find("SMTP Server") != std::string::npos);
  CHECK(state.error().hint.find("--service-name") != std::string::npos);
}

TEST_CASE("a disabled service is not started") {
  ScmFixture f;
  f.smtp().standings = {{Phase::stopped}};
  f.smtp().start_troubles = {Kind::disabled};
  const auto started = f.control->start(f.listener);
  REQUIRE_FALSE(started);
  CHECK(started.error().exit == Exit::precondition);
  CHECK(started.error().hint.find("Disabled") != std::string::npos);
}

TEST_CASE("a service that dies while it starts is not started for ever") {
  ScmFixture f;
  f.smtp().standings = {{Phase::stopped}};
  f.smtp().when_started = {{Phase::start_pending, 1}, {Phase::stopped}};
  const auto started = f.control->start(f.listener);
  REQUIRE_FALSE(started);
  CHECK(started.error().exit == Exit::failed);
  CHECK(f.services.orders.size() == 1);
}

TEST_CASE("a service that is stopping is let stop before it is started") {
  ScmFixture f;
  f.smtp().standings = {{Phase::stop_pending, 1}, {Phase::stop_pending, 2}, {Phase::stopped}};
  REQUIRE(f.control->start(f.listener));
  CHECK(f.services.orders == Words{"start SMTPSVC"});
}

TEST_CASE("the start type is told, Automatic with what is known of it") {
  ScmFixture f;
  f.services.start_type = StartType::automatic;
  CHECK(f.control->start_type().type == "Automatic");
  CHECK(f.control->start_type().warning.find("Server 2019") != std::string::npos);
  f.services.start_type = StartType::delayed;
  CHECK(f.control->start_type().type == "Automatic (Delayed)");
  CHECK(f.control->start_type().warning.empty());
  CHECK(read_only_service(std::move(f.control))->start_type().type == "Automatic (Delayed)");
}

TEST_CASE("Ctrl-C before the order: nothing is stopped") {
  ScmFixture f;
  f.listener.stop = true;
  const auto stopped = f.control->stop(f.listener);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().exit == Exit::interrupted);
  CHECK(f.services.orders.empty());
}
