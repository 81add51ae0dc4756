// The real shell. No test here asserts how long anything took.
#include <catch2/catch.hpp>

#include "service/shell.h"
#include "support/temporary_folder.h"

using namespace requeue;
using namespace requeue::tests;
using service::Ended;
using service::Overdue;
using Clock = service::Shell::Clock;

namespace {

Ended run(const std::string& command, Clock::duration limit = std::chrono::minutes(1),
          Overdue overdue = Overdue::kill) {
  const Watcher watcher;
  return service::system_shell()->run(command, Clock::now() + limit, overdue, watcher).value();
}

}  // namespace

TEST_CASE("the shell tells how a command ended") {
  CHECK(run("exit 3").how == Ended::How::exited);
  CHECK(run("exit 3").code == 3);
  CHECK(run("ver >nul && exit 0").code == 0);
  CHECK(run("no-such-program-anywhere").code != 0);
}

TEST_CASE("a command keeps its own quotes") {
  TemporaryFolder folder;
  const auto out = folder.path() / "with blank.txt";
  CHECK(run("echo \"two words\">\"" + out.string() + "\"").code == 0);
  CHECK(read(out).find("\"two words\"") == 0);
}

TEST_CASE("a command that does not answer in time is killed, and an order is left to go on") {
  const std::string endless = "for /l %i in () do @rem";
  CHECK(run(endless, std::chrono::milliseconds(200)).how == Ended::How::overdue);
  TemporaryFolder folder;
  const auto flag = folder.path() / "go-on";
  write(flag, "");
  // It ends when the flag goes with its folder; what waits for a thing to come could miss it and run for ever.
  const auto wait = "for /l %i in () do @if not exist \"" + flag.string() + "\" exit 0";
  CHECK(run(wait, std::chrono::milliseconds(200), Overdue::leave).how == Ended::How::overdue);
}

TEST_CASE("a request to stop ends the waiting") {
  struct Impatient : Watcher {
    [[nodiscard]] bool stop_requested() const override { return true; }
  };
  const auto ended = service::system_shell()->run("for /l %i in () do @rem", Clock::now() + std::chrono::minutes(1),
                                                  Overdue::kill, Impatient());
  CHECK(ended.value().how == Ended::How::interrupted);
}
