// The service is alive while a replay runs: it takes files at any moment, crashes and starts again, holds on to what it
// has, stands still, refuses mail; and another program uses Pickup and Queue at the same time.
#include <csignal>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/live.h"
#include "blackbox/served.h"

namespace requeue::tests {
namespace {

constexpr int many = 40;

class Live : public Served {
 public:
  // Emptied, with `count` messages in the snapshot and nothing sent.
  explicit Live(int count = many) {
    for (int i = 0; i < count; ++i) {
      const auto number = std::to_string(i);
      put("Queue/NTFS_" + number + ".EML", mail("message-" + number, "u" + number + "@example.org"));
    }
    evacuate();
  }

  [[nodiscard]] std::vector<std::string> replaying(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"replay", "--recovery", recovery.string(), "--no-probe", "the service is alive"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  void signal_service(int number) const { ::kill(static_cast<pid_t>(std::stol(read(state / "lock"))), number); }
  // A kill leaves the lock to the kernel, which may take a moment.
  void start_service() const {
    REQUIRE(eventually([&] { return standin("start") == 0; }));
  }
  // Subject to how often it was delivered.
  [[nodiscard]] std::map<std::string, int> delivered() const {
    std::map<std::string, int> all;
    for (const auto& [name, bytes] : contents(deliver)) {
      if (fs::path(name).filename() != "message.eml") continue;
      const auto at = bytes.find("Subject: ") + 9;
      ++all[bytes.substr(at, bytes.find("\r\n", at) - at)];
    }
    return all;
  }
  void check_each_delivered_once(int count = many) const {
    CHECK(eventually([&] { return delivered().size() >= static_cast<std::size_t>(count); }));
    const auto all = delivered();
    CHECK(all.size() == static_cast<std::size_t>(count));
    for (const auto& [subject, times] : all) {
      INFO(subject);
      CHECK(times == 1);
    }
    CHECK(ask({"audit", "--recovery", recovery.string()}).exit == 0);
  }
};

TEST_CASE("the service takes files at any moment, crashes and starts again: each message is delivered once") {
  const Live window;
  window.start_service();
  Background replay(window.replaying({"--batch", "1"}));
  int crashes = 0;
  while (!replay.ended()) {
    const auto before = window.delivered().size();
    eventually([&] { return replay.ended() || window.delivered().size() > before; });
    window.signal_service(SIGKILL);
    window.start_service();
    ++crashes;
  }
  const auto ran = replay.result();
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 0);
  CHECK(crashes > 0);
  window.check_each_delivered_once();
}

TEST_CASE("what another program puts into Pickup and Queue meanwhile is never touched") {
  const Live window;
  write(window.mailroot / "Queue/note.txt", "of another program");
  write(window.mailroot / "Pickup/folder/inner.txt", "of another program");
  const auto note = window.mailroot / "Queue/note.txt";
  const auto written = fs::last_write_time(note);
  Background replay(window.replaying({"--batch", "1"}));
  int others = 0;
  const auto drop = [&](const std::string& folder, const std::string& name) {
    const auto temporary = window.folder.path() / "other.tmp";
    write(temporary,
          "x-sender: o@example.com\r\nx-receiver: p@example.com\r\n" + mail("other " + name, "p@example.com"));
    fs::rename(temporary, window.mailroot / folder / name);
  };
  while (!replay.ended() || others == 0) {
    const auto number = std::to_string(others++);
    drop("Pickup", "other-" + number + ".txt");
    // As if it were another recovery folder's, and as if it were one of ours cut short.
    drop("Pickup", "0123456789abcdef-0123456789abcdef-" + number + ".eml");
    drop("Queue", "NTFS_other" + number + ".EML");
    const auto before = contents(window.mailroot / "Pickup").size();
    eventually([&] { return replay.ended() || contents(window.mailroot / "Pickup").size() > before; });
  }
  CHECK(replay.result().exit == 0);
  CHECK(window.ask(window.replaying()).exit == 0);
  const auto pickup = contents(window.mailroot / "Pickup"), queue = contents(window.mailroot / "Queue");
  for (int i = 0; i < others; ++i) {
    const auto number = std::to_string(i);
    CHECK(pickup.count("other-" + number + ".txt") == 1);
    CHECK(pickup.count("0123456789abcdef-0123456789abcdef-" + number + ".eml") == 1);
    CHECK(queue.count("NTFS_other" + number + ".EML") == 1);
  }
  CHECK(pickup.at("folder/inner.txt") == "of another program");
  CHECK(queue.at("note.txt") == "of another program");
  CHECK(fs::last_write_time(note) == written);
  // Ours, theirs, the folder and what is in it.
  CHECK(pickup.size() == static_cast<std::size_t>(many + 2 * others + 2));
  window.start_service();
  CHECK(eventually([&] { return window.delivered().size() >= static_cast<std::size_t>(many + 3 * others); }));
  for (const auto& [subject, times] : window.delivered()) {
    INFO(subject);
    CHECK(times == 1);
  }
}

TEST_CASE("a service that stands still holds up --wait, and Ctrl-C ends it; the next run goes on") {
  const Live window;
  window.start_service();
  window.signal_service(SIGSTOP);
  const auto number = window.folder.path() / "process";
  Background replay(window.replaying({"--batch", "5", "--wait"}), number);
  // Several looks at a Pickup that does not drain: still the first batch.
  REQUIRE(eventually([&] { return contents(window.mailroot / "Pickup").size() == 5; }));
  ::kill(static_cast<pid_t>(std::stol(read(number))), SIGINT);
  const auto ran = replay.result();
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 130);
  CHECK(contents(window.mailroot / "Pickup").size() == 5);
  window.signal_service(SIGCONT);
  CHECK(window.ask(window.replaying()).exit == 0);
  window.check_each_delivered_once();
}

TEST_CASE("a slow service and domains that stick: what it holds in Queue is its own, and is told") {
  const Live window(6);
  write(window.state / "stick", "");
  window.start_service();
  CHECK(window.ask(window.replaying()).exit == 0);
  CHECK(eventually([&] { return contents(window.mailroot / "Queue").size() >= 6; }));
  const auto again = window.ask(window.replaying());
  CHECK(again.exit == 0);
  CHECK(again.json["now"]["replayed"] == 0);
  CHECK(again.json["look"]["queue_after"] == 6);
  CHECK(window.delivered().empty());
  fs::remove(window.state / "stick");
  window.check_each_delivered_once(6);
}

TEST_CASE("a Badmail that grows stops the replay, and the rest stays pending for the next one") {
  const Live window;
  write(window.state / "reject", "*");
  window.start_service();
  const auto first = window.ask(window.replaying({"--batch", "1", "--wait", "--stop-on-badmail", "3"}));
  INFO(first.err);
  CHECK(first.exit == 3);
  const auto replayed = first.json["replayed"].get<int>();
  CHECK(replayed >= 3);
  CHECK(first.json["pending"] == many - replayed);
  CHECK(first.err.find("Badmail") != std::string::npos);
  CHECK(eventually([&] {
    int bad = 0;
    for (const auto& [name, bytes] : contents(window.mailroot / "Badmail")) bad += fs::path(name).extension() == ".BAD";
    return bad == replayed;
  }));
  fs::remove(window.state / "reject");
  const auto second = window.ask(window.replaying());
  CHECK(second.exit == 0);
  CHECK(second.json["now"]["replayed"] == many - replayed);
  window.check_each_delivered_once(many - replayed);
}

}  // namespace
}  // namespace requeue::tests
