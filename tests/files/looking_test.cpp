// Conformance: looking at files and folders.
#include <set>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "files/conformance.h"

using namespace requeue;
using namespace requeue::files;
using namespace requeue::tests;

TEMPLATE_TEST_CASE("files and folders are told apart, with size and times", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "Queue" / "a.EML", "hello");
  const auto file = b.tree->status("Queue/a.EML");
  REQUIRE(file);
  CHECK(file->kind == Kind::file);
  CHECK(file->size == 5);
  CHECK(file->written.seconds > 1600000000);
  const auto folder = b.tree->status("Queue");
  REQUIRE(folder);
  CHECK(folder->kind == Kind::folder);
  CHECK(folder->size == 0);
  CHECK(b.tree->status("")->kind == Kind::folder);
  CHECK(cause_of(b.tree->status("Queue/b.EML")) == Cause::not_found);
  CHECK(cause_of(b.tree->status("Nothing/b.EML")) == Cause::not_found);
  CHECK(cause_of(b.tree->status("Queue/a.EML/b")) == Cause::not_found);
}

TEMPLATE_TEST_CASE("one look tells what two would", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "Queue" / "a.EML", "hello");
  const auto file = b.tree->look("Queue/a.EML");
  REQUIRE(file);
  CHECK(file->status == *b.tree->status("Queue/a.EML"));
  CHECK(file->streams.empty());
  CHECK(b.tree->look("")->status.kind == Kind::folder);
  CHECK(cause_of(b.tree->look("Queue/b.EML")) == Cause::not_found);
  CHECK(cause_of(b.tree->look("Nothing/b.EML")) == Cause::not_found);
}

TEMPLATE_TEST_CASE("a file keeps its identity under another name", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "a", "1");
  write(b.folder.path() / "b", "1");
  const auto before = b.tree->status("a")->identity;
  CHECK_FALSE(before == b.tree->status("b")->identity);
  REQUIRE(b.tree->rename("a", "c"));
  CHECK(before == b.tree->status("c")->identity);
}

TEMPLATE_TEST_CASE("a folder is listed in the order of bytes", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  for (const auto* name : {"b", "B2", "a", "é", ".x", "a.b"}) write(b.folder.path() / name, "");
  boost::filesystem::create_directory(b.folder.path() / "Folder");
  const auto entries = b.tree->list("");
  REQUIRE(entries);
  std::string names;
  for (const auto& entry : *entries) names += entry.name + (entry.kind == Kind::folder ? "/ " : " ");
  CHECK(names == ".x B2 Folder/ a a.b b é ");
  std::set<std::string> each;
  const auto take = [&](const Entry& entry) { each.insert(entry.name + (entry.kind == Kind::folder ? "/" : "")); };
  CHECK(b.tree->each("", take));
  CHECK(each == std::set<std::string>{".x", "B2", "Folder/", "a", "a.b", "b", "é"});
  CHECK(cause_of(b.tree->each("absent", take)) == Cause::not_found);
  CHECK(b.tree->list("Folder")->empty());
  CHECK(cause_of(b.tree->list("absent")) == Cause::not_found);
  CHECK_FALSE(b.tree->list("a"));
}

TEMPLATE_TEST_CASE("both ways of reading give the same bytes", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  for (const std::size_t size : {0U, 1U, 511U, 512U, 4095U, 4096U, 4097U, 262144U, 262145U, 1048579U}) {
    CAPTURE(size);
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 2654435761U) >> 13U);
    const auto name = "f" + std::to_string(size);
    REQUIRE(write_file(*b.tree, name, bytes));
    CHECK((contents(*b.tree, name) == bytes));
    CHECK((contents(*b.tree, name, CacheUse::past) == bytes));
  }
}

TEMPLATE_TEST_CASE("an opened file tells of itself and not of its name", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "a", "old");
  for (const auto use : {CacheUse::normal, CacheUse::past}) {
    const auto reader = b.tree->open("a", use);
    REQUIRE(reader);
    const auto old = b.tree->status("a")->identity;
    REQUIRE(b.tree->rename("a", "aside"));
    write(b.folder.path() / "a", "newer");
    CHECK((*reader)->status()->identity == old);
    CHECK((*reader)->status()->size == 3);
    CHECK(read_all(**reader, 10) == std::string("old"));
    REQUIRE(b.tree->remove_file("a"));
    REQUIRE(b.tree->rename("aside", "a"));
  }
}

TEMPLATE_TEST_CASE("a reader that reached its end stays there", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "a", "abc");
  for (const auto use : {CacheUse::normal, CacheUse::past}) {
    const auto reader = b.tree->open("a", use);
    char buffer[2];
    CHECK(*(*reader)->read(buffer, 2) == 2);
    CHECK(*(*reader)->read(buffer, 2) == 1);
    CHECK(buffer[0] == 'c');
    CHECK(*(*reader)->read(buffer, 2) == 0);
    CHECK(*(*reader)->read(buffer, 2) == 0);
  }
}

TEMPLATE_TEST_CASE("an ordinary reader goes on at the byte that it was sent to", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "a", "0123456789");
  const auto reader = b.tree->open("a");
  REQUIRE(reader);
  CHECK(read_all(**reader, 20) == std::string("0123456789"));
  REQUIRE((*reader)->seek(4));
  CHECK(read_all(**reader, 20) == std::string("456789"));
  REQUIRE((*reader)->seek(30));
  CHECK(read_all(**reader, 20) == std::string());
  CHECK(cause_of((*b.tree->open("a", CacheUse::past))->seek(1)) == Cause::not_supported);
}

TEMPLATE_TEST_CASE("a folder cannot be opened as a file", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  boost::filesystem::create_directory(b.folder.path() / "Queue");
  CHECK_FALSE(b.tree->open("Queue"));
  CHECK_FALSE(b.tree->open(""));
  CHECK(cause_of(b.tree->open("absent", CacheUse::past)) == Cause::not_found);
}

TEMPLATE_TEST_CASE("no path leads out of its tree", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "in" / "a", "inside");
  write(b.folder.path() / "secret", "outside");
  const auto tree = *b.files->open(b.folder.path() / "in");
  using namespace std::string_literals;
  for (const auto& path :
       {"../secret"s, ".."s, "."s, "./a"s, "a/"s, "/a"s, "/"s, "x//a"s, "x/../../secret"s, "a\0b"s}) {
    CAPTURE(path);
    CHECK(cause_of(tree->status(path)) == Cause::other);
    CHECK(cause_of(tree->open(path)) == Cause::other);
    CHECK(cause_of(tree->list(path)) == Cause::other);
    CHECK(cause_of(tree->create(path)) == Cause::other);
    CHECK(cause_of(tree->remove_file(path)) == Cause::other);
    CHECK(cause_of(tree->rename("a", path)) == Cause::other);
    CHECK(cause_of(tree->rename(path, "b")) == Cause::other);
    CHECK(cause_of(tree->make_folder(path)) == Cause::other);
  }
  CHECK(read(b.folder.path() / "in" / "a") == "inside");
}

TEMPLATE_TEST_CASE("a volume says what it is", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "Queue" / "a", "1");
  const auto root = b.tree->volume("");
  REQUIRE(root);
  CHECK_FALSE(root->file_system.empty());
  CHECK(root->free_bytes > 0);
  CHECK(root->free_files > 0);
  CHECK(b.tree->volume("Queue")->identity == root->identity);
  CHECK(b.tree->volume("Queue/a")->identity == root->identity);
  CHECK(cause_of(b.tree->volume("absent")) == Cause::not_found);
}

TEMPLATE_TEST_CASE("an error names the whole path, the reason and the attempt", "", Real, Recording, Faultless) {
  Bench<TestType> b;
  const auto result = b.tree->open("Queue/a.EML");
  REQUIRE_FALSE(result);
  CHECK(result.error().path.find((b.folder.path() / "Queue").string()) == 0);
  CHECK(result.error().why == "no such file or directory");
  CHECK(result.error().what == "cannot open a file");
}
