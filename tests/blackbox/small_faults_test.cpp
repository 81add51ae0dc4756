// Small faults that were found by use, each mended and kept here under its name.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/live.h"
#include "blackbox/served.h"

namespace requeue::tests {
namespace {

using Names = std::vector<std::string>;

Names of(const Window& window, const std::string& verb, Names more = {}) {
  more.insert(more.begin(), {verb, "--recovery", window.recovery.string()});
  return more;
}

}  // namespace

TEST_CASE("help of a command that there is not, and help with a word too many, ended with 0") {
  const Window window;
  CHECK(window.see({"help", "nosuch"}).exit == 2);
  CHECK(window.see({"help", "nosuch"}).err.find("there is no command nosuch") != std::string::npos);
  CHECK(window.see({"help", "seal", "extra"}).exit == 2);
  CHECK(window.see({"nosuch", "--help"}).exit == 2);
  CHECK(window.see({"help", "seal"}).exit == 0);
  CHECK(window.see({"help", "completion"}).exit == 0);
  CHECK(window.see({"help"}).exit == 0);
}

TEST_CASE("help was missing from the completion") {
  const Window window;
  CHECK(window.see({"completion", "bash"}).out.find(" help'") != std::string::npos);
  CHECK(window.see({"completion", "powershell"}).out.find("    'help' = ") != std::string::npos);
}

TEST_CASE("a log, plan or report was written into the Mailroot, for the service to take") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  const auto in_pickup = (window.mailroot / "Pickup/words.log").string();
  // Of the Mailroot that is named, of any other one, and of a Pickup that stands alone.
  CHECK(window
            .ask({"evacuate", "--service", "none", "--mailroot", window.mailroot.string(), "--recovery",
                  window.recovery.string(), "--log", in_pickup})
            .exit == 5);
  CHECK(window.ask({"status", "--log", in_pickup}).exit == 5);
  CHECK(window.ask({"inspect", window.mailroot.string(), "--log", (window.mailroot / "words.log").string()}).exit == 5);
  CHECK_FALSE(fs::exists(window.recovery));
  window.evacuate();
  REQUIRE(window.replay().exit == 0);
  const auto before = contents(window.folder.path());
  for (const auto& folder : {window.mailroot / "Queue", window.mailroot / "Pickup", window.pickup}) {
    for (const Names& words : {Names{"report", "--csv"},
                               {"report", "--jsonl"},
                               {"report", "--html"},
                               {"plan", "--out"},
                               {"audit", "--log"}}) {
      INFO(folder << ' ' << words[0] << ' ' << words[1]);
      CHECK(window.ask(of(window, words[0], {words[1], (folder / "file").string()})).exit == 5);
    }
  }
  CHECK(contents(window.folder.path()) == before);
  CHECK(window.ask(of(window, "report", {"--csv", (window.folder.path() / "manifest.csv").string()})).exit == 0);
}

TEST_CASE("a recovery folder was begun inside the snapshot of another one") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto before = contents(window.recovery);
  const auto inside = (window.recovery / "snapshot/data/mailroot/Drop/second").string();
  const Names service{"--service", "none"};
  CHECK(window.ask({"adopt", "--backup", window.mailroot.string(), "--recovery", inside}).exit == 5);
  CHECK(window.ask({"snapshot", "--mailroot", window.mailroot.string(), "--recovery", inside, "--service", "none"})
            .exit == 5);
  CHECK(window.ask({"evacuate", "--mailroot", window.mailroot.string(), "--recovery", inside, "--service", "none"})
            .exit == 5);
  CHECK(window.ask({"adopt", "--backup", window.mailroot.string(), "--recovery", inside, "-n"}).exit == 5);
  CHECK(contents(window.recovery) == before);
}

TEST_CASE("seal beside a live run ended with 5, and plan and audit called that run killed") {
  const Served window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "a@example.org"));
  window.evacuate();
  // No service runs: after its first message the replay waits for Pickup to drain, and has not ended.
  Background replay(of(window, "replay", {"--no-probe", "x", "--batch", "1", "--wait"}));
  REQUIRE(eventually([&] { return !fs::is_empty(window.mailroot / "Pickup"); }));
  const auto plan = window.see(of(window, "plan"));
  CHECK(plan.out.find("a replay was cut short") == std::string::npos);
  CHECK(plan.out.find("a run that works on this recovery folder now") != std::string::npos);
  const auto audit = window.see(of(window, "audit", {"--quick"}));
  CHECK(audit.out.find("a replay was killed") == std::string::npos);
  CHECK(audit.out.find("a run works on this recovery folder now") != std::string::npos);
  // Begun and not settled: neither of them knows whether it was sent.
  CHECK(plan.exit == 8);
  CHECK(audit.exit == 8);
  CHECK(window.ask(of(window, "seal")).exit == 6);
  CHECK(window.ask(of(window, "dispose")).exit == 6);
  CHECK_FALSE(replay.ended());
  REQUIRE(window.standin("start") == 0);
  CHECK(replay.result().exit == 0);
  CHECK(window.ask(of(window, "seal")).exit == 0);
}

TEST_CASE("inspect with a selection said that the rest was left pending") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "b@example.net"));
  const auto looked = window.see({"inspect", window.mailroot.string(), "--domain", "example.net"});
  CHECK(looked.out.find("left pending") == std::string::npos);
  CHECK(looked.out.find("1 message: not counted as owed: the selection leaves them out") != std::string::npos);
  window.evacuate();
  CHECK(window.see({"inspect", window.recovery.string(), "--domain", "example.net"}).out.find("left pending") ==
        std::string::npos);
  CHECK(window.see(of(window, "plan", {"--domain", "example.net"})).out.find("left pending") != std::string::npos);
}

TEST_CASE("what stood in a snapshot and was none of it went unnoticed") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  fs::create_directories(window.mailroot / "Route/empty");
  window.evacuate();
  REQUIRE(window.replay().exit == 0);
  const auto checked = [&](int wanted) {
    CHECK(window.ask(of(window, "verify")).exit == wanted);
    const auto audit = window.ask(of(window, "audit"));
    CHECK(audit.exit == wanted);
    CHECK(audit.json["bag"]["valid"] == true);  // as any BagIt validator says
    CHECK(window.ask(of(window, "audit", {"--quick"})).exit == wanted);
  };
  checked(0);
  SECTION("a file beside the bag's own") {
    write(window.recovery / "snapshot/readme.txt", "not ours");
    checked(4);
  }
  SECTION("an empty folder in the tree") {
    fs::create_directories(window.recovery / "snapshot/data/mailroot/Queue/new");
    checked(4);
  }
  SECTION("an empty folder beside the tree") {
    fs::create_directories(window.recovery / "snapshot/data/other");
    checked(4);
  }
}

TEST_CASE("a log on a full disk was silent") {
  if (!fs::exists("/dev/full")) return;
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  auto command = window.evacuation();
  command.insert(command.end(), {"--log", "/dev/full"});
  const auto said = window.see(command);
  CHECK(said.exit == 0);
  const auto all = said.out + said.err;
  const auto at = all.find("the log /dev/full cannot be written");
  REQUIRE(at != std::string::npos);
  CHECK(all.find("the log /dev/full", at + 1) == std::string::npos);  // once
  const auto answer = window.ask(of(window, "status", {"--log", "/dev/full"}));
  REQUIRE(answer.exit == 0);
  CHECK(answer.json["warnings"].dump().find("/dev/full") != std::string::npos);
  CHECK(window.ask(of(window, "status", {"--log", "/dev/null"})).exit == 0);
  CHECK_FALSE(window.ask(of(window, "status", {"--log", "/dev/stderr"})).err.empty());
}

TEST_CASE("a recovery folder was begun above another one") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  const auto above = window.folder.path() / "kept";
  const auto evacuate = [&](const fs::path& recovery) {
    return window.ask(
        {"evacuate", "--service", "none", "--mailroot", window.mailroot.string(), "--recovery", recovery.string()});
  };
  const auto inner = GENERATE(as<std::string>(), "window", "2026/window");
  fs::create_directories((above / inner).parent_path());
  CHECK(evacuate(above / inner).exit == 0);
  const auto before = contents(above);
  const auto refused = evacuate(above);
  CHECK(refused.exit == 5);
  CHECK(refused.json["error"]["why"].get<std::string>().find((above / inner).string()) != std::string::npos);
  CHECK(contents(above) == before);
  CHECK(evacuate(above / "another").exit == 0);
}

TEST_CASE("restore --held put nothing back of what an option of the replay held") {
  const Window window;
  window.put("Queue/c.EML", mail("c", "ann@one.org", std::string(2000, 'c') + "\r\n"));
  window.put("Queue/d.EML", mail("d", "ann@one.org"));
  window.put("Drop/e.EML", mail("e", "ann@one.org", std::string(2000, 'e') + "\r\n"));
  window.evacuate();
  const auto held = of(window, "restore", {"--mailroot", window.mailroot.string(), "--held"});
  const auto none = window.see(held);
  CHECK(none.exit == 0);
  CHECK(none.out.find("no message of Queue is held") != std::string::npos);
  CHECK(window.replay({"--max-size", "1K", "--folder", "Drop"}).json["held"] == 2);
  const auto answer = window.ask(held);
  CHECK(answer.exit == 0);
  CHECK(answer.json["restored"] == 1);
  CHECK(fs::exists(window.mailroot / "Queue/c.EML"));
  CHECK(window.replay().json["now"]["replayed"] == 1);  // of Drop, which its options hold no more
}

TEST_CASE("of two equal messages that an option held, restore --held left one for a later replay to send") {
  const Window window;
  for (const auto* const name : {"Queue/a.EML", "Queue/b.EML"})
    window.put(name, mail("c", "ann@one.org", std::string(2000, 'c') + "\r\n"));
  window.evacuate();
  CHECK(window.replay({"--max-size", "1K"}).json["held"] == 2);
  CHECK(window.ask(of(window, "restore", {"--mailroot", window.mailroot.string(), "--held"})).json["restored"] == 2);
  CHECK(window.replay().json["now"]["replayed"] == 0);
}

TEST_CASE("a probe warned by the recipients of partial copies instead of those that wait") {
  const Window window;
  const auto copy = [](const std::string& receivers) {
    return "x-sender: s@x.org\r\n" + receivers + mail("copy", "all@header.example");
  };
  window.put("Queue/a.EML", copy("x-receiver: ann@one.example\r\n"));
  const bool partial = GENERATE(true, false);
  if (partial) window.put("Queue/b.EML", copy("x-receiver: ann@one.example\r\nx-receiver: q@two.example\r\n"));
  window.evacuate();
  const auto warned = [&](const std::string& to) {
    const auto ran = window.see(of(
        window, "probe", {"--mailroot", window.mailroot.string(), "--from", "me@x.org", "--to", to, "--timeout", "1"}));
    CHECK(ran.exit == 1);
    return (ran.out + ran.err).find("no message of the snapshot goes to") != std::string::npos;
  };
  CHECK(warned("z@nowhere.invalid"));
  CHECK(warned("q@two.example") == !partial);
  CHECK_FALSE(warned("z@ONE.example"));
}

TEST_CASE("adopt and probe took no --service, which their refusal of a network path asked for") {
  const Window window;
  const Names service{"--service", "command", "--status-command", "exit 3"};
  auto adopt = of(window, "adopt", {"--backup", window.mailroot.string(), "--mailroot", window.mailroot.string()});
  adopt.insert(adopt.end(), service.begin(), service.end());
  const auto adopted = window.see(adopt);
  CHECK(adopted.exit == 0);
  CHECK(adopted.out.find("requeue probe --recovery " + window.recovery.string() + " --mailroot " +
                         window.mailroot.string() + " --service command --status-command") != std::string::npos);
  auto probe = of(window, "probe", {"--from", "a@b.org", "--to", "a@b.org", "-n"});
  probe.insert(probe.end(), service.begin(), service.end());
  CHECK(window.ask(probe).exit == 0);
}

TEST_CASE("--domain took the word behind its value for another one, and the journal kept it in clear") {
  const Window window;
  window.put("Queue/a.eml", mail("one", "ann@one.example"));
  window.evacuate();
  const Names replay{"--pickup", window.pickup.string(), "--no-probe", "drill"};
  auto words = of(window, "replay", replay);
  words.insert(words.end(), {"--domain", "one.example", "secret.person.example"});
  CHECK(window.see(words).exit == 2);
  CHECK(read(window.recovery / "journal.jsonl").find("secret.person") == std::string::npos);
  CHECK(
      window.see({"explain", "--domain", "one.example", "Queue/a.eml", "--recovery", window.recovery.string()}).exit ==
      0);
  const auto restore = (window.folder.path() / "back").string();
  CHECK(window.see(of(window, "restore", {"--mailroot", restore, "--folder", "Queue", "Drop"})).exit == 2);
  CHECK(window.see(of(window, "restore", {"--mailroot", restore, "--folder", "Queue", "--folder", "Drop"})).exit == 0);
  CHECK(window.see(of(window, "audit", {"--expect-head", "0", "1"})).exit == 2);
  CHECK(window.see(of(window, "replay", {"--resolve", "sent", "Queue/a.eml", "not-sent", "Queue/a.eml"})).exit == 2);
  auto evacuation = window.evacuation();
  evacuation.insert(evacuation.end(), {"--keep", "Drop", "Badmail"});
  CHECK(window.see(evacuation).exit == 2);
}

TEST_CASE("status called a recovery folder that it could not reach a new one") {
  const Window window;
  const auto loop = window.folder.path() / "loop";
  fs::create_symlink(loop, loop);
  const auto status = window.ask({"status", "--recovery", loop.string()});
  CHECK(status.exit != 0);
  CHECK_FALSE(status.json.contains("stage"));
  CHECK(window.ask({"status", "--recovery", (window.folder.path() / "none").string()}).json["stage"] == "new");
}

TEST_CASE("a report was written over the seal") {
  const Window window;
  window.put("Queue/a.eml", mail("one", "ann@one.example"));
  window.evacuate();
  REQUIRE(window.replay().exit == 0);
  REQUIRE(window.ask(of(window, "seal")).exit == 0);
  const auto before = contents(window.recovery);
  for (const auto* const name : {"seal.json", "Seal.JSON", "seal.json.minisig", "cache/facts"}) {
    INFO(name);
    CHECK(window.ask(of(window, "report", {"--csv", (window.recovery / name).string()})).exit == 5);
  }
  CHECK(contents(window.recovery) == before);
}

TEST_CASE("inspect had words of its own for the rules, and lacked some") {
  const Window window;
  window.put("Queue/a.eml", "Return-Path: <>\r\n" + mail("one", "ann@one.example"));
  window.evacuate();
  const auto looked = window.see({"inspect", window.recovery.string()}).out;
  const std::string means = "a bounce or a notification: weeks late it does more harm than good";
  CHECK(looked.find("[held] 1 bounce: " + means) != std::string::npos);
}

}  // namespace requeue::tests
