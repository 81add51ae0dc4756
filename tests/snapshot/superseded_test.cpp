// A snapshot taken anew: what the sealed one before it held and the tree does no longer is never erased.
#include "snapshot/bench.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

// The payload that stands in superseded/, by its path below it.
Contents superseded(const Bench& bench) {
  Contents found;
  if (!fs::exists(bench.home() / "superseded")) return found;
  for (const auto& [name, bytes] : contents(bench.home() / "superseded")) {
    if (bytes != "/" && name.find("/data/") != std::string::npos) found[name] = bytes;
  }
  return found;
}

}  // namespace

TEST_CASE("Of a tree that did not change, nothing of the earlier snapshot stays", "[superseded]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  CHECK(bench.take().superseded.empty());
  CHECK_FALSE(fs::exists(bench.home() / "superseded"));
  CHECK(bench.events("snapshot").size() == 2);
  CHECK(bench.verify().verified.ok);
}

TEST_CASE("Files of a sealed snapshot that are gone or changed since are kept in superseded/, named and recorded",
          "[superseded]") {
  Bench bench;
  bench.add("Queue/gone.EML", "gone");
  bench.add("Queue/changed.EML", "old");
  bench.add("Queue/same.EML", "same");
  bench.add("Drop/moved.eml", "moved");
  bench.snapshotted();
  fs::remove(bench.mailroot() / "Queue/gone.EML");
  bench.add("Queue/changed.EML", "new");
  fs::rename(bench.mailroot() / "Drop/moved.eml", bench.mailroot() / "Queue/moved.eml");
  const auto taken = bench.take();
  const auto gone = entries_of(bench.home() / "superseded/1").at("Queue/gone.EML")["stored"].get<std::string>();
  CHECK(superseded(bench) == Contents{{"1/data/mailroot/Drop/moved.eml", "moved"},
                                      {"1/data/mailroot/Queue/changed.EML", "old"},
                                      {"1/" + gone, "gone"}});
  CHECK(taken.superseded == std::vector<std::string>{"superseded/1/data/mailroot/Drop/moved.eml",
                                                     "superseded/1/data/mailroot/Queue/changed.EML",
                                                     "superseded/1/" + gone});
  CHECK(bench.events("snapshot").at(1)["superseded"] == Json(taken.superseded));
  CHECK(entries_of(bench.bag()).count("Queue/changed.EML") == 1);
  CHECK(read(bench.stored("Queue/changed.EML")) == "new");
}

TEST_CASE("Each sealed snapshot gets a place of its own", "[superseded]") {
  Bench bench;
  bench.add("Queue/a.EML", "first");
  bench.snapshotted();
  bench.add("Queue/a.EML", "second");
  bench.take();
  bench.add("Queue/a.EML", "third");
  const auto taken = bench.take();
  CHECK(superseded(bench) ==
        Contents{{"1/data/mailroot/Queue/a.EML", "first"}, {"2/data/mailroot/Queue/a.EML", "second"}});
  CHECK(taken.superseded.size() == 2);
}

TEST_CASE("Bytes that come back are in the snapshot again, and go from superseded/", "[superseded]") {
  Bench bench;
  bench.add("Queue/a.EML", "first");
  bench.snapshotted();
  bench.add("Queue/a.EML", "second");
  bench.take();
  bench.add("Queue/a.EML", "first");
  CHECK(bench.take().superseded == std::vector<std::string>{"superseded/2/data/mailroot/Queue/a.EML"});
}

TEST_CASE("A stream that the file has lost since is kept", "[superseded]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  if (!bench.add_stream_if_kept("Queue/a.EML", "PROPERTIES", "envelope")) return;
  bench.snapshotted();
  fs::remove(bench.mailroot() / "Queue/a.EML");
  bench.add("Queue/a.EML", "one");
  CHECK(bench.take().superseded == std::vector<std::string>{"superseded/1/data/streams/00000001"});
  CHECK(superseded(bench) == Contents{{"1/data/streams/00000001", "envelope"}});
}

TEST_CASE("A snapshot that was never sealed never was one: it goes", "[superseded]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.open();
  write(bench.stored("Queue/half.EML"), "ha");
  CHECK(bench.take().superseded.empty());
  CHECK_FALSE(fs::exists(bench.home() / "superseded"));
  CHECK_FALSE(fs::exists(bench.stored("Queue/half.EML")));
}

TEST_CASE("What a person put beside a superseded snapshot stays", "[superseded]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  write(bench.bag() / "note.txt", "mine");
  CHECK(bench.take().superseded.empty());
  CHECK(read(bench.home() / "superseded/1/note.txt") == "mine");
}

TEST_CASE("A sealed snapshot whose list cannot be read is kept whole", "[superseded]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  write(bench.bag() / "files.jsonl", "no list\n");
  CHECK(bench.take().superseded == std::vector<std::string>{"superseded/1"});
  CHECK(superseded(bench) == Contents{{"1/data/mailroot/Queue/a.EML", "one"}});
}

TEST_CASE("A file in place of snapshot/ is damage, and left alone", "[superseded]") {
  Bench bench;
  bench.open();
  write(bench.home() / "snapshot", "no folder");
  const auto taken = bench.try_take();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().exit == Exit::verification);
  CHECK(read(bench.home() / "snapshot") == "no folder");
}

TEST_CASE("Between two snapshots nothing can be emptied: the old one is put aside, the new one not verified",
          "[superseded]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  bench.add("Queue/b.EML", "two");
  SECTION("cut short before it was sealed") {
    files->add({"rename", "tagmanifest", 1, Cause::io, true});
  }
  SECTION("sealed and not recorded") {
    files->add({"write", "journal.jsonl", 1, Cause::io, true});
  }
  REQUIRE_FALSE(bench.try_take());
  files->heal();
  bench.open();
  CHECK(bench.recovery().state().verified_now());  // of the old one, which the journal still has for the newest
  const auto emptied = bench.try_empty();
  REQUIRE_FALSE(emptied);
  CHECK(emptied.error().exit == Exit::verification);
  CHECK(contents(bench.mailroot() / "Queue").size() == 2);
  CHECK(bench.take().facts.files == 2);
  CHECK_FALSE(fs::exists(bench.home() / "superseded"));
}

}  // namespace requeue::tests
