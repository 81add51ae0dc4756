// Every verb that changes anything, with --dry-run: nothing changes, and it says so.
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

void changes_nothing(const Window& window, std::vector<std::string> arguments, int exit = 0) {
  arguments.emplace_back("--dry-run");
  const auto before = contents(window.folder.path());
  const auto ran = window.see(arguments);
  INFO(arguments.front() << ": " << ran.out << ran.err);
  CHECK(ran.exit == exit);
  CHECK(ran.out.find("DRY RUN") != std::string::npos);
  CHECK(contents(window.folder.path()) == before);
}

TEST_CASE("a dry run of each verb writes nothing, not even a recovery folder") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  const auto mailroot = window.mailroot.string();
  const auto recovery = window.recovery.string();
  changes_nothing(window, window.evacuation());
  changes_nothing(window, {"snapshot", "--mailroot", mailroot, "--recovery", recovery});
  changes_nothing(window, {"adopt", "--backup", mailroot, "--recovery", recovery});
  changes_nothing(window, {"probe", "--mailroot", mailroot, "--from", "a@example.com", "--to", "b@example.org"});
  REQUIRE(window.ask({"snapshot", "--mailroot", mailroot, "--recovery", recovery}).exit == 0);
  changes_nothing(window, {"verify", "--recovery", recovery});
  REQUIRE(window.ask({"verify", "--recovery", recovery}).exit == 0);
  changes_nothing(window, {"empty", "--mailroot", mailroot, "--recovery", recovery});
  REQUIRE(window.ask({"empty", "--mailroot", mailroot, "--recovery", recovery}).exit == 0);
  changes_nothing(window, {"replay", "--recovery", recovery, "--no-probe", "drill"});
  changes_nothing(window, {"restore", "--recovery", recovery, "--mailroot", mailroot});
}

TEST_CASE("a dry run of restore said that it would, where the restore itself is refused") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const std::vector<std::string> base{"restore", "--recovery", window.recovery.string(), "--mailroot"};
  const auto ask = [&](std::vector<std::string> more) {
    auto words = base;
    words.insert(words.end(), more.begin(), more.end());
    const auto real = window.ask(words).exit;
    words.emplace_back("--dry-run");
    CHECK(window.ask(words).exit == real);
    return real;
  };
  const auto elsewhere = (window.folder.path() / "elsewhere").string();
  CHECK(ask({elsewhere, "--held"}) == 5);
  CHECK(ask({elsewhere, "--no-against"}) == 2);
  write(window.mailroot / ".requeue-evacuation", "0123456789abcdef\n/srv/other\n");
  CHECK(ask({window.mailroot.string()}) == 5);
}

TEST_CASE("a dry run neither stops nor starts a service") {
  const Window window;
  const auto flag = window.folder.path() / "called";
  for (const std::string verb : {"stop", "start", "evacuate"}) {
    std::vector<std::string> arguments{verb};
    if (verb == "evacuate")
      arguments.insert(arguments.end(),
                       {"--mailroot", window.mailroot.string(), "--recovery", window.recovery.string()});
    const auto touch = "touch '" + flag.string() + "'";
    arguments.insert(arguments.end(), {"--service", "command", "--stop-command", touch, "--start-command", touch,
                                       "--status-command", verb == "start" ? "exit 3" : "exit 0", "--dry-run"});
    const auto before = contents(window.folder.path());
    CHECK(window.see(arguments).exit == 0);
    CHECK(contents(window.folder.path()) == before);
  }
}

}  // namespace
}  // namespace requeue::tests
