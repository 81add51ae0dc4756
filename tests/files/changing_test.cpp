// Conformance: changing files and folders.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "files/conformance.h"

using namespace requeue;
using namespace requeue::files;
using namespace requeue::tests;

TEMPLATE_TEST_CASE("a file is created once and never over another", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  REQUIRE(write_file(*b.tree, "a", "first"));
  CHECK(cause_of(b.tree->create("a")) == Cause::exists);
  CHECK(cause_of(b.tree->create("absent/a")) == Cause::not_found);
  CHECK(read(b.folder.path() / "a") == "first");
}

TEMPLATE_TEST_CASE("appending goes on at the end and truncating cuts there", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  for (const auto* line : {"one\n", "two\n"}) {
    const auto writer = b.tree->append("journal");
    REQUIRE(writer);
    REQUIRE((*writer)->write(line));
    REQUIRE((*writer)->flush());
    REQUIRE((*writer)->close());
  }
  CHECK(read(b.folder.path() / "journal") == "one\ntwo\n");
  REQUIRE(b.tree->truncate("journal", 4));
  CHECK(read(b.folder.path() / "journal") == "one\n");
  CHECK(cause_of(b.tree->truncate("absent", 0)) == Cause::not_found);
}

TEMPLATE_TEST_CASE("a file takes its name and never replaces", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "Queue" / ".requeue-restore-1", "mine");
  write(b.folder.path() / "Queue" / "taken", "theirs");
  CHECK(cause_of(b.tree->take_name("Queue/.requeue-restore-1", "Queue/taken")) == Cause::exists);
  CHECK(read(b.folder.path() / "Queue" / "taken") == "theirs");
  REQUIRE(b.tree->take_name("Queue/.requeue-restore-1", "Queue/a"));
  CHECK(read(b.folder.path() / "Queue" / "a") == "mine");
  CHECK(cause_of(b.tree->status("Queue/.requeue-restore-1")) == Cause::not_found);
  CHECK(cause_of(b.tree->take_name("Queue/absent", "Queue/b")) == Cause::not_found);
}

TEMPLATE_TEST_CASE("a hard link is the opened file itself, under a name that was free", "", Real, Recording,
                   Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "a", "mine");
  write(b.folder.path() / "taken", "theirs");
  const auto opened = b.tree->open("a");
  REQUIRE(opened);
  CHECK(cause_of(b.tree->create_link(**opened, "taken")) == Cause::exists);
  CHECK(cause_of(b.tree->create_link(**opened, "absent/b")) == Cause::not_found);
  REQUIRE(b.tree->create_link(**opened, "b"));
  CHECK(read(b.folder.path() / "b") == "mine");
  CHECK(b.tree->status("b")->names == 2);
  CHECK(b.tree->status("b")->identity == b.tree->status("a")->identity);
  CHECK(read(b.folder.path() / "taken") == "theirs");
}

TEMPLATE_TEST_CASE("a rename moves within the tree and never replaces", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "staging" / "a", "mine");
  write(b.folder.path() / "Pickup" / "taken", "theirs");
  CHECK(cause_of(b.tree->rename("staging/a", "Pickup/taken")) == Cause::exists);
  CHECK(read(b.folder.path() / "staging" / "a") == "mine");
  CHECK(read(b.folder.path() / "Pickup" / "taken") == "theirs");
  CHECK(cause_of(b.tree->rename("absent", "Pickup/b")) == Cause::not_found);
  CHECK(cause_of(b.tree->rename("staging/a", "absent/b")) == Cause::not_found);
  REQUIRE(b.tree->rename("staging/a", "Pickup/a"));
  CHECK(read(b.folder.path() / "Pickup" / "a") == "mine");
  CHECK(cause_of(b.tree->status("staging/a")) == Cause::not_found);
  CHECK_FALSE(b.tree->rename("Pickup", "Pickup/inner"));
  CHECK(cause_of(b.tree->rename("staging", "Pickup")) == Cause::exists);
}

TEMPLATE_TEST_CASE("removing takes what was named and nothing else", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "Queue" / "a", "1");
  CHECK(cause_of(b.tree->remove_folder("Queue")) == Cause::exists);
  CHECK_FALSE(b.tree->remove_file("Queue"));
  CHECK_FALSE(b.tree->remove_folder("Queue/a"));
  REQUIRE(b.tree->remove_file("Queue/a"));
  CHECK(cause_of(b.tree->remove_file("Queue/a")) == Cause::not_found);
  REQUIRE(b.tree->remove_folder("Queue"));
  CHECK(b.tree->list("")->empty());
  CHECK_FALSE(b.tree->remove_folder(""));
}

TEMPLATE_TEST_CASE("a read-only file is removed", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "a", "1");
  boost::filesystem::permissions(b.folder.path() / "a", boost::filesystem::owner_read);
  CHECK(b.tree->remove_file("a"));
  CHECK(b.tree->list("")->empty());
}

TEMPLATE_TEST_CASE("times are set to their full resolution", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "Queue" / "a", "1");
  Attributes attributes;
  attributes.written = Timestamp{1395997755, 424000100};
  REQUIRE(b.tree->set_attributes("Queue/a", attributes));
  REQUIRE(b.tree->set_attributes("Queue", attributes));
  REQUIRE(b.tree->set_attributes("", attributes));
  CHECK(b.tree->status("Queue/a")->written == attributes.written);
  CHECK(b.tree->status("Queue")->written == attributes.written);
  CHECK(b.tree->status("")->written == attributes.written);
  CHECK(cause_of(b.tree->set_attributes("absent", attributes)) == Cause::not_found);
}

TEMPLATE_TEST_CASE("alternate streams of files and folders come back", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  if (!b.tree->volume("")->keeps_streams) return;
  write(b.folder.path() / "Queue" / "a", "main");
  const std::string envelope("rcpt\0to", 7);
  for (const auto* path : {"Queue/a", "Queue"}) {
    CHECK(b.tree->streams(path)->empty());
    for (const auto* name : {"PROPERTIES", "EMPTY"}) {
      StringReader bytes(name == std::string("EMPTY") ? "" : envelope);
      REQUIRE(b.tree->write_stream(path, name, bytes));
    }
    const auto streams = b.tree->streams(path);
    REQUIRE(streams);
    REQUIRE(streams->size() == 2);
    CHECK(streams->at(0).name == "EMPTY");
    CHECK(streams->at(1).name == "PROPERTIES");
    CHECK(streams->at(1).size == envelope.size());
    const auto seen = b.tree->look(path);
    REQUIRE(seen);
    REQUIRE(seen->streams.size() == 2);
    CHECK(seen->streams.at(1).name == "PROPERTIES");
    CHECK(seen->streams.at(1).size == envelope.size());
    CHECK(seen->status.kind == b.tree->status(path)->kind);
    CHECK(read_all(**b.tree->open_stream(path, "PROPERTIES"), 100) == envelope);
    CHECK(read_all(**b.tree->open_stream(path, "EMPTY"), 100) == std::string());
    CHECK(cause_of(b.tree->open_stream(path, "absent")) == Cause::not_found);
    StringReader other("other");
    CHECK(cause_of(b.tree->write_stream(path, "PROPERTIES", other)) == Cause::exists);
    CHECK(read_all(**b.tree->open_stream(path, "PROPERTIES"), 100) == envelope);
  }
  CHECK(contents(*b.tree, "Queue/a") == "main");
}

TEMPLATE_TEST_CASE("everything that was written can be flushed", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  REQUIRE(b.tree->make_folder("Queue"));
  CHECK(cause_of(b.tree->make_folder("Queue")) == Cause::exists);
  REQUIRE(write_file(*b.tree, "Queue/a", "1"));
  CHECK(b.tree->flush_file("Queue/a"));
  CHECK(b.tree->flush_folder("Queue"));
  CHECK(b.tree->flush_folder(""));
  CHECK(b.tree->flush_all());
  CHECK(cause_of(b.tree->flush_file("absent")) == Cause::not_found);
  CHECK(cause_of(b.tree->flush_folder("absent")) == Cause::not_found);
  CHECK_FALSE(b.tree->flush_folder("Queue/a"));
}

TEMPLATE_TEST_CASE("one folder is locked by one run at a time and nothing is left of the lock", "", Real, Recording,
                   Faultless) {
  Bench<TestType> b;
  {
    const auto lock = b.tree->lock();
    REQUIRE(lock);
    const auto again = (*b.files->open(b.folder.path()))->lock();
    REQUIRE_FALSE(again);
    CHECK(again.error().cause == Cause::busy);
    CHECK(again.error().exit == Exit::locked);
  }
  CHECK(b.tree->lock());
  CHECK(boost::filesystem::is_empty(b.folder.path()));
}

TEMPLATE_TEST_CASE("small files are read whole up to their limit", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  REQUIRE(write_file(*b.tree, "a", std::string(100, 'x')));
  CHECK(read_file(*b.tree, "a", 100) == std::string(100, 'x'));
  const auto over = read_file(*b.tree, "a", 99);
  REQUIRE_FALSE(over);
  CHECK(over.error().path == (b.folder.path() / "a").string());
}
