// What is refused before anything is touched: the exit status, a word that helps, and a Mailroot as it was.
#include <sys/stat.h>
#include <unistd.h>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

// Asks, and checks that it was refused with this exit, with these words, and that nothing below the folder changed.
void refused(const Window& window, const std::vector<std::string>& arguments, int exit, const std::string& word) {
  const auto before = contents(window.folder.path());
  const auto answer = window.ask(arguments);
  INFO(answer.err);
  CHECK(answer.exit == exit);
  CHECK(answer.err.find(word) != std::string::npos);
  CHECK(answer.json.contains("error"));
  CHECK(contents(window.folder.path()) == before);
}

std::vector<std::string> evacuation(const fs::path& mailroot, const fs::path& recovery) {
  return {"evacuate", "--mailroot", mailroot.string(), "--recovery", recovery.string(), "--service", "none"};
}

TEST_CASE("a Mailroot that is missing, a file, or none") {
  const Window window;
  const auto top = window.folder.path();
  refused(window, evacuation(top / "nowhere", window.recovery), 5, "nowhere");
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  refused(window, evacuation(window.mailroot / "Queue/NTFS_1.EML", window.recovery), 5, "NTFS_1.EML");
  // One too high and one too low: the likely one is named.
  const TemporaryFolder elsewhere;
  refused(window, evacuation(top, elsewhere.path() / "recovery"), 5, window.mailroot.string());
  refused(window, evacuation(window.mailroot / "Queue", window.recovery), 5, window.mailroot.string());
  fs::create_directories(top / "empty");
  refused(window, {"adopt", "--backup", (top / "empty").string(), "--recovery", window.recovery.string()}, 5, "Queue");
}

TEST_CASE("a recovery folder inside the Mailroot, and the other way round") {
  const Window window;
  refused(window, evacuation(window.mailroot, window.mailroot / "Badmail/recovery"), 5, "inside");
  refused(window, evacuation(window.mailroot, window.folder.path()), 5, "inside");
}

TEST_CASE("a link in place of Queue is refused with its target") {
  const Window window;
  fs::remove(window.mailroot / "Queue");
  fs::create_directories(window.folder.path() / "elsewhere");
  write(window.folder.path() / "elsewhere/NTFS_1.EML", mail("one", "a@example.org"));
  fs::create_symlink(window.folder.path() / "elsewhere", window.mailroot / "Queue");
  refused(window, window.evacuation(), 5, "elsewhere");
}

TEST_CASE("the Mailroot may itself be a link: it is resolved once") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  fs::create_symlink(window.mailroot, window.folder.path() / "link");
  CHECK(window.ask(evacuation(window.folder.path() / "link", window.recovery)).exit == 0);
  CHECK_FALSE(fs::exists(window.mailroot / "Queue/NTFS_1.EML"));
  const auto status = window.see({"status", "--recovery", window.recovery.string()});
  CHECK(status.out.find(window.mailroot.string()) != std::string::npos);
}

TEST_CASE("a running service is in the way of tree work") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  for (const std::string verb : {"snapshot", "empty"}) {
    if (verb == "empty") {
      REQUIRE(window.ask({"snapshot", "--mailroot", window.mailroot.string(), "--recovery", window.recovery.string()})
                  .exit == 0);
      REQUIRE(window.ask({"verify", "--recovery", window.recovery.string()}).exit == 0);
    }
    refused(window,
            {verb, "--mailroot", window.mailroot.string(), "--recovery", window.recovery.string(), "--service",
             "command", "--status-command", "exit 0"},
            5, "running");
  }
}

TEST_CASE("a status command that says neither is an error") {
  const Window window;
  refused(window,
          {"snapshot", "--mailroot", window.mailroot.string(), "--recovery", window.recovery.string(), "--service",
           "command", "--status-command", "exit 7"},
          5, "7");
}

TEST_CASE("the order of the steps is kept") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  const auto mailroot = window.mailroot.string();
  const auto recovery = window.recovery.string();
  refused(window, {"empty", "--mailroot", mailroot, "--recovery", recovery}, 5, "requeue snapshot");
  refused(window, {"verify", "--recovery", recovery}, 5, "no snapshot");
  REQUIRE(window.ask({"snapshot", "--mailroot", mailroot, "--recovery", recovery}).exit == 0);
  refused(window, {"empty", "--mailroot", mailroot, "--recovery", recovery}, 5, "requeue verify");
  refused(window, {"plan", "--recovery", recovery}, 5, "not emptied");
  window.evacuate();
  refused(window, {"replay", "--recovery", recovery}, 5, "--no-probe");
  refused(window, {"evacuate", "--mailroot", mailroot, "--recovery", recovery}, 5, "requeue status");
}

TEST_CASE("another Mailroot than the recorded one") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  REQUIRE(
      window.ask({"snapshot", "--mailroot", window.mailroot.string(), "--recovery", window.recovery.string()}).exit ==
      0);
  const auto other = window.folder.path() / "other";
  fs::create_directories(other / "Queue");
  fs::create_directories(other / "Pickup");
  refused(window, evacuation(other, window.recovery), 5, "other");
}

TEST_CASE("usage: what is unknown, missing or not there yet") {
  const Window window;
  const auto recovery = window.recovery.string();
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"evacuate", "--recovery", recovery},
           {"evacuate", "--mailroot", window.mailroot.string()},
           {"replay", "--recovery", recovery, "--nonsense"},
           {"replay", "--recovery", recovery, "--batch", "none"},
           {"replay", "--recovery", recovery, "--target", "sendmail"},
           {"snapshot", "--recovery", recovery, "--mailroot", window.mailroot.string(), "--method", "clone"},
           {"snapshot", "--recovery", recovery, "--mailroot", window.mailroot.string(), "--service", "command"},
           {"plan", "--recovery", recovery, "--max-age", "soon"}}) {
    const auto before = contents(window.folder.path());
    CHECK(window.ask(arguments).exit == 2);
    CHECK(contents(window.folder.path()) == before);
  }
  CHECK(window.see({}).exit == 2);
  CHECK(window.see({"frobnicate"}).exit == 2);
}

TEST_CASE("a second run at the same time is locked out") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  const auto flag = window.folder.path() / "stopping";
  // The first run stands in its stop command until the flag is gone.
  write(flag, "");
  const std::string stop =
      "echo > '" + flag.string() + ".seen'; while [ -e '" + flag.string() + "' ]; do sleep 0.02; done";
  auto first = window.evacuation();
  first.back() = "command";
  first.insert(first.end(), {"--stop-command", stop, "--start-command", "true", "--status-command",
                             "[ -e '" + flag.string() + "' ] || exit 3"});
  Running running({REQUEUE_PROGRAM, first, {}});
  for (int tries = 0; tries < 500 && !fs::exists(flag.string() + ".seen"); ++tries) usleep(20000);
  REQUIRE(fs::exists(flag.string() + ".seen"));
  CHECK(window.ask(window.evacuation()).exit == 6);
  // Another recovery folder, the same Mailroot.
  CHECK(window.ask(evacuation(window.mailroot, window.folder.path() / "second")).exit == 6);
  CHECK(fs::exists(window.mailroot / "Queue/NTFS_1.EML"));
  fs::remove(flag);
  for (int tries = 0; tries < 500 && !running.ended(); ++tries) usleep(20000);
  CHECK_FALSE(fs::exists(window.mailroot / "Queue/NTFS_1.EML"));
}

TEST_CASE("an unreadable Mailroot is refused before the service is stopped") {
  if (geteuid() == 0) {
    WARN("SKIPPED: root may read every folder");
    return;
  }
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  ::chmod((window.mailroot / "Queue").c_str(), 0);
  const auto answer = window.ask(window.evacuation());
  ::chmod((window.mailroot / "Queue").c_str(), 0755);
  CHECK(answer.exit == 5);
}

}  // namespace
}  // namespace requeue::tests
