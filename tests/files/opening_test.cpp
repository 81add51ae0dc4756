// Conformance: folders and files that the operator names.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "files/conformance.h"

using namespace requeue;
using namespace requeue::files;
using namespace requeue::tests;

TEMPLATE_TEST_CASE("only an existing folder is opened", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "file", "1");
  CHECK(b.tree->path() == b.folder.path());
  CHECK(cause_of(b.files->open(b.folder.path() / "absent")) == Cause::not_found);
  CHECK(cause_of(b.files->open(b.folder.path() / "absent" / "deeper")) == Cause::not_found);
  CHECK(cause_of(b.files->open(b.folder.path() / "file")) == Cause::other);
  CHECK(b.files->open(b.folder.path() / "absent").error().exit == Exit::precondition);
  CHECK_FALSE(b.files->open(""));
  CHECK((*b.files->open(b.folder.path().string() + "/"))->path() == b.folder.path());
}

TEMPLATE_TEST_CASE("missing parents are made with the folder", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  const auto path = b.folder.path() / "x" / "y" / "z";
  const auto made = b.files->open_or_make(path);
  REQUIRE(made);
  CHECK((*made)->path() == path);
  CHECK(boost::filesystem::is_directory(path));
  CHECK(b.files->open_or_make(path));
  write(b.folder.path() / "file", "1");
  CHECK_FALSE(b.files->open_or_make(b.folder.path() / "file"));
  CHECK_FALSE(b.files->open_or_make(b.folder.path() / "file" / "below"));
}

TEMPLATE_TEST_CASE("a path is resolved as far as it exists", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  boost::filesystem::create_directory(b.folder.path() / "real");
  const auto& root = b.folder.path();
  CHECK(*b.files->resolve(root / "real" / ".." / "real") == root / "real");
  CHECK(*b.files->resolve(root / "absent" / "deeper") == root / "absent" / "deeper");
  CHECK(*b.files->resolve(root / "absent" / ".." / "real") == root / "real");
  CHECK(*b.files->resolve(root.string() + "/real/") == root / "real");
  CHECK(b.files->resolve("relative")->is_absolute());
}

TEMPLATE_TEST_CASE("a named file is read up to its limit", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  const auto path = b.folder.path() / "plan.csv";
  write(path, "12345");
  CHECK(b.files->read_named(path, 5) == std::string("12345"));
  CHECK_FALSE(b.files->read_named(path, 4));
  CHECK(cause_of(b.files->read_named(b.folder.path() / "absent", 5)) == Cause::not_found);
  CHECK_FALSE(b.files->read_named(b.folder.path(), 5));
}

TEMPLATE_TEST_CASE("a named file is whole or not there at all", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  const auto path = b.folder.path() / "report.csv";
  write(path, "old");
  {
    const auto abandoned = b.files->write_named(path);
    REQUIRE(abandoned);
    REQUIRE((*abandoned)->write("half"));
    CHECK(read(path) == "old");
  }
  CHECK(read(path) == "old");
  CHECK(b.tree->list("")->size() == 1);
  const auto writer = b.files->write_named(path);
  REQUIRE((*writer)->write("new"));
  CHECK(read(path) == "old");
  REQUIRE((*writer)->close());
  CHECK(read(path) == "new");
  CHECK(b.tree->list("")->size() == 1);
  CHECK_FALSE(b.files->write_named(b.folder.path()));
  CHECK_FALSE(b.files->write_named(b.folder.path() / "absent" / "report.csv"));
}

TEST_CASE("paths are joined and taken apart") {
  CHECK(join("", "a") == "a");
  CHECK(join("a", "b") == "a/b");
  CHECK(join("a/b", "c") == "a/b/c");
  CHECK(parent_of("a/b/c") == "a/b");
  CHECK(parent_of("a").empty());
  CHECK(name_of("a/b/c") == "c");
  CHECK(name_of("a") == "a");
}
