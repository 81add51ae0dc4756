// What an administrator is told who meets requeue for the first time: each word is followed, and must not lead astray.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/told.h"

namespace requeue::tests {
namespace {

std::string bounce() {
  return "Return-Path: <>\r\n" + mail("bounced", "b@example.org");
}

TEST_CASE("plan named a replay although nothing was left to send") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  const bool held = GENERATE(false, true);
  if (held) window.put("Queue/NTFS_2.EML", bounce());
  window.evacuate();
  CHECK(holds(told(window, {"plan"}), "\nThen: requeue replay"));
  CHECK(window.replay().exit == (held ? 3 : 0));
  const auto said = told(window, {"plan"});
  const auto next = said.substr(said.find("Next: "));
  CHECK_FALSE(holds(next, "requeue replay"));
  CHECK(holds(next, "requeue audit"));
  CHECK(holds(next, "settle what is held") == held);
}

TEST_CASE("after a killed replay plan asked for a word that is refused") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  window.replay();
  cut_behind(window, "intent");
  const auto said = told(window, {"plan"});
  CHECK(holds(said, "open_intent"));
  CHECK(holds(said, "the next replay finds out by itself"));
  CHECK_FALSE(holds(said, "--resolve"));
  CHECK_FALSE(holds(said, "look at "));
  CHECK(holds(said, "Next: requeue replay"));
  CHECK(window.replay().exit == 8);  // the whole run had taken its staging folder away
  CHECK(holds(told(window, {"plan"}), "--resolve sent|not-sent SOURCE"));
  CHECK(posted(window.pickup).size() == 1);
}

TEST_CASE("status named a plain replay after one with a plan file was cut short") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "b@example.net"));
  window.evacuate();
  const auto plan = (window.folder.path() / "my plan.csv").string();
  told(window, {"plan"}, {"--domain", "example.org", "--out", plan});
  window.replay({"--plan", plan, "--recipient", "*@example.org", "--no-dot-stuff"});
  auto next = window.ask(of(window, {"status"})).json["next"];
  // It came to its end: what it left out is for a person.
  CHECK(holds(next["command"], "requeue plan"));
  cut_behind(window, "intent");
  next = window.ask(of(window, {"status"})).json["next"];
  CHECK(holds(next["command"], "requeue replay"));
  CHECK(holds(next["command"], " --plan '" + plan + "'"));
  CHECK(holds(next["command"], " --no-dot-stuff"));
  CHECK(holds(next["command"], " --recipient '(personal)'"));
  CHECK(holds(next["manual"], "(personal)"));
  CHECK_FALSE(holds(read(window.recovery / "journal.jsonl"), "@example.org"));
}

TEST_CASE("status of a mistyped recovery folder said only that it is new") {
  const Window window;
  const auto answer = window.ask(of(window, {"status"}));
  CHECK(answer.exit == 0);
  CHECK(answer.json["stage"] == "new");
  CHECK(holds(told(window, {"status"}), "no recovery folder stands at " + window.recovery.string()));
  window.evacuate();
  CHECK_FALSE(holds(told(window, {"status"}), "no recovery folder stands"));
}

TEST_CASE("status at the end was silent about held messages, and about what stayed in the Mailroot") {
  const Window window;
  window.put("Queue/NTFS_1.EML", bounce());
  window.put("Queue/NTFS_2.EML", mail("two", "b@example.net"));
  const Words folders{"--mailroot", window.mailroot.string(), "--service", "none"};
  REQUIRE(window.ask(of(window, {"snapshot"}, folders)).exit == 0);
  REQUIRE(window.ask(of(window, {"verify"})).exit == 0);
  window.put("Queue/NTFS_2.EML", mail("changed", "b@example.net"));
  window.put("Queue/NTFS_3.EML", mail("came later", "b@example.net"));
  REQUIRE(window.ask(of(window, {"empty"}, folders)).exit == 3);
  window.replay();
  CHECK(window.ask(of(window, {"status"})).json["stage"] == "done");
  const auto said = told(window, {"status"});
  CHECK(holds(said, "1 message held; why, and the ways out: requeue plan"));
  CHECK(holds(said, "1 file of the snapshot stayed in the Mailroot"));
  CHECK(holds(said, "came after the snapshot"));
}

TEST_CASE("what restore --held put back counted as held until one more replay") {
  const Window window;
  window.put("Queue/NTFS_1.EML", bounce());
  window.put("Queue/NTFS_2.EML", mail("two", "b@example.net"));
  window.evacuate();
  CHECK(window.replay().exit == 3);
  const auto restored = window.see(of(window, {"restore"}, {"--mailroot", window.mailroot.string(), "--held"}));
  CHECK(restored.exit == 0);
  CHECK(holds(restored.out, "Next: start the service"));
  for (const auto* const verb : {"audit", "report", "seal"}) {
    INFO(verb);
    const auto answer = window.ask(of(window, {verb}));
    CHECK(answer.exit == 0);
    const auto& counts = answer.json.contains("balance") ? answer.json["balance"] : answer.json;
    CHECK(counts["held"] == 0);
    CHECK(counts["skipped"] == 1);
    CHECK(window.ask(of(window, {"status"})).json["stage"] == "done");
  }
  // After the seal the record stays what was sealed.
  CHECK(window.ask(of(window, {"restore"}, {"--mailroot", window.mailroot.string(), "--held"})).exit == 0);
  CHECK(window.ask(of(window, {"audit"})).exit == 0);
}

TEST_CASE("the runbook named the service as running where nobody is asked, and a relative recovery folder") {
  const Window window;
  const auto here = fs::current_path().string();
  const auto text = window
                        .see({"status", "--runbook", "--recovery", "not-yet", "--mailroot", window.mailroot.string(),
                              "--service", "none"})
                        .out;
  CHECK_FALSE(holds(text, "--recovery not-yet"));
  CHECK(holds(text, "--recovery " + here + "/not-yet"));
  CHECK(holds(text, "not asked (--service none)"));
  CHECK_FALSE(holds(text, "` | running |"));
  CHECK(holds(text, "exit 0, or 3"));
  CHECK(holds(text, "--redact"));
  const auto asked = window.see({"status", "--runbook", "--service", "command", "--status-command", "exit 3"}).out;
  CHECK(holds(asked, "| running |"));
  CHECK(holds(asked, "`requeue stop --recovery DIR"));
}

TEST_CASE("the ways back that status names lacked the service options") {
  const Window window;
  window.put("Drop/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  CHECK(holds(told(window, {"status"}, {"--service", "command", "--status-command", "exit 3"}),
              "--service command --status-command 'exit 3' --folder Drop"));
}

TEST_CASE("the service that commands drive was called command") {
  const Window window;
  const auto started =
      window.see({"start", "--service", "command", "--start-command", "true", "--status-command", "exit 0"});
  CHECK(started.exit == 0);
  CHECK(holds(started.out, "the service (by its own command) is running"));
}

TEST_CASE("a probe that nothing took left its file in Pickup untold, and was silent while it waited") {
  const Window window;
  const auto ran = window.see({"probe", "--mailroot", window.mailroot.string(), "--from", "a@x.org", "--to", "b@x.org",
                               "--timeout", "1", "--service", "none"});
  CHECK(ran.exit == 1);
  CHECK(holds(ran.out, (window.mailroot / "Pickup/requeue-probe-").string()));
  CHECK(holds(ran.out, "may be deleted"));
  CHECK(ran.out.find("1 s at most") < ran.out.find("[failed]"));
}

TEST_CASE("a refused replay did not say plainly that no probe was made") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto refused = window.ask(of(window, {"replay"}, {"--pickup", window.pickup.string()}));
  CHECK(refused.exit == 5);
  CHECK(refused.json["error"]["why"] == "no test message was sent since then");
}

TEST_CASE("replay listed each file that is no mail once more") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Drop/order.eml", mail("order", "a@example.org"));
  window.evacuate();
  CHECK(holds(told(window, {"plan"}), "\n  Drop/order.eml"));
  const auto said = told(window, {"replay"}, {"--pickup", window.pickup.string(), "--no-probe", "drill"});
  CHECK(holds(said, "not mail, kept in the snapshot: 1 file; which: requeue plan"));
  CHECK_FALSE(holds(said, "Drop/order.eml"));
}

// Each line that a command stands on, from the command to its end.
bool says_line(const std::string& text, const std::string& line) {
  return holds("\n" + text, line + "\n");
}

TEST_CASE("a start of the service that a sealed folder refuses was named after its restore") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  // One that was cut short has --no-probe to go on with, in the words of seal and of status.
  window.replay();
  cut_behind(window, "intent");
  CHECK(holds(told(window, {"seal"}), "First: requeue replay --recovery " + window.recovery.string() + " --pickup " +
                                          window.pickup.string() + " --no-probe"));
  CHECK(holds(told(window, {"status"}), "the newest run (replay) did not end"));
  fs::remove_all(window.recovery);
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "a@example.org"));
  window.evacuate();
  window.replay({"--limit", "1"});
  const auto sealed = told(window, {"seal"});
  const auto restore =
      "requeue restore --recovery " + window.recovery.string() + " --mailroot " + window.mailroot.string();
  CHECK(holds(sealed, "1 message pending or failed"));
  CHECK(says_line(sealed, "stopped: " + restore));
  CHECK(says_line(sealed, "\nNext: requeue audit --recovery " + window.recovery.string()));
  CHECK(says_line(sealed, "any more: requeue dispose --recovery " + window.recovery.string()));
  const auto status = told(window, {"status"});
  CHECK(status.find("requeue audit") < status.find("requeue dispose"));
  const Words service{"--service", "command", "--status-command", "exit 3"};
  auto back = service;
  back.insert(back.end(), {"--mailroot", window.mailroot.string()});
  CHECK(says_line(told(window, {"restore"}, back), "Next: requeue start --service command --status-command 'exit 3'"));
}

TEST_CASE("what was back after an evacuation that was cut short was still told as half-way") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto journal = read(window.recovery / "journal.jsonl");
  cut_behind(window, "removing");
  const auto first = parse_object(journal.substr(0, journal.find('\n')));
  REQUIRE(first);
  write(window.mailroot / ".requeue-evacuation",
        (*first)["recovery"].get<std::string>() + "\n" + window.recovery.string() + "\n");
  CHECK(holds(told(window, {"status"}), "half-way"));
  CHECK(says_line(told(window, {"status"}), "way back: requeue restore --recovery " + window.recovery.string() +
                                                " --mailroot " + window.mailroot.string()));
  const auto restored = window.see(of(window, {"restore"}, {"--mailroot", window.mailroot.string()}));
  CHECK(restored.exit == 0);
  CHECK(holds(restored.out, "\nNext: start the service"));
  const auto status = told(window, {"status"});
  CHECK_FALSE(holds(status, "half-way"));
  CHECK_FALSE(holds(status, "way back"));
  CHECK(holds(status, "what was removed is back in the Mailroot"));
  CHECK(holds(status, "next: requeue evacuate"));
}

TEST_CASE("status named an evacuation with --keep that was cut short without it, and the command was refused") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("My Drop/order.eml", mail("order", "d@example.org"));
  auto evacuation = window.evacuation();
  evacuation.insert(evacuation.end(), {"--keep", "My Drop", "--keep", "Badmail", "--empty-mailbox"});
  REQUIRE(window.ask(evacuation).exit == 0);
  cut_behind(window, "removing");
  const auto command = window.ask(of(window, {"status"})).json["next"]["command"];
  CHECK(holds(command, "requeue evacuate"));
  CHECK(holds(command, " --keep badmail --keep 'my drop' --empty-mailbox"));
}

TEST_CASE("files that a restore had put back were still told as only in the snapshot") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Badmail/lost.bad", "bad");
  window.put("Drop/order.eml", mail("order", "d@example.org"));
  window.evacuate();
  CHECK(holds(told(window, {"status"}), "Badmail: 1 file only in the snapshot"));
  CHECK(holds(told(window, {"plan"}), "Badmail: 1 file only in the snapshot"));
  const Words to{"--mailroot", window.mailroot.string()};
  told(window, {"restore"}, {"--mailroot", window.mailroot.string(), "--folder", "Badmail"});
  for (const auto* const verb : {"status", "plan"}) {
    INFO(verb);
    CHECK_FALSE(holds(told(window, {verb}), "Badmail: "));
    CHECK(holds(told(window, {verb}), "Drop: 1 file only in the snapshot"));
  }
  const bool replayed = GENERATE(false, true);
  if (replayed) window.replay();
  // What was sent does not go back: then nothing waits in Queue or Pickup for the service.
  const auto restored = told(window, {"restore"}, to);
  CHECK(holds(restored, "the service sends what stands in Queue and Pickup") == !replayed);
  CHECK(holds(restored, "\nNext: start the service"));
  if (replayed) return;
  const auto plan = told(window, {"plan"});
  CHECK(holds(plan, "\nNext: start the service"));
  CHECK(holds(plan, "\nThen: requeue audit"));
  CHECK_FALSE(holds(plan, "requeue probe"));
}

TEST_CASE("replay named only an audit although messages were held, and ways out without a verb") {
  const Window window;
  window.put("Queue/NTFS_1.EML", bounce());
  window.evacuate();
  const auto said = told(window, {"replay"}, {"--pickup", window.pickup.string(), "--no-probe", "drill"});
  CHECK(holds(said, "\nNext: settle what is held"));
  CHECK(says_line(said, "\nThen: requeue audit --recovery " + window.recovery.string()));
  CHECK(holds(said, "as options of plan and replay: --bounces replay or --bounces skip"));
}

}  // namespace
}  // namespace requeue::tests
