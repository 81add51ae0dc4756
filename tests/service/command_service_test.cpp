#include "service/command_service.h"

#include <catch2/catch.hpp>

#include "service/fake_shell.h"

using namespace requeue;
using namespace requeue::tests;
using service::Ended;
using service::State;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

struct Fixture {
  ShellScript script;
  Listener listener;
  std::unique_ptr<service::Control> control =
      service::command_service({"do-stop", "do-start", "ask"}, seconds(10), std::make_unique<FakeShell>(script));
};

}  // namespace

TEST_CASE("the status command's exit status is the state") {
  Fixture f;
  f.script.exits("ask", {0, 3});
  CHECK(f.control->state().value() == State::running);
  CHECK(f.control->state().value() == State::stopped);
  CHECK(f.script.overdue.at(0) == service::Overdue::kill);
  CHECK(f.control->dependents().value().empty());
  CHECK(f.control->name() == "command");
}

TEST_CASE("any other status is a failed precondition that names command and status") {
  Fixture f;
  f.script.exits("ask", {127});
  const auto state = f.control->state();
  REQUIRE_FALSE(state);
  CHECK(state.error().exit == Exit::precondition);
  CHECK(state.error().path == "ask");
  CHECK(state.error().why.find("127") != std::string::npos);
}

TEST_CASE("a status command that was killed or hung is no answer, whatever its code") {
  Fixture f;
  f.script.answers["ask"] = {{{Ended::How::signalled, 3}, {}}, {{Ended::How::overdue, 0}, {}}};
  CHECK(f.control->state().error().why.find("signal 3") != std::string::npos);
  CHECK(f.control->state().error().why.find("in time") != std::string::npos);
}

TEST_CASE("stop orders once and asks until the service has stopped") {
  Fixture f;
  f.script.exits("ask", {0, 0, 0, 0, 0, 0, 3});
  f.script.exits("do-stop", {0});
  REQUIRE(f.control->stop(f.listener));
  CHECK(f.script.times("do-stop") == 1);
  CHECK(f.script.times("ask") == 7);
  CHECK(f.script.pauses.front() == milliseconds(100));
  CHECK(f.script.pauses.back() == seconds(1));
}

TEST_CASE("the order is never killed") {
  Fixture f;
  f.script.exits("ask", {0, 3});
  f.script.exits("do-stop", {0});
  REQUIRE(f.control->stop(f.listener));
  CHECK(f.script.ran.at(1) == "do-stop");
  CHECK(f.script.overdue.at(1) == service::Overdue::leave);
}

TEST_CASE("what is so already is not ordered") {
  Fixture f;
  f.script.exits("ask", {3, 0});
  CHECK(f.control->stop(f.listener));
  CHECK(f.control->start(f.listener));
  CHECK(f.script.ran == std::vector<std::string>{"ask", "ask"});
}

TEST_CASE("a service that does not stop in time may still be stopping") {
  Fixture f;
  f.script.exits("ask", {0});
  f.script.exits("do-stop", {0});
  const auto stopped = f.control->stop(f.listener);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().exit == Exit::precondition);
  CHECK(stopped.error().cause == Cause::busy);
  CHECK(stopped.error().hint.find("may still be stopping") != std::string::npos);
  CHECK(stopped.error().hint.find("iisreset") != std::string::npos);
  CHECK(f.script.now.time_since_epoch() == seconds(10));
}

TEST_CASE("a stop command that outlives the timeout is forgiven when the service has stopped") {
  Fixture f;
  f.script.exits("ask", {0, 3});
  f.script.answers["do-stop"] = {{{Ended::How::overdue, 0}, seconds(10)}};
  CHECK(f.control->stop(f.listener));
}

TEST_CASE("a hanging start command is not waited for twice") {
  Fixture f;
  f.script.exits("ask", {3});
  f.script.answers["do-start"] = {{{Ended::How::overdue, 0}, seconds(10)}};
  const auto started = f.control->start(f.listener);
  REQUIRE_FALSE(started);
  CHECK(started.error().exit == Exit::failed);
  CHECK(f.script.pauses.empty());
}

TEST_CASE("a stop command that complains of a stopped service is a warning") {
  Fixture f;
  f.script.exits("ask", {0, 3});
  f.script.exits("do-stop", {2});
  CHECK(f.control->stop(f.listener));
  REQUIRE(f.listener.said.size() == 1);
  CHECK(f.listener.said[0].find("status 2") != std::string::npos);
}

TEST_CASE("a stop command that fails while the service runs ends the wait at once") {
  Fixture f;
  f.script.exits("ask", {0});
  f.script.exits("do-stop", {1});
  const auto stopped = f.control->stop(f.listener);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().exit == Exit::precondition);
  CHECK(stopped.error().path == "do-stop");
  CHECK(f.script.pauses.empty());
}

TEST_CASE("a status command that breaks during the wait ends it") {
  Fixture f;
  f.script.exits("ask", {0, 0, 1});
  f.script.exits("do-stop", {0});
  const auto stopped = f.control->stop(f.listener);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().path == "ask");
}

TEST_CASE("Ctrl-C ends the wait") {
  Fixture f;
  f.script.exits("ask", {0});
  f.script.exits("do-stop", {0});
  f.script.on_sleep = [&f] { f.listener.stop = true; };
  const auto stopped = f.control->stop(f.listener);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().exit == Exit::interrupted);
  CHECK(f.script.pauses.size() == 1);
}

TEST_CASE("after Ctrl-C nothing is ordered any more") {
  Fixture f;
  f.script.exits("ask", {0});
  f.listener.stop = true;
  CHECK(f.control->stop(f.listener).error().exit == Exit::interrupted);
  CHECK(f.script.times("do-stop") == 0);
}

TEST_CASE("the status command may answer even when the timeout is nought") {
  ShellScript script;
  script.exits("ask", {3});
  const auto control = service::command_service({"", "", "ask"}, seconds(0), std::make_unique<FakeShell>(script));
  CHECK(control->state().value() == State::stopped);
  CHECK(script.deadlines.at(0) - script.now >= seconds(1));
}

TEST_CASE("a missing command is a usage error that names its option") {
  ShellScript script;
  script.exits("ask", {0});
  Listener listener;
  const auto no_stop = service::command_service({"", "", "ask"}, seconds(1), std::make_unique<FakeShell>(script));
  const auto stopped = no_stop->stop(listener);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().exit == Exit::usage);
  CHECK(stopped.error().hint.find("--stop-command") != std::string::npos);
  const auto no_status = service::command_service({"a", "b", ""}, seconds(1), std::make_unique<FakeShell>(script));
  CHECK(no_status->state().error().exit == Exit::usage);
}
