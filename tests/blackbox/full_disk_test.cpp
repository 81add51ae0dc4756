// Disks that are full in earnest: a small file system of the system's own. Only root may mount one.
#include <sys/mount.h>
#include <unistd.h>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

constexpr int many = 600;  // a page each is more than the few bytes that are asked for beforehand

// A file system in memory, of a size, at a folder; made larger when there is to be room.
class SmallDisk {
 public:
  explicit SmallDisk(fs::path where) : where_(std::move(where)) {
    fs::create_directories(where_);
    mounted_ = ::mount("tmpfs", where_.c_str(), "tmpfs", 0, "size=1600k") == 0;
    if (!mounted_) WARN("SKIPPED: this account may not mount a small file system");
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(where_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] const fs::path& path() const { return where_; }
  void make_room() const { REQUIRE(::mount("tmpfs", where_.c_str(), "tmpfs", MS_REMOUNT, "size=64m") == 0); }

 private:
  fs::path where_;
  bool mounted_ = false;
};

void fill(const Window& window) {
  for (int i = 0; i < many; ++i) {
    const auto number = std::to_string(i);
    window.put("Queue/NTFS_" + number + ".EML", mail("message-" + number, "u@example.org", "text " + number + "\r\n"));
  }
}

void check_told(const Answer& answer) {
  INFO(answer.err << answer.out);
  CHECK(answer.exit == 1);
  const auto& error = answer.json["error"];
  CHECK_FALSE(error["what"].get<std::string>().empty());
  CHECK_FALSE(error["path"].get<std::string>().empty());
  CHECK_FALSE(error["hint"].get<std::string>().empty());
  CHECK(error["why"].get<std::string>().find("space") != std::string::npos);
}

TEST_CASE("a recovery folder on a full disk: nothing is removed, and the same command finishes when there is room") {
  Window window;
  const SmallDisk disk(window.folder.path() / "small");
  if (!disk.mounted()) return;
  window.recovery = disk.path() / "recovery";
  fill(window);
  const auto before = contents(window.mailroot);
  check_told(window.ask(window.evacuation()));
  CHECK(contents(window.mailroot) == before);
  disk.make_room();
  const auto again = window.ask(window.evacuation());
  CHECK(again.exit == 0);
  CHECK(again.json["emptied"]["files"] == many);
  CHECK(window.replay().json["replayed"] == many);
}

TEST_CASE("a full disk under Pickup: what is there is counted, and the next run hands over the rest") {
  Window window;
  const SmallDisk disk(window.folder.path() / "small");
  if (!disk.mounted()) return;
  window.pickup = disk.path() / "Pickup";
  fs::create_directories(window.pickup);
  fill(window);
  window.evacuate();
  const auto first = window.replay();
  check_told(first);
  const auto there = posted(window.pickup).size();
  CHECK(there > 0);
  CHECK(there < many);
  CHECK(window.ask({"status", "--recovery", window.recovery.string()}).exit == 0);
  disk.make_room();
  const auto second = window.replay();
  CHECK(second.exit == 0);
  CHECK(second.json["replayed"] == many);
  CHECK(second.json["now"]["replayed"] == many - there);
  CHECK(posted(window.pickup).size() == many);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).exit == 0);
}

TEST_CASE("a journal on a full disk: the replay ends, and the next one knows what it did") {
  Window window;
  const SmallDisk disk(window.folder.path() / "small");
  if (!disk.mounted()) return;
  fill(window);
  window.evacuate();
  // The recovery folder moves to a disk that just holds it.
  disk.make_room();
  window.recovery = disk.path() / "recovery";
  REQUIRE(run({"/bin/cp", {"-a", (window.folder.path() / "recovery").string(), window.recovery.string()}, {}}).exit ==
          0);
  const auto space = fs::space(disk.path());
  const auto size = "size=" + std::to_string(space.capacity - space.available + 64 * 1024);
  REQUIRE(::mount("tmpfs", disk.path().c_str(), "tmpfs", MS_REMOUNT, size.c_str()) == 0);
  check_told(window.replay());
  disk.make_room();
  const auto second = window.replay();
  CHECK(second.exit == 0);
  CHECK(second.json["replayed"] == many);
  CHECK(posted(window.pickup).size() == many);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).exit == 0);
}

TEST_CASE("a restore onto a full disk: what stands is whole, and the next run puts back the rest") {
  const Window window;
  const SmallDisk disk(window.folder.path() / "small");
  if (!disk.mounted()) return;
  fill(window);
  const auto before = contents(window.mailroot / "Queue");
  window.evacuate();
  const auto target = disk.path() / "mailroot";
  const std::vector<std::string> restoring{"restore", "--recovery", window.recovery.string(), "--mailroot",
                                           target.string()};
  check_told(window.ask(restoring));
  for (const auto& [name, bytes] : contents(target / "Queue")) {
    INFO(name);
    CHECK(before.at(name) == bytes);
  }
  disk.make_room();
  CHECK(window.ask(restoring).exit == 0);
  CHECK(contents(target / "Queue") == before);
}

TEST_CASE("the space check before a replay asked for the whole snapshot, also with --limit and after a part was sent") {
  const Window window;
  const SmallDisk disk(window.folder.path() / "small");
  if (!disk.mounted()) return;
  REQUIRE(::mount("tmpfs", disk.path().c_str(), "tmpfs", MS_REMOUNT, "size=4m") == 0);
  fs::create_directories(disk.path() / "Pickup");
  const std::string body(1500, 'x');
  std::string large;
  while (large.size() < 1500 * 1024) large += body + "\r\n";
  for (const char* const name : {"a", "b", "c"})
    window.put(std::string("Queue/") + name + ".EML", mail(name, "u@example.org", large));
  window.evacuate();
  const auto replay = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"replay", "--recovery", window.recovery.string(), "--pickup",
                               (disk.path() / "Pickup").string(), "--no-probe", "drill"});
    return window.ask(more);
  };
  const auto lines = read(window.recovery / "journal.jsonl");
  CHECK(replay({"-n"}).exit == 5);
  CHECK(replay({}).exit == 5);
  CHECK(read(window.recovery / "journal.jsonl") == lines);
  CHECK(replay({"-n", "--limit", "1"}).exit == 0);
  for (int i = 0; i < 3; ++i) {
    const auto part = replay({"--limit", "1"});
    CHECK(part.exit == (i == 2 ? 0 : 3));
    CHECK(part.json["now"]["replayed"] == 1);
    // As a service takes it.
    for (const auto& taken : posted(disk.path() / "Pickup")) fs::remove(disk.path() / "Pickup" / taken.name);
  }
  CHECK(replay({}).exit == 0);  // nothing is left to go
}

}  // namespace
}  // namespace requeue::tests
