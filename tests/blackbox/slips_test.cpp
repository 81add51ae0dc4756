// Slips of a person's hand that were carried out instead of refused, each found by use, mended and kept here.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"
#include "support/smtp_server.h"

namespace requeue::tests {
namespace {

using Words = std::vector<std::string>;

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words of(const Window& window, const std::string& verb, const Words& more = {}) {
  return joined({verb, "--recovery", window.recovery.string()}, more);
}

std::string hint_of(const Answer& answer) {
  return answer.json.contains("error") ? answer.json["error"].value("hint", "") : "";
}

std::string without(std::string text, const std::string& part, const std::string& with) {
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part)) text.replace(at, part.size(), with);
  return text;
}

}  // namespace

TEST_CASE("a negative or too large number was taken for an enormous one: --limit -3 sent everything", "[slips]") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "ann@one.org"));
  window.evacuate();
  for (const Words& wrong : {Words{"--limit", "-3"},
                             {"--limit", "99999999999999999999"},
                             {"--limit", "18446744073709551617"},
                             {"--limit", "0x1"},
                             {"--limit=-1"},
                             {"--limit", ""},
                             {"--stop-on-badmail", "-1"},
                             {"--batch", "0"},
                             {"--batch", "-1"},
                             {"--rate", "-1"},
                             {"--rate", "0"},
                             {"--jobs", "-1"},
                             {"--jobs", "65"},
                             {"--hop-limit", "-1"},
                             {"--hop-limit", "4294967297"},
                             {"--max-size", "-1"},
                             {"--max-size", "99999999999999999999"},
                             {"--max-age", "-1d"}}) {
    INFO(wrong.front() << ' ' << wrong.back());
    const auto answer = window.replay(wrong);
    CHECK(answer.exit == 2);
    CHECK(answer.err.size() < 250);
  }
  CHECK(posted(window.pickup).empty());
  CHECK(window.ask({"stop", "--timeout", "-1"}).exit == 2);
  CHECK(window.replay({"--limit", "1", "--batch", "5000"}).json["now"]["replayed"] == 1);
}

TEST_CASE("an empty reason was taken for one, and an option for a reason", "[slips]") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  const auto replay = of(window, "replay", {"--pickup", window.pickup.string()});
  for (const auto* const reason : {"", " ", "--json"}) {
    const auto answer = window.ask(joined(replay, {"--no-probe", reason}));
    CHECK(answer.exit == 2);
    CHECK(answer.err.find("REASON is missing") != std::string::npos);
    CHECK(window.replay({"--no-against", reason}).exit == 2);
    CHECK(window.ask(of(window, "dispose", {"--abandon", reason})).exit == 2);
  }
  const auto answer = window.ask(joined(replay, {"--no-probe", "--limit", "2"}));
  CHECK(answer.exit == 2);
  CHECK(answer.err.find("REASON is missing") != std::string::npos);
  CHECK(posted(window.pickup).empty());
}

TEST_CASE("two addresses with a comma between were one recipient, so that nobody got the message", "[slips]") {
  const Window window;
  window.put("Queue/a.eml",
             "x-sender: s@one.org\r\nx-receiver: x@r.ex\r\nx-receiver: y@r.ex\r\n" + mail("a", "x@r.ex"));
  window.evacuate();
  const auto plan = (window.folder.path() / "plan.csv").string();
  REQUIRE(window.ask(of(window, "plan", {"--out", plan})).exit == 0);
  const auto written = read(plan);
  for (const auto* const slip :
       {"\"x@r.ex,y@r.ex\"", "x@r.ex y@r.ex", "x@r.ex:y@r.ex", "x@r.ex(y@r.ex)", "x@r.ex/y@r.ex", "x[y@r.ex"}) {
    INFO(slip);
    write(plan, without(written, "x@r.ex;y@r.ex", slip));
    const auto answer = window.replay({"--plan", plan});
    CHECK(answer.exit == 2);
    CHECK(answer.err.find("line 2") != std::string::npos);
    CHECK(hint_of(answer).find("separated by semicolons") != std::string::npos);
    const auto envelopes = (window.folder.path() / "envelopes.csv").string();
    write(envelopes, "source,sender,recipients\r\nQueue/a.eml,s@one.org," + std::string(slip) + "\r\n");
    CHECK(window.replay({"--envelopes", envelopes}).exit == 2);
  }
  CHECK(posted(window.pickup).empty());
  write(plan, without(written, "x@r.ex;y@r.ex", "\"\"\"x,y\"\"@r.ex;z@[192.0.2.1]\""));
  REQUIRE(window.replay({"--plan", plan}).json["now"]["replayed"] == 1);
  CHECK(posted(window.pickup).at(0).recipients == Words{"\"x,y\"@r.ex", "z@[192.0.2.1]"});
}

TEST_CASE("a recipient that is a comma alone was handed over", "[slips]") {
  const Window window;
  window.put("Queue/a.eml", "x-sender: s@one.org\r\nx-receiver: ,\r\n" + mail("a", "x@r.ex"));
  window.put("Queue/odd.eml", "x-sender: s@one.org\r\nx-receiver: a@b@r.ex\r\n" + mail("odd", "x@r.ex"));
  window.evacuate();
  const auto plan = (window.folder.path() / "plan.csv").string();
  CHECK(window.ask(of(window, "plan", {"--out", plan})).json["held"] == 1);
  CHECK(read(plan).find("bad_address") != std::string::npos);
  // What a message itself says goes as before, also by a plan that a person only looked at.
  CHECK(window.replay({"--plan", plan}).json["now"]["replayed"] == 1);
}

TEST_CASE("composed files that a killed replay left beside another Pickup stood in the way for ever", "[slips]") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  const auto id = read(window.recovery / "journal.jsonl")
                      .substr(read(window.recovery / "journal.jsonl").find("\"recovery\":\"") + 12, 16);
  const auto staging = window.mailroot / (".requeue-" + id);
  const auto leave = [&] {
    write(staging / "token", id + "\n" + window.recovery.string() + "\n");
    write(staging / ("0123456789abcdef-" + id + "-7.eml"), "x-sender: s@one.org\r\n");
  };
  const Words again{"evacuate",
                    "--mailroot",
                    window.mailroot.string(),
                    "--service",
                    "none",
                    "--recovery",
                    (window.folder.path() / "second").string()};
  leave();
  REQUIRE(window.ask(again).exit == 5);
  SmtpServer server;
  SECTION("a replay by SMTP") {
    REQUIRE(window.ask(of(window, "replay", {"--no-probe", "drill", "--smtp", server.address()})).exit == 0);
  }
  SECTION("a replay into another Pickup") {
    REQUIRE(window.replay().exit == 0);
  }
  SECTION("a person's word") {
    server.answer(".", "");
    REQUIRE(window.ask(of(window, "replay", {"--no-probe", "drill", "--smtp", server.address()})).exit == 8);
    leave();
    REQUIRE(window.ask(of(window, "replay", {"--resolve", "sent", "Queue/a.eml"})).exit == 0);
  }
  SECTION("a seal") {
    REQUIRE(window.replay().exit == 0);
    leave();
    REQUIRE(window.ask(of(window, "seal")).exit == 0);
  }
  SECTION("a disposal") {
    REQUIRE(window.replay().exit == 0);
    REQUIRE(window.ask(of(window, "seal")).exit == 0);
    leave();
    REQUIRE(window.ask(of(window, "dispose")).exit == 0);
  }
  CHECK_FALSE(fs::exists(staging));
  CHECK(window.ask(again).exit == 0);
}

TEST_CASE("what a second evacuation took out of Pickup again was called sent by the first, and nobody sent it",
          "[slips]") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "ann@one.org"));
  window.evacuate();
  const auto pickup = (window.mailroot / "Pickup").string();
  REQUIRE(window.ask(of(window, "replay", {"--no-probe", "drill"})).json["now"]["replayed"] == 2);
  // One was taken by the service, and a copy of it came back by another way.
  const auto taken = posted(pickup).at(0);
  const auto body = read(window.mailroot / "Pickup" / taken.name);
  fs::remove(window.mailroot / "Pickup" / taken.name);
  write(window.mailroot / "Queue/copy.eml", body);
  const auto second = (window.folder.path() / "second").string();
  const Words evacuation{"evacuate", "--mailroot", window.mailroot.string(), "--recovery", second, "--service", "none"};
  const auto evacuated = window.see(evacuation);
  CHECK(evacuated.out.find("Pickup holds 1 file that another recovery folder") != std::string::npos);
  const Words replay{"replay", "--recovery", second, "--no-probe", "drill", "--against", window.recovery.string()};
  const auto answer = window.ask(replay);
  CHECK(answer.json["now"]["replayed"] == 1);
  CHECK(answer.json["duplicate"] == 1);
  CHECK(posted(pickup).size() == 1);
  CHECK(posted(pickup).at(0).content != taken.content);
  CHECK(window.ask(replay).json["now"]["replayed"] == 0);
  CHECK(window.ask({"audit", "--recovery", second}).exit == 0);
}

TEST_CASE("a Mailroot inside the snapshot of another recovery folder was emptied", "[slips]") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  const auto inside = window.recovery / "snapshot/data/mailroot";
  const auto other = (window.folder.path() / "other").string();
  const auto before = contents(window.recovery / "snapshot");
  const Words none{"--service", "none"};
  CHECK(window.ask(joined({"evacuate", "--mailroot", inside.string(), "--recovery", other}, none)).exit == 5);
  CHECK(window.ask(joined({"snapshot", "--mailroot", inside.string(), "--recovery", other}, none)).exit == 5);
  CHECK(window.ask({"probe", "--mailroot", inside.string(), "--from", "a@x.org", "--to", "b@x.org"}).exit == 5);
  Window second;
  second.put("Queue/b.eml", mail("b", "ann@one.org"));
  second.evacuate();
  CHECK(second.replay({"--limit", "0"}).exit == 3);
  CHECK(second.ask(of(second, "restore", {"--mailroot", inside.string()})).exit == 5);
  CHECK(second.ask(of(second, "replay", {"--no-probe", "x", "--pickup", (inside / "Pickup").string()})).exit == 5);
  CHECK(contents(window.recovery / "snapshot") == before);
}

TEST_CASE("a misspelt folder of --keep was emptied, and one of restore put nothing back and said ok", "[slips]") {
  const Window window;
  window.put("Badmail/a.BAD", "x");
  window.put("Drop/b.eml", mail("b", "ann@one.org"));
  const auto before = contents(window.mailroot);
  const auto refused = window.ask(joined(window.evacuation(), {"--keep", "badmial"}));
  CHECK(refused.exit == 2);
  CHECK(hint_of(refused).find("Badmail, Drop, Pickup, Queue") != std::string::npos);
  CHECK(contents(window.mailroot) == before);
  const auto rehearsed = window.see(joined(window.evacuation(), {"-n", "--keep", "drop", "--keep", "Mailbox"}));
  CHECK(rehearsed.exit == 0);
  CHECK(rehearsed.out.find("Drop stays as it is: 1 file") != std::string::npos);
  window.evacuate();
  CHECK(window.ask(of(window, "restore", {"--folder", "Dorp"})).exit == 2);
  CHECK(window.ask(of(window, "restore", {"--folder", "Dorp", "-n"})).exit == 2);
  CHECK(window.ask(of(window, "restore", {"--folder", "SortTemp"})).exit == 0);
  CHECK(window.ask(of(window, "restore", {"--folder", "drop"})).json["restored"] == 1);
}

TEST_CASE("a dry run took the wrong server's name, which the real run refuses", "[slips]") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  CHECK(window.ask(joined(window.evacuation(), {"-n", "--confirm", "wrong"})).exit == 5);
  window.evacuate();
  CHECK(window.replay({"-n", "--confirm", "wrong"}).exit == 5);
  CHECK(window.replay({"-n"}).exit == 0);
}

TEST_CASE("a probe pasted as it was printed, with YOU and SOMEBODY, was sent", "[slips]") {
  const Window window;
  const Words probe{"probe", "--mailroot", window.mailroot.string(), "-n"};
  const auto answer = window.ask(joined(probe, {"--from", "YOU", "--to", "SOMEBODY"}));
  CHECK(answer.exit == 2);
  CHECK(hint_of(answer).find("Replace YOU and SOMEBODY") != std::string::npos);
  CHECK(window.ask(joined(probe, {"--from", "me@x.org", "--to", "SOMEBODY"})).exit == 2);
  CHECK(window.ask(joined(probe, {"--from", "me@x.org", "--to", "you@x.org"})).exit == 0);
}

}  // namespace requeue::tests
