#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "files/conformance.h"

using namespace requeue;
using namespace requeue::files;
using namespace requeue::tests;

namespace {

template <class T>
void check_refused(const Result<T>& result) {
  REQUIRE_FALSE(result);
  CHECK(result.error().cause == Cause::read_only);
  CHECK(result.error().exit == Exit::precondition);
  CHECK(result.error().why == "this is a dry run");
}

}  // namespace

TEST_CASE("a dry run sees everything") {
  const TemporaryFolder folder;
  write(folder.path() / "Queue" / "a", "hello");
  const auto layer = read_only_files(real_files());
  const auto tree = layer->open(folder.path());
  REQUIRE(tree);
  CHECK(contents(**tree, "Queue/a") == "hello");
  CHECK((*tree)->list("Queue")->size() == 1);
  CHECK((*tree)->status("Queue/a")->size == 5);
  CHECK((*tree)->path_of("Queue/a") == folder.path() / "Queue" / "a");
  CHECK((*tree)->volume(""));
  CHECK((*tree)->check_access("Queue", true));
  CHECK((*tree)->lock());
  CHECK(layer->open_or_make(folder.path()));
  CHECK(layer->read_named(folder.path() / "Queue" / "a", 10) == std::string("hello"));
}

TEST_CASE("a dry run changes nothing") {
  const TemporaryFolder folder;
  write(folder.path() / "a", "hello");
  boost::filesystem::create_directory(folder.path() / "f");
  const auto layer = read_only_files(real_files());
  const auto tree = *layer->open(folder.path());
  const auto before = *tree->status("a");
  check_refused(tree->create("b"));
  check_refused(tree->append("a"));
  check_refused(tree->append("b"));
  check_refused(tree->truncate("a", 0));
  check_refused(tree->make_folder("g"));
  check_refused(tree->remove_file("a"));
  check_refused(tree->remove_folder("f"));
  check_refused(tree->rename("a", "b"));
  check_refused(tree->set_attributes("a", Attributes{}));
  StringReader bytes("x");
  check_refused(tree->write_stream("a", "s", bytes));
  check_refused(tree->flush_file("a"));
  check_refused(tree->flush_folder("f"));
  check_refused(tree->flush_all());
  check_refused(write_file(*tree, "b", "x"));
  check_refused(layer->write_named(folder.path() / "out"));
  check_refused(layer->open_or_make(folder.path() / "made"));
  CHECK(*tree->status("a") == before);
  CHECK(tree->list("")->size() == 2);
  CHECK(tree->streams("a")->empty());
}
