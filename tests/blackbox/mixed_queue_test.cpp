// A thousand mixed messages: none lost where there is evidence, none doubled, each uncertainty held or noted.
#include <algorithm>
#include <iostream>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/mixed_queue.h"
#include "blackbox/window.h"

namespace requeue::tests {
namespace {

constexpr std::uint64_t seed = 20261124;
constexpr int size = 1000;
constexpr std::int64_t start = 1790000000;

// By subject: how many times each recipient was handed the message.
std::map<std::string, std::map<std::string, int>> handed(const fs::path& pickup) {
  std::map<std::string, std::map<std::string, int>> out;
  for (const auto& one : posted(pickup)) {
    const auto at = one.content.find("Subject: ") + 9;
    auto& recipients = out[one.content.substr(at, one.content.find("\r\n", at) - at)];
    for (const auto& recipient : one.recipients) ++recipients[recipient];
  }
  return out;
}

// The number in front of the note that says so; 0: there is none.
int noted(const Json& json, const std::string& words) {
  for (const auto& note : json.at("notes")) {
    const auto text = note.get<std::string>();
    if (text.find(words) != std::string::npos) return std::stoi(text);
  }
  return 0;
}

struct Verdict {
  int lost = 0, doubled = 0, strangers = 0, hidden = 0;
};

Verdict judge(const MixedQueue& queue, const fs::path& pickup) {
  Verdict verdict;
  auto all = handed(pickup);
  for (const auto& truth : queue.truths) {
    const auto& got = all[truth.subject];
    for (const auto& [recipient, times] : truth.owed) {
      const auto found = got.find(recipient);
      const int had = found == got.end() ? 0 : found->second;
      if (had < times) ++verdict.lost;
      if (had > times) ++verdict.doubled;
    }
    for (const auto& [recipient, times] : got) {
      if (truth.owed.count(recipient) == 0) ++verdict.strangers;
    }
    verdict.hidden += static_cast<int>(truth.hidden.size());
  }
  return verdict;
}

}  // namespace

TEST_CASE("a thousand mixed messages: none lost where evidence exists, none doubled, what is uncertain held or noted") {
  const auto queue = mixed_queue(seed, size, start);
  const auto of = [&](Kind kind) {
    const auto found = queue.groups.find(kind);
    return found == queue.groups.end() ? 0 : found->second;
  };
  REQUIRE(queue.files.size() == size);
  for (int kind = 0; kind < kinds; ++kind) CHECK(of(static_cast<Kind>(kind)) > 20);
  CHECK(mixed_queue(seed, size, start).files == queue.files);

  const Window window;
  for (const auto& [source, bytes] : queue.files) window.put(source, bytes);
  const auto log = window.folder.path() / "ex.log";
  write(log, queue.log);
  window.evacuate();
  const std::vector<std::string> options{"--smtp-log", log.string(), "--trust-log"};
  const auto answer = window.replay(options);
  CHECK(answer.exit == 3);
  const auto& json = answer.json;
  CHECK(json["found"] == size);
  CHECK(json["balanced"] == true);
  CHECK(json["failed"] == 0);
  CHECK(json["pending"] == 0);
  CHECK(json["duplicate"] == of(Kind::copy));
  CHECK(json["held"] == of(Kind::list_lost) + of(Kind::bounce) + of(Kind::nobody));
  CHECK(json["skipped"] == of(Kind::sent));

  const auto verdict = judge(queue, window.pickup);
  CHECK(verdict.lost == 0);
  CHECK(verdict.doubled == 0);
  CHECK(verdict.strangers == 0);
  CHECK(noted(json, "its sessions or Message-IDs are not unique") == of(Kind::mixed_log) + 2 * of(Kind::reused_id));
  CHECK(noted(json, "recipients that the headers lack: it is used") == of(Kind::blind) + of(Kind::list));
  CHECK(noted(json, "probably submitted twice") == of(Kind::twice));
  CHECK(noted(json, "one Message-ID on different contents") == 2 * of(Kind::reused_id));
  CHECK(noted(json, "in several domains: may have been delivered in part") == of(Kind::domains));
  CHECK(noted(json, "delivered to already (sender, size and time agree)") == of(Kind::partly_sent));
  CHECK(noted(json, "delivered to all of their recipients already") == of(Kind::sent));
  CHECK(noted(json, "copies that go only to recipients") == of(Kind::partly_copy));
  // Whom nothing certain names: each behind a held message or a note, none passed over in silence.
  CHECK(verdict.hidden ==
        of(Kind::list_lost) + of(Kind::bounce) + of(Kind::nobody) + of(Kind::mixed_log) + of(Kind::reused_id));
  const auto audit = window.ask({"audit", "--recovery", window.recovery.string()});
  CHECK(audit.json["rederived"]["different"] == 0);
  CHECK(audit.json["rederived"]["checked"] == json["replayed"]);
  std::cout << "mixed queue, seed " << seed << ": " << size << " messages, replayed " << json["replayed"]
            << ", duplicate " << json["duplicate"] << ", held " << json["held"] << ", skipped " << json["skipped"]
            << "; recipients lost " << verdict.lost << ", doubled " << verdict.doubled << ", strangers "
            << verdict.strangers << ", behind a held message or a note " << verdict.hidden << "\n";

  // Again: nothing more is sent.
  const auto before = contents(window.pickup);
  CHECK(window.replay(options).json["now"]["replayed"] == 0);
  CHECK(contents(window.pickup) == before);
}

TEST_CASE("what another recovery folder handed over is not handed over again") {
  const Window first;
  const Window second;
  for (const auto* const window : {&first, &second}) {
    window->put("Queue/a.eml", mail("a", "ann@one.org"));
    window->put("Queue/b.eml", mail("b", "ann@one.org"));
  }
  second.put("Queue/c.eml",
             "x-sender: s@x.org\r\nx-receiver: ann@one.org\r\nx-receiver: new@one.org\r\n" + mail("b", "ann@one.org"));
  second.put("Queue/d.eml", mail("d", "ann@one.org"));
  first.evacuate();
  second.evacuate();
  CHECK(first.replay().json["replayed"] == 2);
  const std::vector<std::string> against{"--against", first.recovery.string()};
  CHECK(second.replay({"--against", second.recovery.string()}).exit == 2);
  CHECK(second.replay({"--against", first.recovery.string(), "--dedup", "off"}).exit == 2);
  const auto plan = second.ask({"plan", "--recovery", second.recovery.string(), "--against", first.recovery.string()});
  CHECK(plan.json["duplicate"] == 2);
  CHECK(plan.json["replay"] == 2);
  const auto explained = second.ask(
      {"explain", "Queue/a.eml", "--recovery", second.recovery.string(), "--against", first.recovery.string()});
  CHECK(explained.json["rule"] == "against");
  CHECK(explained.json["duplicate_of"] == "Queue/a.eml");
  const auto answer = second.replay(against);
  CHECK(answer.json["duplicate"] == 2);
  CHECK(answer.json["replayed"] == 2);
  for (const auto& one : posted(second.pickup)) {
    if (one.content.find("Subject: b") != std::string::npos)
      CHECK(one.recipients == std::vector<std::string>{"new@one.org"});
  }
  CHECK(second.ask({"audit", "--recovery", second.recovery.string()}).exit == 0);
  CHECK(second.ask({"report", "--recovery", second.recovery.string()}).exit == 0);
  CHECK(second.replay({"--dedup", "exact", "--against", first.recovery.string()}).json["now"]["replayed"] == 0);
}

TEST_CASE("a run that left --against out sent again what the other recovery folder had handed over") {
  const Window first;
  const Window second;
  for (const auto* const window : {&first, &second}) {
    window->put("Queue/a.eml", mail("a", "ann@one.org"));
    window->put("Queue/b.eml", mail("b", "ann@one.org"));
    window->evacuate();
  }
  CHECK(first.replay().json["replayed"] == 2);
  CHECK(second.replay({"--against", first.recovery.string()}).json["duplicate"] == 2);
  CHECK(second.replay().json["duplicate"] == 2);
  const auto plan = second.ask({"plan", "--recovery", second.recovery.string()});
  CHECK(plan.json["duplicate"] == 2);
  CHECK(plan.json["notes"].dump().find("remembered") != std::string::npos);
  CHECK(second.replay({"--dedup", "off"}).exit == 2);
  CHECK(posted(second.pickup).empty());
  // Moved: refused, then found where it is, and remembered there.
  const auto moved = first.folder.path() / "moved";
  fs::rename(first.recovery, moved);
  CHECK(second.replay().exit == 5);
  CHECK(second.ask({"plan", "--recovery", second.recovery.string()}).exit == 5);
  CHECK(second.replay({"--against", moved.string()}).json["duplicate"] == 2);
  CHECK(second.replay().json["duplicate"] == 2);
  CHECK(posted(second.pickup).empty());
  fs::rename(moved, first.folder.path() / "gone");
  CHECK(second.replay({"--no-against", "the folder was lost"}).json["replayed"] == 2);
  CHECK(read(second.recovery / "journal.jsonl").find("the folder was lost") != std::string::npos);
}

TEST_CASE("for Exchange's Replay directory its own X-headers are written, and no dots added") {
  const Window window;
  window.put("Queue/a.eml", "Bcc: blind@one.org\r\n" + mail("a", "ann@one.org", "..two\r\n.one\r\n"));
  window.put("Pickup/p", "x-sender: s@x.org\r\nx-receiver: bob@one.org\r\n" + mail("p", "x@y.org"));
  window.evacuate();
  CHECK(window.replay({"--target", "exchange-replay"}).exit == 0);
  std::string all;
  for (const auto& [name, bytes] : contents(window.pickup)) all += bytes;
  const std::string head =
      "X-Sender: <sender@example.com>\r\nX-Receiver: <ann@one.org>\r\nX-Receiver: <blind@one.org>\r\n"
      "X-CreatedBy: requeue\r\n";
  CHECK(all.find(head + "X-EndOfInjectedXHeaders: " + std::to_string(head.size()) +
                 "\r\nFrom: sender@example.com\r\n") != std::string::npos);
  CHECK(all.find("\r\n\r\n..two\r\n.one\r\n") != std::string::npos);
  CHECK(all.find("X-Sender: <s@x.org>\r\nX-Receiver: <bob@one.org>\r\nX-CreatedBy") != std::string::npos);
  CHECK(all.find("x-receiver") == std::string::npos);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).json["rederived"]["different"] == 0);
}

}  // namespace requeue::tests
