// Ways in which a message could have gone out a second time, each found by use, mended, and kept here under its name.
#include <algorithm>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

using Words = std::vector<std::string>;

Answer restore(const Window& window, const Words& more = {}) {
  Words all{"restore", "--recovery", window.recovery.string(), "--mailroot", window.mailroot.string()};
  all.insert(all.end(), more.begin(), more.end());
  return window.ask(all);
}

// The same two messages in two Mailroots, handed over by the first; the second knows that.
struct Twice {
  Twice() {
    for (const auto* const window : {&first, &second}) {
      window->put("Queue/a.eml", mail("a", "ann@one.org"));
      window->put("Queue/b.eml", mail("b", "ann@one.org"));
      window->evacuate();
    }
    REQUIRE(first.replay().json["replayed"] == 2);
    REQUIRE(second.replay({"--against", first.recovery.string()}).json["duplicate"] == 2);
  }
  Window first, second;
};

// Evacuated, with `lost` gone by itself before it could be removed.
void evacuate_without(const Window& window, const std::string& lost) {
  const Words recovery{"--recovery", window.recovery.string()};
  const auto ask = [&](Words words) {
    words.insert(words.end(), recovery.begin(), recovery.end());
    if (words.front() != "verify") words.insert(words.end(), {"--mailroot", window.mailroot.string()});
    return window.ask(words).exit;
  };
  REQUIRE(ask({"snapshot"}) == 0);
  REQUIRE(ask({"verify"}) == 0);
  fs::remove(window.mailroot / lost);
  REQUIRE(ask({"empty"}) == 3);
}

fs::path stored(const Window& window, const std::string& source) {
  return window.recovery / "snapshot/data/mailroot" / source;
}

// As a bad disk leaves it: shorter, or other bytes in a file of the same size; and nothing else that remembers it.
void damage(const Window& window, const std::string& source, bool shorter) {
  const auto path = stored(window, source);
  auto bytes = read(path);
  fs::permissions(path, fs::owner_all);
  bytes[bytes.size() - 3] = '!';
  write(path, shorter ? std::string("x") : bytes);
  fs::remove(window.recovery / "cache/facts");
}

}  // namespace

TEST_CASE("an evacuation that was cut short, then another recovery folder: both sent what the second took out") {
  Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "ann@one.org"));
  const auto ask = [&](const std::string& verb, const std::string& recovery) {
    return window.ask({verb, "--mailroot", window.mailroot.string(), "--recovery", recovery, "--service", "none"});
  };
  // What a killed run leaves: the mark, and all but the one that it removed.
  write(window.mailroot / ".requeue-evacuation", "0123456789abcdef\n/srv/first\n");
  const auto second = (window.folder.path() / "second").string();
  for (const auto* const verb : {"evacuate", "snapshot"}) {
    const auto refused = ask(verb, second);
    CHECK(refused.exit == 5);
    CHECK(refused.err.find("requeue evacuate --recovery /srv/first --mailroot " + window.mailroot.string() +
                           " --service none") != std::string::npos);
  }
  CHECK_FALSE(fs::exists(second));
  const auto seen = window.see({"inspect", window.mailroot.string()});
  CHECK(seen.out.find("requeue status --recovery /srv/first") != std::string::npos);
  CHECK(fs::exists(window.mailroot / "Queue/a.eml"));
}

TEST_CASE("a snapshot that was adopted into another recovery folder, or a Mailroot half emptied, was sent by both") {
  Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  const auto second = (window.folder.path() / "second").string();
  const auto of_snapshot =
      window.ask({"adopt", "--backup", (window.recovery / "snapshot/data/mailroot").string(), "--recovery", second});
  CHECK(of_snapshot.exit == 5);
  CHECK(of_snapshot.err.find("status --recovery") != std::string::npos);
  const auto copy = window.folder.path() / "copy";
  fs::create_directories(copy / "Queue");
  write(window.mailroot / ".requeue-evacuation", "0123456789abcdef\n/srv/first\n");
  const auto half =
      window.ask({"adopt", "--backup", copy.string(), "--recovery", second, "--mailroot", window.mailroot.string()});
  CHECK(half.exit == 5);
  fs::rename(window.mailroot / ".requeue-evacuation", copy / ".requeue-evacuation");
  CHECK(window.ask({"adopt", "--backup", copy.string(), "--recovery", second}).exit == 5);
  CHECK_FALSE(fs::exists(second));
}

TEST_CASE("what a killed restore left in Pickup under temporary names was evacuated, or adopted, as mail") {
  Window window;
  window.put("Pickup/.requeue-restore-1", mail("a", "ann@one.org"));
  const auto mailroot = window.mailroot.string();
  const auto recovery = window.recovery.string();
  for (const Words& words : {Words{"evacuate", "--mailroot", mailroot, "--recovery", recovery},
                             Words{"snapshot", "--mailroot", mailroot, "--recovery", recovery},
                             Words{"adopt", "--backup", mailroot, "--recovery", recovery}}) {
    const auto refused = window.ask(words);
    CHECK(refused.exit == 5);
    CHECK(refused.err.find("Run that requeue restore again first") != std::string::npos);
  }
  CHECK_FALSE(fs::exists(window.recovery));
}

TEST_CASE("a restore went into the bare folder on which the Mailroot's volume was not mounted") {
  Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  // As if the snapshot had been taken of another volume. Nothing reads further than this line.
  const auto list = window.recovery / "snapshot/files.jsonl";
  auto lines = read(list);
  fs::permissions(list, fs::owner_all);
  lines.insert(lines.find("\"volume\":") + 9, "7");
  write(list, lines);
  fs::remove_all(window.mailroot);
  SECTION("empty") {
    fs::create_directories(window.mailroot);
  }
  SECTION("gone, with the folder above it on another volume") {}
  const auto refused = restore(window);
  CHECK(refused.exit == 5);
  CHECK(refused.err.find("is its volume mounted?") != std::string::npos);
  CHECK_FALSE(fs::exists(window.mailroot / "Queue"));
}

TEST_CASE("a restore of another recovery folder went into a Mailroot that was being emptied") {
  Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Drop/d.eml", mail("d", "ann@one.org"));
  window.evacuate();
  const auto other = window.folder.path() / "other";
  fs::create_directories(other / "Queue");
  write(other / ".requeue-evacuation", "0123456789abcdef\n/srv/first\n");
  for (const auto& more : {Words{}, Words{"--folder", "Drop"}}) {
    Words words{"restore", "--recovery", window.recovery.string(), "--mailroot", other.string()};
    words.insert(words.end(), more.begin(), more.end());
    CHECK(window.ask(words).exit == 5);
  }
  CHECK_FALSE(fs::exists(other / "Queue/a.eml"));
  write(window.mailroot / ".requeue-evacuation", "0123456789abcdef\n/srv/first\n");
  CHECK(restore(window, {"--folder", "Drop"}).exit == 5);
  CHECK_FALSE(fs::exists(window.mailroot / "Drop/d.eml"));
}

TEST_CASE("a restore beside the Pickup that a replay hands to put back what was replayed") {
  Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  const auto live = window.folder.path() / "live";
  fs::create_directories(live / "Pickup");
  SECTION("adopt --pickup") {
    REQUIRE(window
                .ask({"adopt", "--backup", window.mailroot.string(), "--recovery", window.recovery.string(), "--pickup",
                      (live / "Pickup").string()})
                .exit == 0);
  }
  SECTION("replay --pickup") {
    window.evacuate();
    REQUIRE(window
                .ask({"replay", "--recovery", window.recovery.string(), "--no-probe", "test", "--pickup",
                      (live / "Pickup").string()})
                .exit == 0);
  }
  const Words into_live{"restore", "--recovery", window.recovery.string(), "--mailroot", live.string()};
  CHECK(window.ask(into_live).exit == 5);
  CHECK_FALSE(fs::exists(live / "Queue"));
  auto drop = into_live;
  drop.insert(drop.end(), {"--folder", "Drop"});
  CHECK(window.ask(drop).exit == 0);
  // A disk that was set up anew.
  fs::remove_all(live);
  CHECK(window.ask(into_live).exit == 5);
  fs::create_directories(live / "Pickup");
  const auto elsewhere = (window.folder.path() / "elsewhere").string();
  const Words copy{"restore", "--recovery", window.recovery.string(), "--mailroot", elsewhere};
  CHECK(window.see(copy).out.find("would send what stands there") == std::string::npos);
  CHECK(window.see(copy).out.find("would send what stands there") != std::string::npos);  // now it has a Queue
}

TEST_CASE("adopt beside the Pickup of a Mailroot that another evacuation had half emptied was not refused") {
  const Window window;
  const auto backup = window.folder.path() / "backup";
  write(backup / "Queue/a.eml", mail("a", "ann@one.org"));
  write(window.mailroot / ".requeue-evacuation", "0123456789abcdef\n/srv/first\n");
  const auto refused = window.ask({"adopt", "--backup", backup.string(), "--recovery", window.recovery.string(),
                                   "--pickup", (window.mailroot / "Pickup").string()});
  CHECK(refused.exit == 5);
  CHECK(refused.err.find("/srv/first") != std::string::npos);
  CHECK_FALSE(fs::exists(window.recovery));
}

TEST_CASE("a replay that went on into another Pickup than before said nothing of it") {
  Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "ann@one.org"));
  window.evacuate();
  CHECK(window.replay({"--limit", "1"}).out.find("went to") == std::string::npos);
  const auto other = window.ask({"replay", "--recovery", window.recovery.string(), "--no-probe", "test", "--pickup",
                                 (window.mailroot / "Pickup").string()});
  CHECK(other.out.find("went to " + window.pickup.string() + " before") != std::string::npos);
}

TEST_CASE("a restore into the Mailroot under another path, or into one that was gone, put back what was sent") {
  Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "ann@one.org"));
  window.evacuate();
  REQUIRE(window.replay().json["replayed"] == 2);
  SECTION("moved") {
    const auto elsewhere = window.folder.path() / "moved";
    fs::rename(window.mailroot, elsewhere);
    window.mailroot = elsewhere;
  }
  SECTION("moved, and another folder stands in its place") {
    const auto elsewhere = window.folder.path() / "moved";
    fs::rename(window.mailroot, elsewhere);
    fs::create_directories(window.mailroot / "Queue");
    window.mailroot = elsewhere;
  }
  SECTION("gone") {
    fs::remove_all(window.mailroot);
  }
  const auto answer = restore(window);
  CHECK(answer.exit == 3);
  CHECK(answer.json["restored"] == 0);
  CHECK(answer.json["left_out"] == 2);
  CHECK_FALSE(fs::exists(window.mailroot / "Queue/a.eml"));
}

TEST_CASE("what was put back into a Mailroot that was moved was sent by a replay, too") {
  Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  const auto elsewhere = window.folder.path() / "moved";
  fs::rename(window.mailroot, elsewhere);
  window.mailroot = elsewhere;
  REQUIRE(restore(window).json["restored"] == 1);
  CHECK(window.replay().json["now"]["replayed"] == 0);
}

TEST_CASE("a replay into another Pickup sent what still stood in the live Queue beside the adopted one") {
  const Window window;
  const auto backup = window.folder.path() / "backup";
  for (const auto* const name : {"a", "b"})
    write(backup / ("Queue/" + std::string(name) + ".EML"), mail(name, "x@y.org"));
  window.put("Queue/a.EML", read(backup / "Queue/a.EML"));
  REQUIRE(window
              .ask({"adopt", "--backup", backup.string(), "--recovery", window.recovery.string(), "--pickup",
                    (window.mailroot / "Pickup").string()})
              .exit == 0);
  CHECK(window.ask({"plan", "--recovery", window.recovery.string()}).json["skipped"] == 1);
  const auto answer = window.replay();
  CHECK(answer.json["skipped"] == 1);
  CHECK(answer.json["now"]["replayed"] == 1);
  CHECK(posted(window.pickup).size() == 1);
  // In the other one's Queue, too; and where the live one cannot be looked at, nothing goes.
  write(window.pickup.parent_path() / "Queue/b.EML", "other bytes, the same name");
  CHECK(window.replay().json["replayed"] == 1);
  fs::rename(window.mailroot, window.folder.path() / "away");
  const auto refused = window.replay();
  CHECK(refused.exit == 5);
  CHECK(refused.json["error"]["path"] == (window.mailroot / "Pickup").string());
  CHECK(posted(window.pickup).size() == 1);
}

TEST_CASE("another recovery folder at the path of a remembered --against was taken for the one that had sent") {
  const Twice both;
  const auto& [first, second] = both;
  const auto moved = first.folder.path() / "moved";
  fs::rename(first.recovery, moved);
  first.put("Queue/other.eml", mail("other", "bob@two.org"));
  first.evacuate();
  const auto refused = second.replay();
  CHECK(refused.exit == 5);
  CHECK(refused.json["error"]["why"].get<std::string>().find("another recovery folder stands there now") == 0);
  CHECK(second.ask({"plan", "--recovery", second.recovery.string()}).exit == 5);
  // The new one, named: it is not the one that is meant either.
  const Words at_the_path{"--against", first.recovery.string()};
  CHECK(second.replay(at_the_path).exit == 5);
  CHECK(posted(second.pickup).empty());
  CHECK(second.replay({"--against", moved.string(), "--against", first.recovery.string()}).json["duplicate"] == 2);
  CHECK(second.replay().json["duplicate"] == 2);
  CHECK(posted(second.pickup).empty());
  // From then on both are remembered, each for what it is.
  fs::rename(first.recovery, first.folder.path() / "moved, too");
  CHECK(second.replay().exit == 5);
}

TEST_CASE("a restore into the Mailroot put back what another recovery folder had handed over") {
  const Twice both;
  const auto& [first, second] = both;
  const auto answer = restore(second);
  CHECK(answer.exit == 3);
  CHECK(answer.json["restored"] == 0);
  CHECK(answer.json["left_out"] == 2);
  CHECK(answer.err.find("another recovery folder handed over") != std::string::npos);
  const auto moved = first.folder.path() / "moved";
  fs::rename(first.recovery, moved);
  const auto refused = restore(second);
  CHECK(refused.exit == 5);
  CHECK(refused.json["error"]["hint"].get<std::string>().find("--no-against") != std::string::npos);
  CHECK(restore(second, {"--against", moved.string()}).json["left_out"] == 2);
  CHECK(fs::is_empty(second.mailroot / "Queue"));
  // Elsewhere it is a plain copy; and a person's word is recorded.
  const auto elsewhere = second.folder.path() / "elsewhere";
  const Words copy{"restore", "--recovery", second.recovery.string(), "--mailroot", elsewhere.string()};
  CHECK(second.ask(copy).json["restored"] == 2);
  auto with_reason = copy;
  with_reason.insert(with_reason.end(), {"--no-against", "never mind"});
  CHECK(second.ask(with_reason).exit == 2);
  CHECK(restore(second, {"--no-against", "it was never delivered"}).json["restored"] == 2);
  CHECK(read(second.recovery / "journal.jsonl").find("it was never delivered") != std::string::npos);
}

TEST_CASE("the copy of a message in doubt was sent when that message could no longer be read") {
  const bool shorter = GENERATE(true, false);
  const Window window;
  window.put("Queue/a.eml", mail("doubtful", "b@example.org"));
  window.put("Queue/b.eml", mail("doubtful", "b@example.org"));
  window.put("Queue/big.eml", mail("big", "c@example.org"));
  evacuate_without(window, "Queue/a.eml");
  const auto held = window.replay();
  CHECK(held.exit == 8);
  CHECK(held.json["held"] == 1);
  REQUIRE(posted(window.pickup).size() == 1);
  // A run that holds it by another rule does not make it forgotten.
  CHECK(window.replay({"--max-size", "1"}).json["held"] == 1);
  damage(window, "Queue/a.eml", shorter);
  CHECK(window.replay().json["held"] == 1);
  const auto resolve = [&](const std::string& word) {
    return window.ask({"replay", "--recovery", window.recovery.string(), "--resolve", word, "Queue/a.eml"}).exit;
  };
  const bool sent = shorter || GENERATE(true, false);  // "not-sent" of what cannot be read is refused
  CHECK((resolve(sent ? "sent" : "not-sent") & ~3) == 0);
  CHECK(window.replay().json["held"] == (sent ? 1 : 0));
  CHECK(posted(window.pickup).size() == (sent ? 1 : 2));
  CHECK(window.replay({"--release", "Queue/b.eml"}).json["held"] == 0);
  CHECK(posted(window.pickup).size() == 2);
}

TEST_CASE("a message was sent when the one that another recovery folder had sent could no longer be read") {
  const bool shorter = GENERATE(true, false);
  const Twice both;
  const auto& [first, second] = both;
  damage(first, "Queue/a.eml", shorter);
  const auto answer = second.replay();
  CHECK(answer.json["duplicate"] == 1);
  CHECK(answer.json["held"] == 1);
  CHECK(posted(second.pickup).empty());
}

TEST_CASE("a restore put back the copy of a message in doubt") {
  const Window window;
  for (const auto* const source : {"Queue/a.eml", "Queue/b.eml"}) window.put(source, mail("same", "b@example.org"));
  evacuate_without(window, "Queue/a.eml");
  CHECK(window.replay().json["held"] == 1);
  for (const auto& more : {Words{}, {"--held"}}) {
    const auto answer = restore(window, more);
    CHECK(answer.exit == 3);
    CHECK(answer.json["restored"] == 0);
  }
  CHECK(fs::is_empty(window.mailroot / "Queue"));
  CHECK(window.see({"plan", "--recovery", window.recovery.string()}).out.find("--held") == std::string::npos);
}

// Whom it served stands there only.
TEST_CASE("an --against whose messages.jsonl was cut was taken at the word of the messages themselves") {
  const Window first, second;
  for (const auto* const window : {&first, &second}) {
    window->put("Queue/a.eml", mail("a", "ann@one.org"));
    window->evacuate();
  }
  REQUIRE(first.replay().json["replayed"] == 1);
  write(first.recovery / "messages.jsonl", "");
  const auto answer = second.replay({"--against", first.recovery.string()});
  REQUIRE(answer.exit == 4);
  CHECK(answer.json["error"]["path"].get<std::string>().find("messages.jsonl") != std::string::npos);
  CHECK(posted(second.pickup).empty());
}

namespace {

// Two copies that came through a list, and the one replayed by an option that a restore does not take.
std::string through_list(const std::string& subject) {
  return "List-Id: <l.example>\r\n" + mail(subject, "ann@one.org");
}

}  // namespace

TEST_CASE("a restore put back the copy of a message that a replay had sent with --lists or --release") {
  const Window window;
  window.put("Queue/a.eml", through_list("a"));
  window.put("Queue/b.eml", through_list("a"));
  window.evacuate();
  const bool released = GENERATE(false, true);
  const auto replayed = released ? window.replay({"--release", "Queue/a.eml"}) : window.replay({"--lists", "replay"});
  REQUIRE(replayed.json["replayed"] == 1);
  REQUIRE(posted(window.pickup).size() == 1);
  const auto part = GENERATE(as<Words>{}, Words{}, Words{"--held"});
  const auto restored = restore(window, part);
  INFO(restored.err);
  CHECK(contents(window.mailroot / "Queue").empty());
  CHECK(window.replay({"--lists", "replay"}).json["replayed"] == 1);
  CHECK(posted(window.pickup).size() == 1);
}

TEST_CASE("a restore put back whole what some recipients had by a copy of it") {
  const Window window;
  window.put("Queue/a.eml", "x-sender: s@x.org\r\nx-receiver: ann@one.org\r\n" + mail("a", "list@one.org"));
  window.put("Queue/b.eml",
             "x-sender: s@x.org\r\nx-receiver: ann@one.org\r\nx-receiver: bob@one.org\r\n" + mail("a", "list@one.org"));
  window.put("Queue/c.eml", mail("c", "ann@one.org"));
  window.evacuate();
  REQUIRE(window.replay({"--limit", "1"}).json["now"]["replayed"] == 1);
  const auto restored = restore(window);
  CHECK(restored.exit == 3);
  CHECK(restored.err.find("Queue/b.eml: some of its recipients have it already") != std::string::npos);
  CHECK(contents(window.mailroot / "Queue").size() == 1);
  CHECK(window.replay().exit == 0);
  auto recipients = std::vector<std::string>{};
  for (const auto& one : posted(window.pickup)) {
    recipients.insert(recipients.end(), one.recipients.begin(), one.recipients.end());
  }
  std::sort(recipients.begin(), recipients.end());
  CHECK(recipients == Words{"ann@one.org", "bob@one.org"});
}

TEST_CASE("all of an evacuation goes back while nothing of it was sent, copies of one another too") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("a", "ann@one.org"));
  const auto before = contents(window.mailroot);
  window.evacuate();
  CHECK(restore(window).exit == 0);
  CHECK(contents(window.mailroot) == before);
}

TEST_CASE("a restore that goes on puts back the copy of a message that it put back before") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Pickup/b.txt", mail("a", "ann@one.org"));
  const auto before = contents(window.mailroot);
  window.evacuate();
  REQUIRE(restore(window, {"--folder", "Queue"}).exit == 0);
  CHECK(restore(window).exit == 0);
  CHECK(contents(window.mailroot) == before);
}

TEST_CASE("the copy of a message that was put back, or left in the Mailroot, was sent by a replay") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Pickup/b.txt", mail("a", "ann@one.org"));
  window.evacuate();
  REQUIRE(restore(window, {"--folder", "Queue"}).exit == 0);
  const auto replayed = window.replay();
  CHECK(replayed.exit == 3);
  CHECK(replayed.json["held"] == 1);
  CHECK(posted(window.pickup).empty());
  CHECK(window.replay({"--release", "Pickup/b.txt"}).exit == 0);
  CHECK(posted(window.pickup).size() == 1);
}

TEST_CASE("what stood in the live Queue when a backup was adopted was sent again once the service had taken it") {
  const Window window;
  const auto backup = window.folder.path() / "backup";
  write(backup / "Queue/a.eml", mail("a", "ann@one.org"));
  write(backup / "Queue/b.eml", mail("b", "ann@one.org"));
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  const bool by_pickup = GENERATE(false, true);
  Words adopt{"adopt", "--backup", backup.string(), "--recovery", window.recovery.string()};
  const auto live = by_pickup ? Words{"--pickup", (window.mailroot / "Pickup").string()}
                              : Words{"--mailroot", window.mailroot.string()};
  adopt.insert(adopt.end(), live.begin(), live.end());
  REQUIRE(window.ask(adopt).exit == 0);
  fs::remove(window.mailroot / "Queue/a.eml");
  const auto replayed = window.replay();
  CHECK(replayed.json["replayed"] == 1);
  CHECK(replayed.json["skipped"] == 1);
  CHECK(posted(window.pickup).size() == 1);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).exit == 0);
}

TEST_CASE("what a replay had left to the service was sent by the next one, once the service had taken it") {
  const Window window;
  const auto backup = window.folder.path() / "backup";
  write(backup / "Queue/a.eml", mail("a", "ann@one.org"));
  write(backup / "Queue/b.eml", mail("b", "ann@one.org"));
  REQUIRE(window
              .ask({"adopt", "--backup", backup.string(), "--recovery", window.recovery.string(), "--mailroot",
                    window.mailroot.string()})
              .exit == 0);
  // Put back by hand after the adoption, from the same backup.
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  REQUIRE(window.replay().json["skipped"] == 1);
  fs::remove(window.mailroot / "Queue/a.eml");
  CHECK(window.replay().json["replayed"] == 1);
  CHECK(posted(window.pickup).size() == 1);
}

TEST_CASE("a journal that was cut back to before the first removal went unnoticed, and what was removed was not sent") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  const auto journal = read(window.recovery / "journal.jsonl");
  const auto details = read(window.recovery / "messages.jsonl");
  const auto at = journal.rfind('\n', journal.find("\"event\":\"emptying\""));
  // Killed before the end of the run, which left a witness of its own in the last line; then cut.
  REQUIRE(std::count(details.begin(), details.end(), '\n') == 2);
  write(window.recovery / "messages.jsonl", details.substr(0, details.find('\n') + 1));
  write(window.recovery / "journal.jsonl", journal.substr(0, at + 1));
  const auto again = window.ask(window.evacuation());
  CHECK(again.exit == 4);
  CHECK(again.err.find("was cut") != std::string::npos);
}

}  // namespace requeue::tests
