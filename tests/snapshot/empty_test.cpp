// Emptying: the files of the snapshot go, if they are still the ones that were copied, and nothing else does.
#include "snapshot/bench.h"
#include "support/altered_files.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

// Other bytes or none, but the very times that the file had.
void write_with_old_time(const Path& path, const std::string& bytes) {
  const auto time = fs::last_write_time(path);
  write(path, bytes);
  fs::last_write_time(path, time);
}

}  // namespace

TEST_CASE("Emptying removes every file below the folders and leaves every folder", "[empty]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/deep/er/b.eml", "two");
  bench.add("Drop/c.eml", "three");
  bench.add("Other/d.txt", "four");
  bench.snapshotted();
  const auto emptied = bench.empty();
  CHECK(emptied.files == 4);
  CHECK(emptied.kept == 0);
  CHECK(emptied.newcomers == 0);
  CHECK(emptied.named.empty());
  CHECK(contents(bench.mailroot()) == Contents{{"Badmail", "/"},
                                               {"Drop", "/"},
                                               {"Other", "/"},
                                               {"Pickup", "/"},
                                               {"Queue", "/"},
                                               {"Queue/deep", "/"},
                                               {"Queue/deep/er", "/"}});
  CHECK(bench.events("emptied").at(0)["files"] == 4);
  CHECK(bench.recovery().state().emptied);
}

TEST_CASE("Mailbox, kept folders and files in the Mailroot itself stay, and are counted as kept", "[empty]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Drop/b.eml", "two");
  bench.add("mailbox/example.org/P1.eml", "live mail of a POP3 user");
  bench.add("smtp.log", "log");
  bench.options.keep = {"DROP/"};
  bench.snapshotted();
  const auto emptied = bench.empty();
  CHECK(emptied.files == 1);
  CHECK(emptied.kept == 3);
  CHECK(emptied.newcomers == 0);
  CHECK(read(bench.mailroot() / "Drop/b.eml") == "two");
  CHECK(read(bench.mailroot() / "mailbox/example.org/P1.eml") == "live mail of a POP3 user");
  CHECK(read(bench.mailroot() / "smtp.log") == "log");
}

TEST_CASE("Mailbox is emptied only where that is asked for", "[empty]") {
  Bench bench;
  bench.add("Mailbox/example.org/P1.eml", "mail");
  bench.options.empty_mailbox = true;
  bench.snapshotted();
  CHECK(bench.empty().files == 1);
  CHECK_FALSE(fs::exists(bench.mailroot() / "Mailbox/example.org/P1.eml"));
}

TEST_CASE("A read-only file is removed", "[empty]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  fs::permissions(bench.mailroot() / "Queue/a.EML", fs::owner_read);
  bench.snapshotted();
  CHECK(bench.empty().files == 1);
}

TEST_CASE("A file that came after the snapshot is left and named", "[empty]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  bench.add("Queue/new.EML", "new");
  bench.add("Drop/deep/new.eml", "new");
  const auto emptied = bench.empty();
  CHECK(emptied.files == 1);
  CHECK(emptied.newcomers == 2);
  CHECK(emptied.named == std::vector<std::string>{"Drop/deep/new.eml: came or changed after the snapshot: left",
                                                  "Queue/new.EML: came or changed after the snapshot: left"});
  CHECK(read(bench.mailroot() / "Queue/new.EML") == "new");
}

TEST_CASE("A file that is no longer the one that was copied is left, named, and recorded", "[empty]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.snapshotted();
  const auto path = bench.mailroot() / "Queue/a.EML";
  SECTION("longer") {
    write(path, "one and more");
  }
  SECTION("of the same length") {
    write(path, "onE");
  }
  SECTION("of the same length and write time") {
    write_with_old_time(path, "onE");
  }
  SECTION("another file under its name") {
    write(bench.mailroot() / "new", "onE");
    fs::rename(bench.mailroot() / "new", path);
  }
  SECTION("a folder under its name") {
    fs::remove(path);
    write(path / "inside.EML", "one");
  }
  const auto before = contents(bench.mailroot());
  const auto emptied = bench.empty();
  CHECK(emptied.files == 1);
  CHECK(emptied.newcomers == 1);
  CHECK(emptied.kept == 0);
  CHECK(bench.recovery().state().left_in_place.count("Queue/a.EML") == 1);
  CHECK(bench.events("left_in_place").at(0)["source"] == "Queue/a.EML");
  auto expected = before;
  expected.erase("Queue/b.EML");
  CHECK(contents(bench.mailroot()) == expected);
}

TEST_CASE("Equal bytes under newer times or other rights are the file that was copied, and go", "[empty]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  const auto path = bench.mailroot() / "Queue/a.EML";
  SECTION("with other rights") {
    fs::permissions(path, fs::owner_read);
  }
  SECTION("written again") {
    write(path, "one");
  }
  SECTION("copied over") {
    write(bench.mailroot() / "copy", "one");
    fs::rename(bench.mailroot() / "copy", path);
  }
  CHECK(bench.empty().files == 1);
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("Where files have no identity and times tell nothing, the bytes decide", "[empty]") {
  auto files = std::make_shared<AlteredFiles>();
  files->alter_status = [](files::Status& status) {
    status.identity = {};
    status.written = status.changed = {1, 0};
  };
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.snapshotted();
  bench.add("Queue/b.EML", "six");
  const auto emptied = bench.empty();
  CHECK(emptied.files == 1);
  CHECK(bench.recovery().state().left_in_place.count("Queue/b.EML") == 1);
  CHECK(read(bench.mailroot() / "Queue/b.EML") == "six");
}

TEST_CASE("Equal bytes with another stream are another file", "[empty]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  if (!bench.add_stream_if_kept("Queue/a.EML", "PROPERTIES", "envelope")) return;
  bench.snapshotted();
  SECTION("changed") {
    fs::remove(bench.mailroot() / "Queue/a.EML");
    bench.add("Queue/a.EML", "one");
    bench.add_stream_if_kept("Queue/a.EML", "PROPERTIES", "Envelope");
  }
  SECTION("one more") {
    bench.add_stream_if_kept("Queue/a.EML", "PROPERTIES-LIVE", "e");
  }
  SECTION("none") {
    fs::remove(bench.mailroot() / "Queue/a.EML");
    bench.add("Queue/a.EML", "one");
  }
  const auto emptied = bench.empty();
  CHECK(emptied.files == 0);
  CHECK(emptied.newcomers == 1);
  CHECK(read(bench.mailroot() / "Queue/a.EML") == "one");
}

TEST_CASE("A file that is gone before we could remove it is recorded as gone, never as removed", "[empty]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.snapshotted();
  fs::remove(bench.mailroot() / "Queue/a.EML");
  const auto emptied = bench.empty();
  CHECK(emptied.files == 1);
  REQUIRE(emptied.named.size() == 1);
  CHECK(emptied.named[0].find("Queue/a.EML: gone") == 0);
  CHECK(bench.events("gone").at(0)["source"] == "Queue/a.EML");
  CHECK(bench.recovery().state().gone.count("Queue/a.EML") == 1);
}

TEST_CASE("The file is looked at once more right before it is removed", "[empty]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.snapshotted();
  const auto path = bench.mailroot() / "Queue/b.EML";
  SECTION("changed while the one before it went") {
    files->before("remove_file", [=](const Call& call) {
      if (call.path == "Queue/a.EML") write(path, "newer mail");
    });
    const auto emptied = bench.empty();
    CHECK(emptied.files == 1);
    CHECK(emptied.newcomers == 1);
    CHECK(read(path) == "newer mail");
    CHECK(bench.recovery().state().left_in_place.count("Queue/b.EML") == 1);
  }
  SECTION("gone while the one before it went") {
    files->before("remove_file", [=](const Call& call) {
      if (call.path == "Queue/a.EML") fs::remove(path);
    });
    CHECK(bench.empty().files == 1);
    CHECK(bench.recovery().state().gone.count("Queue/b.EML") == 1);
  }
}

TEST_CASE("A file that cannot be removed in three tries is left, named, and the others go", "[empty]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.snapshotted();
  Fault fault{"remove_file", "Queue/a.EML", 1, Cause::denied, true};
  fault.cause = GENERATE(Cause::denied, Cause::busy);
  SECTION("for good") {
    files->add(fault);
    const auto emptied = bench.empty();
    CHECK(files->failed() == 3);
    CHECK(emptied.files == 1);
    CHECK(emptied.kept == 1);
    CHECK(emptied.newcomers == 0);
    REQUIRE(emptied.named.size() == 1);
    CHECK(emptied.named[0].find("Queue/a.EML: left in place: ") == 0);
    CHECK(bench.recovery().state().left_in_place.count("Queue/a.EML") == 1);
    CHECK(read(bench.mailroot() / "Queue/a.EML") == "one");
  }
  SECTION("until the third") {
    fault.for_ever = false;
    files->add(fault);
    files->add(fault);
    CHECK(bench.empty().files == 2);
  }
}

TEST_CASE("A broken or full disk ends the run, and nothing is said to be emptied", "[empty]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.snapshotted();
  Fault fault{"remove_file", "Queue/b.EML", 1, Cause::io, true};
  fault.cause = GENERATE(Cause::io, Cause::no_space);
  files->add(fault);
  const auto emptied = bench.try_empty();
  REQUIRE_FALSE(emptied);
  CHECK(emptied.error().exit == Exit::failed);
  CHECK(files->failed() == 1);
  CHECK(bench.events("emptied").empty());
  files->heal();
  bench.open();
  CHECK(bench.empty().files == 2);
}

}  // namespace requeue::tests
