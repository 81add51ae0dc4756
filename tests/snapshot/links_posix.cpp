// Links and special files: recorded and named, never opened, never followed, never removed, never made.
#include <algorithm>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "snapshot/bench.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

void add_others(Bench& bench) {
  write(bench.other() / "secret", "not mail");
  fs::create_symlink(bench.other() / "secret", bench.mailroot() / "Queue/link.EML");
  fs::create_symlink(bench.other(), bench.mailroot() / "Queue/folder");
  fs::create_symlink("gone\x1b[31m", bench.mailroot() / "Queue/dangling");
  REQUIRE(::mkfifo((bench.mailroot() / "Queue/pipe").c_str(), 0600) == 0);
}

}  // namespace

TEST_CASE("Links and special files are recorded with their target and named; what they lead to is not copied",
          "[snapshot]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  add_others(bench);
  bench.open();
  files->forget();
  const auto taken = bench.take();
  CHECK(taken.facts.files == 1);
  CHECK(taken.facts.others == 4);
  CHECK(taken.others == std::vector<std::string>{
                            "Queue/dangling -> gone\\x1b[31m", "Queue/folder -> " + bench.other().string(),
                            "Queue/link.EML -> " + (bench.other() / "secret").string(), "Queue/pipe (special file)"});
  CHECK(contents(bench.stored("Queue")) == Contents{{"a.EML", "one"}});
  const auto entries = entries_of(bench.bag());
  CHECK(entries.at("Queue/link.EML")["kind"] == "link");
  CHECK(entries.at("Queue/link.EML")["target"] == (bench.other() / "secret").string());
  CHECK_FALSE(entries.at("Queue/link.EML").contains("stored"));
  CHECK(entries.at("Queue/pipe")["kind"] == "special");
  for (const auto& call : files->lines({"open"})) {
    INFO(call);
    CHECK((call == "open Queue/a.EML" || call.find("snapshot/") != std::string::npos));
  }
  CHECK(bench.verify().verified.ok);
}

TEST_CASE("Emptying removes no link and no special file, and nothing that a link leads to", "[snapshot]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  add_others(bench);
  bench.snapshotted();
  const auto emptied = bench.empty();
  CHECK(emptied.files == 1);
  CHECK(emptied.kept == 0);
  const auto left = contents(bench.mailroot() / "Queue");
  CHECK(left.size() == 4);
  CHECK(left.at("pipe") == "special");
  CHECK(read(bench.other() / "secret") == "not mail");
}

TEST_CASE("Restore makes no link and no special file, and names each", "[snapshot]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  fs::create_symlink("/etc/passwd", bench.mailroot() / "Queue/link.EML");
  REQUIRE(::mkfifo((bench.mailroot() / "Queue/pipe").c_str(), 0600) == 0);
  bench.open();
  bench.take();
  const auto restored = bench.restore_elsewhere();
  CHECK(restored.restored == 1);
  CHECK(restored.left_out ==
        std::vector<std::string>{"Queue/link.EML: a link to /etc/passwd: links are recorded, never made",
                                 "Queue/pipe: a special file: recorded, never made"});
  CHECK(contents(bench.other() / "Queue") == Contents{{"a.EML", "one"}});
}

TEST_CASE("A folder that becomes a link after the snapshot is not emptied through the link", "[snapshot]") {
  Bench bench;
  bench.add("Queue/deep/a.EML", "one");
  bench.snapshotted();
  fs::rename(bench.mailroot() / "Queue/deep", bench.other());
  fs::create_symlink(bench.other(), bench.mailroot() / "Queue/deep");
  const auto emptied = bench.empty();
  CHECK(emptied.files == 0);
  CHECK(contents(bench.other()) == Contents{{"a.EML", "one"}});
  CHECK_FALSE(emptied.named.empty());
}

TEST_CASE("A file that becomes a link after the snapshot stays, as does what the link leads to", "[snapshot]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  fs::rename(bench.mailroot() / "Queue/a.EML", bench.mailroot() / "kept.EML");
  fs::create_symlink(bench.mailroot() / "kept.EML", bench.mailroot() / "Queue/a.EML");
  const auto emptied = bench.empty();
  CHECK(emptied.files == 0);
  CHECK(emptied.newcomers == 2);
  CHECK(read(bench.mailroot() / "kept.EML") == "one");
  CHECK(fs::is_symlink(bench.mailroot() / "Queue/a.EML"));
}

TEST_CASE("A file of the snapshot that was replaced by a link is damage, whatever the link leads to", "[snapshot]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.open();
  bench.take();
  fs::rename(bench.stored("Queue/a.EML"), bench.other());
  fs::create_symlink(bench.other(), bench.stored("Queue/a.EML"));
  const auto result = bench.verify();
  REQUIRE(result.wrong.size() == 1);
  CHECK(result.wrong[0].path == "data/mailroot/Queue/a.EML");
  CHECK(result.wrong[0].why == "a link stands in its place");
}

TEST_CASE("A link in an unsealed snapshot, which is none of ours, is not followed when that is cleared away",
          "[snapshot]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  write(bench.other() / "kept", "kept");
  bench.open();
  fs::create_directories(bench.stored("Queue"));
  fs::create_symlink(bench.other(), bench.stored("Queue/link"));
  const auto taken = bench.try_take();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().cause == Cause::is_link);
  CHECK(taken.error().path == (bench.stored("Queue/link")).string());
  CHECK(contents(bench.other()) == Contents{{"kept", "kept"}});
  fs::remove(bench.stored("Queue/link"));
  bench.take();
  CHECK(contents(bench.stored("Queue")) == Contents{{"a.EML", "one"}});
}

// Here and not with the other links: Wine removes a name of an open file when that is closed, whatever has it by then.
TEST_CASE("A linked file whose place in the bag is taken before it is read is linked anew", "[link]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  bench.taking.method = snapshot::Method::link;
  bench.add_messages(3);
  const auto before = contents(bench.mailroot());
  bool taken = false;
  files->before("open", [&](const Call& call) {
    if (taken || call.path != "snapshot/data/mailroot/Queue/0001.EML") return;
    taken = true;
    fs::remove(bench.stored("Queue/0001.EML"));
    write(bench.stored("Queue/0001.EML"), std::string(before.at("Queue/0001.EML").size(), '?'));  // of the same size
  });
  bench.open();
  CHECK(bench.take().linked == 3);
  CHECK(taken);
  CHECK(contents(bench.stored("")) == before);
  CHECK(bench.verify().verified.ok);
}

}  // namespace requeue::tests
