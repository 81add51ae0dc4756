// Restore into a folder other than the Mailroot: a plain copy of the tree as it was, over nothing that stands there.
#include <algorithm>

#include "snapshot/bench.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

void set_time(const Path& path, std::int64_t seconds) {
  const bool folder = fs::is_directory(path);
  const auto tree = files::real_files()->open(folder ? path : path.parent_path()).value();
  files::Attributes attributes;
  attributes.written = Timestamp{seconds, 123456700};
  REQUIRE(tree->set_attributes(folder ? "" : path.filename().string(), attributes));
}

}  // namespace

TEST_CASE("Restored into an empty folder, the tree is as it was: bytes, times and modes, of folders and the root too",
          "[restore]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/deep/b.EML", std::string(600000, 'x'));
  bench.add("smtp.log", "");
  fs::create_directories(bench.mailroot() / "Route/empty");
  fs::permissions(bench.mailroot() / "Queue/a.EML", fs::owner_read);
  fs::permissions(bench.mailroot() / "Queue/deep", fs::owner_read | fs::owner_exe);
  for (const auto* const name : {"Queue/a.EML", "Queue/deep/b.EML", "Queue/deep", "Queue", "Route/empty", ""}) {
    set_time(bench.mailroot() / name, 1400000000 + std::string(name).size());
  }
  const auto before = fingerprint(bench.mailroot());
  const auto root = bench.files().open(bench.mailroot()).value()->status("")->written;
  bench.snapshotted();
  bench.empty();
  bench.end();
  const auto restored = bench.restore_elsewhere();
  CHECK(restored.restored == 3);
  CHECK(restored.present == 0);
  CHECK(restored.conflicts.empty());
  CHECK(restored.left_out.empty());
  CHECK_FALSE(restored.damaged);
  CHECK(fingerprint(bench.other()) == before);
  CHECK(bench.files().open(bench.other()).value()->status("")->written == root);
}

TEST_CASE("Restored again, what stands there already is counted and left alone", "[restore]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.open();
  bench.take();
  bench.restore_elsewhere();
  fs::remove(bench.other() / "Queue/b.EML");
  const auto restored = bench.restore_elsewhere();
  CHECK(restored.restored == 1);
  CHECK(restored.present == 1);
  CHECK(contents(bench.other()) == contents(bench.mailroot()));
}

TEST_CASE("A different file is never overwritten: it is named, and the others are put back", "[restore]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.open();
  bench.take();
  const std::string theirs = GENERATE("eno", "one and more", "");
  write(bench.other() / "Queue/a.EML", theirs);
  const auto restored = bench.restore_elsewhere();
  CHECK(restored.restored == 1);
  CHECK(restored.present == 0);
  REQUIRE(restored.conflicts.size() == 1);
  CHECK(restored.conflicts[0].find("Queue/a.EML") == 0);
  CHECK(read(bench.other() / "Queue/a.EML") == theirs);
}

TEST_CASE("A file that comes while its place is being filled is not overwritten", "[restore]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.open();
  bench.take();
  files->before("rename", [&](const Call& call) {
    if (call.to == "Queue/a.EML") write(bench.other() / "Queue/a.EML", "theirs");
  });
  static_cast<void>(bench.try_restore_elsewhere());
  CHECK(contents(bench.other() / "Queue") == Contents{{"a.EML", "theirs"}});
}

TEST_CASE("A file where a folder should be, or a folder where a file should be, is left and named", "[restore]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.add("Drop/c.eml", "three");
  bench.open();
  bench.take();
  write(bench.other() / "Queue", "a file");
  fs::create_directories(bench.other() / "Drop/c.eml");
  const auto restored = bench.restore_elsewhere();
  CHECK(restored.restored == 0);
  const auto told = [&](const std::string& name) {
    return std::count_if(restored.conflicts.begin(), restored.conflicts.end(),
                         [&](const std::string& line) { return line.find(name) == 0; });
  };
  CHECK(told("Queue: ") == 1);
  CHECK(told("Drop/c.eml") == 1);
  CHECK(restored.conflicts.size() == 2);
  CHECK(restored.left_out.size() == 2);  // the two messages that have no folder
  CHECK(read(bench.other() / "Queue") == "a file");
  CHECK(contents(bench.other() / "Drop") == Contents{{"c.eml", "/"}});
}

TEST_CASE("Only the named folders are put back, their names compared without case", "[restore]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Drop/deep/b.eml", "two");
  bench.add("smtp.log", "log");
  bench.open();
  bench.take();
  bench.restoring.folders = {"DROP", "nowhere"};
  CHECK(bench.restore_elsewhere().restored == 1);
  CHECK(contents(bench.other()) == Contents{{"Drop", "/"}, {"Drop/deep", "/"}, {"Drop/deep/b.eml", "two"}});
}

TEST_CASE("Single messages are put back without the tree around them", "[restore]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.open();
  bench.take();
  bench.restoring.only = [](const files::Relative& source) { return source == "Queue/b.EML"; };
  CHECK(bench.restore_elsewhere().restored == 1);
  CHECK(contents(bench.other()) == Contents{{"Queue", "/"}, {"Queue/b.EML", "two"}});
}

TEST_CASE("A file has its name only when its bytes are on the disk, and its times and mode are set", "[restore]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.open();
  bench.take();
  bench.end();
  files->forget();
  bench.restoring.only = [](const files::Relative& source) { return source == "Queue/a.EML"; };
  bench.restore_elsewhere();
  const auto calls = files->lines({"create", "flush", "close", "set_attributes", "rename", "flush_folder"});
  const std::string temporary = "Queue/.requeue-restore-1";
  CHECK(calls == std::vector<std::string>{"flush_folder", "create " + temporary, "flush " + temporary,
                                          "close " + temporary, "set_attributes " + temporary,
                                          "rename " + temporary + " -> Queue/a.EML", "flush_folder Queue"});
}

TEST_CASE(
    "The names of new folders are on the disk before a file stands in them, and each folder is flushed once for all",
    "[restore]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  for (int i = 0; i < 50; ++i) fs::create_directories(bench.mailroot() / "Badmail" / std::to_string(i));
  bench.add("Queue/a.EML", "one");
  bench.add("Badmail/7/b.BAD", "two");
  bench.open();
  bench.take();
  bench.end();
  files->forget();
  bench.restore_elsewhere();
  const auto calls = files->lines({"make_folder", "rename", "flush_folder"});
  const auto is_rename = [](const std::string& call) { return call.starts_with("rename "); };
  const auto is_made = [](const std::string& call) { return call.starts_with("make_folder "); };
  const auto made = std::find_if(calls.rbegin(), calls.rend(), is_made).base();
  const auto renamed = std::find_if(calls.begin(), calls.end(), is_rename);
  REQUIRE(renamed != calls.end());
  CHECK(std::count(made, renamed, "flush_folder") == 1);
  CHECK(std::count(made, renamed, "flush_folder Badmail") == 1);
  CHECK(std::count(calls.begin(), calls.end(), "flush_folder Badmail") == 1);
}

TEST_CASE("Streams are put back, those of folders too", "[restore]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  if (!bench.add_stream_if_kept("Queue/a.EML", "PROPERTIES", "envelope")) return;
  bench.add_stream_if_kept("Queue", "of the folder", "f");
  bench.open();
  bench.take();
  CHECK(bench.restore_elsewhere().restored == 1);
  const auto tree = bench.files().open(bench.other()).value();
  const auto stream = [&](const std::string& path, const std::string& name) {
    const auto reader = tree->open_stream(path, name).value();
    return files::read_all(*reader, 100).value();
  };
  CHECK(stream("Queue/a.EML", "PROPERTIES") == "envelope");
  CHECK(stream("Queue", "of the folder") == "f");
}

TEST_CASE("A file with streams is flushed once more when it has them, before it gets its name", "[restore]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  if (!bench.add_stream_if_kept("Queue/a.EML", "PROPERTIES", "envelope")) return;
  bench.open();
  bench.take();
  bench.end();
  files->forget();
  CHECK(bench.restore_elsewhere().restored == 1);
  const std::string temporary = "Queue/.requeue-restore-1";
  const auto calls = files->lines({"write_stream", "flush_file", "rename"});
  CHECK(calls == std::vector<std::string>{"write_stream " + temporary + " -> PROPERTIES", "flush_file " + temporary,
                                          "rename " + temporary + " -> Queue/a.EML"});
}

TEST_CASE("A file with equal bytes and other streams is a different file", "[restore]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  if (!bench.add_stream_if_kept("Queue/a.EML", "PROPERTIES", "envelope")) return;
  bench.open();
  bench.take();
  write(bench.other() / "Queue/a.EML", "one");
  const auto restored = bench.restore_elsewhere();
  CHECK(restored.present == 0);
  CHECK(restored.conflicts.size() == 1);
}

TEST_CASE("Where the volume keeps no streams, a file is put back without them elsewhere, and named each time",
          "[restore]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  if (!bench.add_stream_if_kept("Queue/a.EML", "PROPERTIES", "envelope")) return;
  bench.open();
  bench.take();
  files->tell_volume([](files::Volume& volume) { volume.keeps_streams = false; });
  for (int time = 0; time < 2; ++time) {
    const auto restored = bench.restore_elsewhere();
    CHECK(restored.restored + restored.present == 2);
    REQUIRE(restored.left_out.size() == 1);
    CHECK(restored.left_out[0].find("Queue/a.EML: ") == 0);
    CHECK(restored.left_out[0].find("without its streams") != std::string::npos);
    CHECK(bench.files().open(bench.other()).value()->streams("Queue/a.EML")->empty());
  }
}

TEST_CASE("A stream that was damaged keeps its file from being put back", "[restore]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  if (!bench.add_stream_if_kept("Queue/a.EML", "PROPERTIES", "envelope")) return;
  bench.open();
  bench.take();
  write(bench.bag() / "data/streams/00000001", "Envelope");
  const auto restored = bench.restore_elsewhere();
  CHECK(restored.damaged);
  CHECK(restored.left_out.size() == 1);
  CHECK(contents(bench.other() / "Queue").empty());
}

TEST_CASE("A full disk ends a restore, and no half file stays, under any name", "[restore]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", std::string(1000, 'x'));
  bench.open();
  bench.take();
  Fault full{"write", "Queue/.requeue-restore-2", 1, Cause::no_space};
  full.half_written = true;
  files->add(full);
  const auto restored = bench.try_restore_elsewhere();
  REQUIRE_FALSE(restored);
  CHECK(restored.error().cause == Cause::no_space);
  CHECK(contents(bench.other() / "Queue").empty());
}

TEST_CASE("What a restore that was killed left behind under its own names is cleared away by the next", "[restore]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.open();
  bench.take();
  write(bench.other() / "Queue/.requeue-restore-1", "on");
  write(bench.other() / ".requeue-restore-77", "");
  write(bench.other() / "Queue/.requeue-restore-x", "not ours");
  CHECK(bench.restore_elsewhere().restored == 1);
  CHECK(contents(bench.other() / "Queue") == Contents{{".requeue-restore-x", "not ours"}, {"a.EML", "one"}});
}

TEST_CASE("Such a remnant that a snapshot took along is told, and no obstacle to the rest", "[restore]") {
  Bench bench;
  bench.add("Queue/.requeue-restore-1", "on");
  bench.add("Queue/.requeue-restore-2", "on");
  bench.add("Queue/a.EML", "one");
  bench.open();
  bench.take();
  for (int time = 0; time < 2; ++time) {
    const auto restored = bench.restore_elsewhere();
    CHECK(restored.restored + restored.present == 1);
    CHECK(restored.left_out.size() == 2);
    CHECK(contents(bench.other() / "Queue") == Contents{{"a.EML", "one"}});
  }
}

TEST_CASE("A stop that is asked for ends a restore between two files, and the next one goes on", "[restore]") {
  Bench bench;
  bench.add_messages(300);
  bench.open();
  bench.take();
  bench.ear.stop_after = bench.ear.advanced + 1;
  const auto stopped = bench.try_restore_elsewhere();
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().exit == Exit::interrupted);
  CHECK(contents(bench.other() / "Queue").size() == 256);
  bench.ear = {};
  const auto restored = bench.restore_elsewhere();
  CHECK(restored.present == 256);
  CHECK(restored.restored == 44);
}

TEST_CASE("A plain restore needs no journal", "[restore]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.open();
  bench.take();
  bench.end();
  write(bench.home() / "journal.jsonl", "damaged\n");
  CHECK(bench.restore_elsewhere().restored == 1);
  CHECK(read(bench.home() / "journal.jsonl") == "damaged\n");
}

}  // namespace requeue::tests
