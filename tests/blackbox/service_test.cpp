// The service beside the procedure: the stand-in as a process, driven by commands.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/served.h"

namespace requeue::tests {
namespace {

TEST_CASE("evacuate stops the service and leaves it stopped; start starts it") {
  const Served window;
  window.put("Queue/odd.txt", "stays for the snapshot");
  REQUIRE(window.standin("start") == 0);
  CHECK(window.ask(window.driven(window.with_folders("evacuate"))).exit == 0);
  CHECK(window.standin("status") == stopped);
  const auto status = window.ask(window.driven({"status", "--recovery", window.recovery.string()}));
  CHECK(status.json["stage"] == "emptied");
  CHECK(status.json["service"] == "stopped");
  CHECK(status.json["stopped_by_requeue"] == true);
  CHECK(window.ask(window.driven({"start", "--recovery", window.recovery.string()})).exit == 0);
  CHECK(window.standin("status") == running);
}

TEST_CASE("a step that fails before the emptying puts the service back") {
  const Served window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  write(window.state / "stick", "");  // else the stand-in sends it before it is stopped
  REQUIRE(window.standin("start") == 0);
  // A file where the snapshot wants a folder: the snapshot cannot be made.
  fs::create_directories(window.recovery);
  write(window.recovery / "snapshot", "in the way");
  const auto answer = window.ask(window.driven(window.with_folders("evacuate")));
  INFO(answer.err);
  CHECK(answer.exit != 0);
  CHECK(window.standin("status") == running);
  CHECK(fs::exists(window.mailroot / "Queue/NTFS_1.EML"));
}

TEST_CASE("an emptying that goes on without the --service options of its first run asked no service") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  const auto mark = (window.mailroot / ".requeue-evacuation").string();
  const auto started = (window.folder.path() / "started").string();
  const std::vector<std::string> evacuate{"evacuate", "--mailroot", window.mailroot.string(), "--recovery",
                                          window.recovery.string()};
  const auto with = [](std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  const auto service = [](const std::string& status, const std::string& start) {
    return std::vector<std::string>{"--service",       "command", "--stop-command",   "true",
                                    "--start-command", start,     "--status-command", status};
  };
  // It cannot be asked any more once the emptying has begun, which ends the run there.
  const auto broken = service("test -e '" + mark + "' && exit 9; exit 3", "true");
  REQUIRE(window.ask(with(evacuate, broken)).exit == 5);
  REQUIRE(fs::exists(mark));
  const auto refused = window.ask(evacuate);
  CHECK(refused.exit == 5);
  CHECK(refused.err.find("--service none") != std::string::npos);
  CHECK(fs::exists(window.mailroot / "Queue/NTFS_1.EML"));
  const auto start =
      window.ask(with({"start", "--recovery", window.recovery.string()},
                      service("test -e '" + started + "' && exit 0; exit 3", "touch '" + started + "'")));
  CHECK(start.out.find("is not complete") != std::string::npos);
  CHECK(window.ask(with(evacuate, {"--service", "none"})).exit == 0);
}

TEST_CASE("a restore without the --service options of the evacuation asked no service") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  const auto ask = [&](const std::string& verb, const std::vector<std::string>& more) {
    std::vector<std::string> words{verb, "--mailroot", window.mailroot.string(), "--recovery",
                                   window.recovery.string()};
    words.insert(words.end(), more.begin(), more.end());
    return window.ask(words);
  };
  REQUIRE(ask("evacuate", {"--service", "command", "--stop-command", "true", "--start-command", "true",
                           "--status-command", "exit 3"})
              .exit == 0);
  const auto refused = ask("restore", {});
  CHECK(refused.exit == 5);
  CHECK(refused.err.find("--service options") != std::string::npos);
  CHECK_FALSE(fs::exists(window.mailroot / "Queue/NTFS_1.EML"));
  CHECK(ask("restore", {"--service", "none"}).exit == 0);
}

TEST_CASE("a service that does not stop is told of, and nothing is touched") {
  const Served window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  auto arguments = window.with_folders("evacuate");
  arguments.insert(arguments.end(), {"--service", "command", "--stop-command", "true", "--start-command", "true",
                                     "--status-command", "exit 0", "--timeout", "1"});
  const auto answer = window.ask(arguments);
  CHECK(answer.exit == 5);
  CHECK(answer.err.find("iisreset") != std::string::npos);
  CHECK(fs::exists(window.mailroot / "Queue/NTFS_1.EML"));
}

TEST_CASE("a probe is delivered, or stuck, or rejected, and counts for the replay") {
  const Served window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  REQUIRE(window.standin("start") == 0);
  auto probe = window.with_folders("probe");
  probe.insert(probe.end(), {"--from", "admin@example.com", "--to", "me@example.org", "--timeout", "5"});
  const std::vector<std::string> replay{"replay", "--recovery", window.recovery.string()};

  write(window.state / "stick", "");
  const auto stuck = window.ask(probe);
  CHECK(stuck.exit == 1);
  CHECK(stuck.json["result"] == "stuck");
  CHECK(window.ask(replay).exit == 5);

  fs::remove(window.state / "stick");
  write(window.state / "reject", "me@*\n");
  const auto rejected = window.ask(probe);
  CHECK(rejected.exit == 1);
  CHECK(rejected.json["result"] == "rejected");

  fs::remove(window.state / "reject");
  const auto delivered = window.ask(probe);
  CHECK(delivered.exit == 0);
  CHECK(delivered.json["result"] == "delivered");
  CHECK(delivered.json["token"].get<std::string>().size() >= 16);
  CHECK(window.ask(replay).json["now"]["replayed"] == 1);
}

TEST_CASE("a probe without a recovery folder was refused") {
  const Served window;
  REQUIRE(window.standin("start") == 0);
  const auto answer = window.ask({"probe", "--mailroot", window.mailroot.string(), "--from", "admin@example.com",
                                  "--to", "me@example.org", "--timeout", "10"});
  CHECK(answer.exit == 0);
  CHECK(answer.json["result"] == "delivered");
}

TEST_CASE("held messages go back into Queue for the service's own envelope") {
  const Served window;
  const auto bounce = "Return-Path: <>\r\n" + mail("bounced", "b@example.org");
  window.put("Queue/NTFS_1.EML", bounce);
  window.put("Queue/NTFS_2.EML", mail("plain", "b@example.org"));
  window.evacuate();
  CHECK(window.replay().exit == 3);
  auto restore = window.with_folders("restore");
  restore.emplace_back("--held");
  CHECK(window.ask(restore).exit == 0);
  CHECK(read(window.mailroot / "Queue/NTFS_1.EML") == bounce);
  CHECK_FALSE(fs::exists(window.mailroot / "Queue/NTFS_2.EML"));
  const auto again = window.replay({"--bounces", "replay"});
  CHECK(again.json["now"]["replayed"] == 0);
  CHECK(again.json["skipped"] == 1);
}

}  // namespace
}  // namespace requeue::tests
