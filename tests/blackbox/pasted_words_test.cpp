// What a second newcomer was told, and what came of it when it was followed or pasted.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/told.h"
#include "files/files.h"

namespace requeue::tests {
namespace {

std::string id_of(const Window& window) {
  const auto journal = read(window.recovery / "journal.jsonl");
  const auto first = parse_object(journal.substr(0, journal.find('\n')));
  REQUIRE(first);
  return (*first)["recovery"].get<std::string>();
}

void put_two(const Window& window) {
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "b@example.net"));
}

}  // namespace

TEST_CASE("status of a folder that is no recovery folder read as if all were lost") {
  const Window window;
  put_two(window);
  window.evacuate();
  for (const auto& path : {window.recovery / "snapshot", window.mailroot}) {
    INFO(path.string());
    const Words status{"status", "--recovery", path.string()};
    const auto answer = window.ask(status);
    CHECK(answer.exit == 0);
    CHECK(answer.json["stage"] == "new");
    CHECK(answer.json["next"]["command"] == "");
    const auto text = window.see(status).out;
    CHECK(holds(text, path.string() + " is no recovery folder: it has no journal (is the path right?)"));
    CHECK_FALSE(holds(text, "requeue evacuate"));
  }
  CHECK(holds(window.see({"status", "--recovery", (window.recovery / "snapshot").string()}).out,
              "likely meant: --recovery " + window.recovery.string() + "\n"));
  const auto empty = window.folder.path() / "empty";
  fs::create_directory(empty);
  CHECK(holds(window.see({"status", "--recovery", empty.string()}).out, "next: requeue evacuate"));
}

TEST_CASE("status while a run was at work named that run's own command and the way back") {
  const Window window;
  put_two(window);
  window.evacuate();
  const std::string event = GENERATE("removing", "intent");
  if (event == "intent") window.replay();
  cut_behind(window, event);
  CHECK(holds(told(window, {"status"}), event == "intent" ? "next: requeue replay" : "next: requeue evacuate"));
  const auto tree = files::real_files()->open(window.recovery);
  REQUIRE(tree);
  const auto lock = (*tree)->lock();
  REQUIRE(lock);
  const auto text = told(window, {"status"});
  CHECK(holds(text, "is at work now"));
  CHECK(holds(text, "next, by hand: wait until it ends"));
  CHECK_FALSE(holds(text, "next: "));
  CHECK_FALSE(holds(text, "way back"));
  CHECK_FALSE(holds(text, "half-way"));
}

TEST_CASE("status was silent about messages in doubt until a replay had said so") {
  const Window window;
  put_two(window);
  window.evacuate();
  cut_behind(window, "emptying");
  write(window.mailroot / ".requeue-evacuation", id_of(window) + "\n" + window.recovery.string() + "\n");
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate(3);
  CHECK(window.ask(of(window, {"plan"})).json["in_doubt"] == 1);
  CHECK(holds(told(window, {"status"}),
              "1 message in doubt, which no replay sends: the service may have sent it. Which: "
              "requeue plan --recovery " +
                  window.recovery.string()));
}

TEST_CASE("status named a replay although a restore had put back all that was left") {
  const Window window;
  put_two(window);
  window.evacuate();
  window.replay({"--limit", "1"});
  const Words to{"--mailroot", window.mailroot.string()};
  CHECK(holds(told(window, {"status"}), "next: requeue replay"));
  told(window, {"restore"}, to);
  const auto text = told(window, {"status"});
  CHECK(holds(text, "stage: replaying"));
  CHECK(holds(text, "next, by hand: nothing is left to replay: 1 message stands in the Mailroot again"));
  CHECK(holds(text, "start the service"));
  CHECK(holds(text, "next: requeue audit"));
  CHECK_FALSE(holds(text, "requeue replay"));
  CHECK(holds(told(window, {"plan"}), "Next: start the service"));
}

TEST_CASE("status of a sealed record with unsent messages did not name restore") {
  const Window window;
  put_two(window);
  window.evacuate();
  window.replay({"--limit", "1"});
  CHECK(window.ask(of(window, {"seal"})).exit == 3);
  const Words to{"--mailroot", window.mailroot.string()};
  CHECK(holds(told(window, {"status"}),
              "1 message not sent when this was sealed. To give it to the service again, while "
              "it is stopped: requeue restore --recovery " +
                  window.recovery.string() + " --mailroot " + window.mailroot.string()));
  told(window, {"restore"}, to);
  CHECK_FALSE(holds(told(window, {"status"}), "not sent when this was sealed"));
}

TEST_CASE("a misspelt filter left every message pending without a word") {
  const Window window;
  put_two(window);
  window.evacuate();
  const Words misspelt{"--domain", "exmaple.com", "--since", "9999h"};
  const std::string note = "note: no message matches --domain with --since: none of the 2 messages that could be sent";
  CHECK(holds(told(window, {"plan"}, misspelt), note));
  const Words into{"--pickup", window.pickup.string(), "--no-probe", "drill", "--domain", "exmaple.com"};
  CHECK(holds(told(window, {"replay"}, into), "note: no message matches --domain: none of the 2 messages"));
  CHECK_FALSE(holds(read(window.recovery / "journal.jsonl"), "exmaple"));
  CHECK_FALSE(holds(told(window, {"plan"}, {"--domain", "example.org"}), "no message matches"));
  CHECK_FALSE(holds(told(window, {"plan"}, {"--domain", "example.org", "--limit", "0"}), "no message matches"));
  CHECK_FALSE(holds(told(window, {"plan"}, {"--limit", "0"}), "no message matches"));
}

TEST_CASE("next commands were refused, or led nowhere, when they were pasted") {
  const Window window;
  put_two(window);
  SECTION("after adopt without a Mailroot it was not known into which Pickup") {
    const auto adopted = told(window, {"adopt"}, {"--backup", window.mailroot.string()});
    CHECK(holds(adopted, "requeue replay --recovery " + window.recovery.string() + " --pickup DIR\n"));
    CHECK(holds(told(window, {"plan"}),
                "Then: requeue replay --recovery " + window.recovery.string() + " --pickup DIR\n"));
    window.replay({"--limit", "1"});
    CHECK_FALSE(holds(told(window, {"status"}), "--pickup DIR"));
  }
  SECTION("audit named a plan before the Mailroot was emptied") {
    window.evacuate();
    cut_behind(window, "removing");
    const auto text = told(window, {"audit"});
    CHECK(holds(text, "requeue evacuate --recovery " + window.recovery.string()));
    CHECK_FALSE(holds(text, "requeue plan"));
  }
  SECTION("a limit of 0 was named again") {
    window.evacuate();
    const Words into{"--pickup", window.pickup.string(), "--no-probe", "drill", "--limit", "0"};
    const auto text = told(window, {"replay"}, into);
    CHECK(holds(text, "Next: requeue replay"));
    CHECK_FALSE(holds(text, "--limit"));
    CHECK_FALSE(holds(told(window, {"status"}), "--limit"));
  }
}

TEST_CASE("inspect refused a Mailroot in which a replay was under way") {
  const Window window;
  put_two(window);
  window.evacuate();
  window.replay();
  const auto id = id_of(window);
  window.put(".requeue-" + id + "/token", id + "\n" + window.recovery.string() + "\n");
  const Words inspect{"inspect", window.mailroot.string()};
  CHECK_FALSE(holds(window.see(inspect).out, "a replay from"));
  window.put(".requeue-" + id + "/x.eml", mail("x", "a@example.org"));
  auto looked = window.see(inspect);
  CHECK(looked.exit == 0);
  CHECK(holds(looked.out + looked.err, "a replay from " + window.recovery.string() + " was cut short"));
  CHECK(holds(looked.out + looked.err, "requeue status --recovery " + window.recovery.string()));
  // What empties goes on to refuse it.
  CHECK(window
            .ask({"evacuate", "--mailroot", window.mailroot.string(), "--recovery",
                  (window.folder.path() / "other").string(), "--service", "none"})
            .exit == 5);
  const auto tree = files::real_files()->open(window.recovery);
  REQUIRE(tree);
  const auto lock = (*tree)->lock();
  REQUIRE(lock);
  looked = window.see(inspect);
  CHECK(looked.exit == 0);
  CHECK(holds(looked.out + looked.err, "a replay from " + window.recovery.string() + " is at work"));
}

TEST_CASE("an error 4 of verify and of audit named no next step") {
  const Window window;
  put_two(window);
  const Words place{"--mailroot", window.mailroot.string(), "--service", "none"};
  REQUIRE(window.ask(of(window, {"snapshot"}, place)).exit == 0);
  const auto one = window.recovery / "snapshot/data/mailroot/Queue/NTFS_1.EML";
  const auto bytes = read(one);
  fs::remove(one);  // it may be a link to the file itself
  write(one, "other bytes");
  const auto before = window.see(of(window, {"verify"}));
  CHECK(before.exit == 4);
  CHECK(holds(before.err, "Nothing was removed from the Mailroot."));
  CHECK(holds(before.err, "Next: requeue evacuate --recovery " + window.recovery.string()));
  write(one, bytes);
  REQUIRE(window.ask(of(window, {"verify"})).exit == 0);
  REQUIRE(window.ask(of(window, {"empty"}, place)).exit == 0);
  write(one, "other bytes");
  for (const auto* const verb : {"verify", "audit"}) {
    INFO(verb);
    const auto after = window.see(of(window, {verb}));
    CHECK(after.exit == 4);
    const auto text = after.out + after.err;
    CHECK(holds(text, "ake what is named from a good copy"));
    CHECK(holds(text, "All else in the snapshot is safe") == (std::string(verb) == "audit"));
    CHECK(holds(text, "docs/exit-codes.md"));
    CHECK_FALSE(holds(text, "requeue evacuate"));
  }
}

TEST_CASE("a recovery folder that may not be read ended with 1, and an audit called it none") {
  const Window window;
  put_two(window);
  window.evacuate();
  if (run({"/bin/sh", {"-c", "setpriv --reuid 65534 --clear-groups true"}, {}}).exit != 0) {
    WARN("SKIPPED: no other account can be taken on (root and setpriv are needed)");
    return;
  }
  fs::permissions(window.folder.path(), fs::add_perms | fs::others_read | fs::others_exe);
  for (const auto& words :
       {Words{"status"}, Words{"report"}, Words{"plan"}, Words{"replay", "--no-probe", "drill"}, Words{"audit"}}) {
    INFO(words.front());
    auto arguments = of(window, words);
    arguments.insert(arguments.begin(),
                     {"-c", "exec setpriv --reuid 65534 --clear-groups \"$0\" \"$@\"", REQUEUE_PROGRAM});
    const auto ran = run({"/bin/sh", arguments, {}});
    CHECK(ran.exit == 5);
    CHECK(holds(ran.err, "permission denied"));
    CHECK(holds(ran.err, "Nothing was touched."));
  }
}

TEST_CASE("a long list of files that were gone let the summary scroll away") {
  const Window window;
  const auto name = [](int number) { return "Queue/NTFS_" + std::to_string(number) + ".EML"; };
  for (int i = 100; i < 120; ++i) window.put(name(i), mail("m", "a@example.org"));
  const Words place{"--mailroot", window.mailroot.string(), "--service", "none"};
  REQUIRE(window.ask(of(window, {"snapshot"}, place)).exit == 0);
  REQUIRE(window.ask(of(window, {"verify"})).exit == 0);
  for (int i = 100; i < 120; ++i) fs::remove(window.mailroot / name(i));
  const bool as_json = GENERATE(false, true);
  if (as_json) {
    const auto answer = window.ask(of(window, {"empty"}, place));
    CHECK(answer.exit == 3);
    CHECK(answer.json["emptied"]["named"].size() == 20);
  } else {
    const auto text = told(window, {"empty"}, place);
    CHECK(holds(text, name(109)));
    CHECK_FALSE(holds(text, name(110)));
    CHECK(holds(text, "and 10 more: "));
    CHECK(holds(text, "requeue report --recovery " + window.recovery.string() + " --csv FILE"));
  }
  const auto journal = read(window.recovery / "journal.jsonl");
  CHECK(holds(journal.substr(journal.find("\"named\":[")), name(119)));
  const auto csv = window.folder.path() / "m.csv";
  told(window, {"report"}, {"--csv", csv.string()});
  CHECK(holds(read(csv), "gone_before_empty"));
}

TEST_CASE("a restore named each of many files that it left out, one line for each") {
  const Window window;
  for (int i = 100; i < 120; ++i) {
    window.put("Queue/NTFS_" + std::to_string(i) + ".EML", mail(std::to_string(i), "a@example.org"));
  }
  window.evacuate();
  window.replay();
  const Words to{"--mailroot", window.mailroot.string()};
  const auto text = told(window, {"restore"}, to);
  CHECK(holds(text, "left out: Queue/NTFS_109.EML"));
  CHECK_FALSE(holds(text, "NTFS_110.EML"));
  CHECK(holds(text, "and 10 more; the same restore with --json names them all"));
  const auto answer = window.ask(of(window, {"restore"}, to));
  CHECK(answer.json["left_out"] == 20);
  CHECK(answer.json["left_out_named"].size() == 20);
  CHECK(answer.json["conflicts_named"].empty());
}

TEST_CASE("a plan saved by a spreadsheet with semicolons or as UTF-16 was refused for other reasons") {
  const Window window;
  put_two(window);
  window.evacuate();
  const auto file = (window.folder.path() / "p.csv").string();
  told(window, {"plan"}, {"--out", file});
  const auto plan = read(file);
  const Words into{"--pickup", window.pickup.string(), "--no-probe", "drill", "--plan", file};
  const auto refused = [&](const std::string& bytes) {
    write(file, bytes);
    const auto ran = window.see(of(window, {"replay"}, into));
    CHECK(ran.exit == 2);
    return ran.err;
  };
  auto other = plan;
  for (auto& byte : other) byte = byte == ',' ? ';' : byte == ';' ? ',' : byte;
  CHECK(holds(refused(other), "separated by ; and not by commas"));
  for (auto& byte : other) byte = byte == ';' ? '\t' : byte;
  CHECK(holds(refused(other), "separated by tabs and not by commas"));
  std::string wide = "\xFF\xFE";
  for (const char byte : plan) wide += {byte, '\0'};
  CHECK(holds(refused(wide), "UTF-16"));
  CHECK(holds(refused(wide.substr(2)), "UTF-16"));
  auto misspelt = plan;
  misspelt.replace(misspelt.find(",replay,"), 8, ",sned,");
  CHECK(holds(refused(misspelt), "unknown disposition: sned"));
  CHECK(fs::is_empty(window.pickup));
}

}  // namespace requeue::tests
