// The file layers that other tests rely on must themselves do what they say.
#include <catch2/catch.hpp>

#include "files/conformance.h"
#include "support/faulty_files.h"
#include "support/recording_files.h"

using namespace requeue;
using namespace requeue::files;
using namespace requeue::tests;

namespace {

Fault fault(std::string verb, std::uint64_t nth) {
  Fault one;
  one.verb = std::move(verb);
  one.nth = nth;
  return one;
}

}  // namespace

TEST_CASE("a fault hits the call it was meant for, once") {
  const TemporaryFolder folder;
  FaultyFiles layer;
  const auto tree = *layer.open(folder.path());
  auto full = fault("make_folder", 2);
  full.cause = Cause::no_space;
  layer.add(full);
  CHECK(tree->make_folder("a"));
  CHECK(cause_of(tree->make_folder("b")) == Cause::no_space);
  CHECK(tree->make_folder("b"));
  CHECK(layer.failed() == 1);
}

TEST_CASE("a lasting fault ends everything from its call on") {
  const TemporaryFolder folder;
  FaultyFiles layer;
  const auto tree = *layer.open(folder.path());
  auto killed = fault("", 2);
  killed.for_ever = true;
  layer.add(killed);
  CHECK(tree->make_folder("a"));
  CHECK_FALSE(tree->make_folder("b"));
  CHECK_FALSE(tree->list(""));
  layer.heal();
  CHECK(tree->list("")->size() == 1);
}

TEST_CASE("a fault by path leaves other paths alone") {
  const TemporaryFolder folder;
  FaultyFiles layer;
  const auto tree = *layer.open(folder.path());
  auto one = fault("rename", 1);
  one.path = "Pickup/b";
  layer.add(one);
  write(folder.path() / "a", "1");
  CHECK(tree->rename("a", "c"));
  CHECK(tree->make_folder("Pickup"));
  CHECK(cause_of(tree->rename("c", "Pickup/b")) == Cause::io);
  CHECK(tree->status("c"));
}

TEST_CASE("a call may be done and fail all the same") {
  const TemporaryFolder folder;
  FaultyFiles layer;
  const auto tree = *layer.open(folder.path());
  auto late = fault("rename", 1);
  late.done_first = true;
  layer.add(late);
  write(folder.path() / "a", "1");
  CHECK_FALSE(tree->rename("a", "b"));
  CHECK(read(folder.path() / "b") == "1");
}

TEST_CASE("a write may stop half-way") {
  const TemporaryFolder folder;
  FaultyFiles layer;
  const auto tree = *layer.open(folder.path());
  auto torn = fault("write", 1);
  torn.half_written = true;
  layer.add(torn);
  CHECK_FALSE(write_file(*tree, "a", "123456"));
  CHECK(read(folder.path() / "a") == "123");
}

TEST_CASE("every call of a file's life is counted") {
  const TemporaryFolder folder;
  FaultyFiles layer;
  const auto tree = *layer.open(folder.path());
  const auto before = layer.calls();
  REQUIRE(write_file(*tree, "a", "1"));
  CHECK(layer.calls() - before == 4);  // create, write, flush, close
  for (std::uint64_t nth = 1; nth <= 4; ++nth) {
    layer.add(fault("", nth));
    CHECK_FALSE(write_file(*tree, "b" + std::to_string(nth), "1"));
    layer.heal();
  }
}

TEST_CASE("what was done is recorded in order, and what failed is not") {
  const TemporaryFolder folder;
  RecordingFiles layer;
  const auto tree = *layer.open(folder.path());
  layer.forget();
  REQUIRE(tree->make_folder("f"));
  REQUIRE(write_file(*tree, "a", "1"));
  REQUIRE(tree->flush_folder(""));
  REQUIRE_FALSE(tree->rename("absent", "b"));
  REQUIRE(tree->rename("a", "f/b"));
  CHECK(layer.lines() == std::vector<std::string>{"make_folder f", "create a", "write a", "flush a", "close a",
                                                  "flush_folder", "rename a -> f/b"});
  CHECK(layer.lines({"rename", "flush"}) == std::vector<std::string>{"flush a", "rename a -> f/b"});
  CHECK(layer.calls().front().tree == folder.path().string());
}

TEST_CASE("another program can act right before a call") {
  const TemporaryFolder folder;
  RecordingFiles layer;
  const auto tree = *layer.open(folder.path());
  layer.before("rename", [&](const Call& call) { write(folder.path() / call.to, "theirs"); });
  write(folder.path() / "a", "mine");
  CHECK(cause_of(tree->rename("a", "b")) == Cause::exists);
  CHECK(read(folder.path() / "b") == "theirs");
}
