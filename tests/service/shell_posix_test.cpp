// The real shell. No test here asserts how long anything took.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "service/command_service.h"
#include "service/fake_shell.h"
#include "support/temporary_folder.h"

using namespace requeue;
using namespace requeue::tests;
using service::Ended;
using service::Overdue;
using service::State;
using Clock = service::Shell::Clock;

namespace {

Clock::time_point later() {
  return Clock::now() + std::chrono::minutes(1);
}

Ended run(const std::string& command) {
  const Watcher watcher;
  return service::system_shell()->run(command, later(), Overdue::kill, watcher).value();
}

// Waits for what another process does; the test program's own limit ends it when that never comes.
void await(const std::function<bool()>& done) {
  const auto limit = Clock::now() + std::chrono::seconds(60);
  while (!done() && Clock::now() < limit) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  REQUIRE(done());
}

}  // namespace

TEST_CASE("the shell tells how a command ended") {
  CHECK(run("exit 3").how == Ended::How::exited);
  CHECK(run("exit 3").code == 3);
  CHECK(run("true && exit 0").code == 0);
  CHECK(run("kill -9 $$").how == Ended::How::signalled);
  CHECK(run("kill -9 $$").code == SIGKILL);
  CHECK(run("no-such-program-anywhere 2>/dev/null").code == 127);
}

TEST_CASE("a command has no terminal, no stdin, and its stdout is our stderr") {
  TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string();
  CHECK(run("read line").code != 0);
  run("one=$(readlink /proc/$$/fd/1); two=$(readlink /proc/$$/fd/2); printf '%s\\n%s\\n' \"$one\" \"$two\" > '" + out +
      "'");
  const std::string both = read(out);
  const auto middle = both.find('\n');
  REQUIRE(middle != std::string::npos);
  CHECK(both.substr(0, middle + 1) == both.substr(middle + 1));
}

TEST_CASE("a command is in a session of its own, so that Ctrl-C at our console does not reach it") {
  TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string();
  run("cut -d' ' -f1,6 /proc/$$/stat > '" + out + "'");
  const std::string ids = read(out);
  const std::string pid = ids.substr(0, ids.find(' '));
  CHECK(ids == pid + " " + pid + "\n");
}

TEST_CASE("a command inherits none of our open files") {
  TemporaryFolder folder;
  const std::string name = (folder.path() / "lock").string();
  const int lock = open(name.c_str(), O_CREAT | O_RDWR, 0600);
  REQUIRE(lock >= 3);
  run("ls -l /proc/$$/fd > '" + name + ".fds'");
  close(lock);
  CHECK(read(name + ".fds").find(name + "\n") == std::string::npos);
}

TEST_CASE("a question that hangs is killed with all that it started") {
  TemporaryFolder folder;
  const std::string out = (folder.path() / "pid").string();
  const Watcher watcher;
  const auto ended = service::system_shell()->run(
      "sleep 300 & echo $! > '" + out + ".new' && mv '" + out + ".new' '" + out + "'; wait",
      Clock::now() + std::chrono::seconds(2), Overdue::kill, watcher);
  CHECK(ended.value().how == Ended::How::overdue);
  const pid_t child = std::stoi(read(out));
  await([child] {
    if (kill(child, 0) != 0) return true;
    const std::string stat = read("/proc/" + std::to_string(child) + "/stat");
    return stat.find(") Z ") != std::string::npos;
  });
}

TEST_CASE("an order that hangs is left alone after Ctrl-C") {
  TemporaryFolder folder;
  const std::string go = (folder.path() / "go").string();
  const std::string done = (folder.path() / "done").string();
  Listener listener;
  listener.stop = true;
  const auto ended = service::system_shell()->run(
      "while ! test -e '" + go + "'; do sleep 0.01; done; touch '" + done + "'", later(), Overdue::leave, listener);
  CHECK(ended.value().how == Ended::How::interrupted);
  write(go, "");
  await([&done] { return access(done.c_str(), F_OK) == 0; });
}

TEST_CASE("a service is driven by real commands") {
  TemporaryFolder folder;
  const std::string flag = "'" + (folder.path() / "running").string() + "'";
  Listener listener;
  const auto control = service::command_service({"rm " + flag, "touch " + flag, "test -e " + flag + " || exit 3"},
                                                std::chrono::seconds(60));
  CHECK(control->state().value() == State::stopped);
  REQUIRE(control->start(listener));
  CHECK(control->state().value() == State::running);
  REQUIRE(control->stop(listener));
  CHECK(control->state().value() == State::stopped);
}
