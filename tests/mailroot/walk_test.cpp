// The walk that everything rests on: the whole tree, in one order, through no link, and never half of it in silence.
#include <algorithm>

#include "mailroot/bench.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

TEST_CASE("The walk visits the whole tree in bytewise order of paths, each folder before what is in it", "[mailroot]") {
  Tree tree;
  tree.file("a/b").file("a.txt").file("a-b/c").folder("empty").file("B").file("a/.hidden");
  mailroot::Counts counts;
  CHECK(tree.visited(&counts) ==
        std::vector<std::string>{"/", "B", "a/", "a-b/", "a-b/c", "a.txt", "a/.hidden", "a/b", "empty/"});
  CHECK(counts.files == 5);
  CHECK(counts.bytes == 5);
  CHECK(counts.folders == 3);
  CHECK(counts.others == 0);
}

TEST_CASE("Links are visited as links and never followed, not even into the Mailroot itself", "[mailroot]") {
  Tree tree;
  tree.file("Queue/a.EML").link("Queue/up", "..").link("Queue/file", "a.EML").link("gone", "nowhere");
  mailroot::Counts counts;
  CHECK(tree.visited(&counts) == std::vector<std::string>{"/", "Queue/", "Queue/a.EML", "Queue/file -> a.EML",
                                                          "Queue/up -> ..", "gone -> nowhere"});
  CHECK(counts.files == 1);
  CHECK(counts.others == 3);
}

TEST_CASE("Our own staging is left out where it holds its token only; with mail in it, it is part of the tree",
          "[mailroot]") {
  Tree tree;
  tree.file(".requeue-1/token").folder(".requeue-2").file(".requeue-probe/probe.eml").file(".requeue-3/a.eml");
  tree.file("Queue/.requeue-4/token");
  CHECK(tree.visited() == std::vector<std::string>{"/", ".requeue-3/", ".requeue-3/a.eml", "Queue/",
                                                   "Queue/.requeue-4/", "Queue/.requeue-4/token"});
}

TEST_CASE("A tree of a thousand folders deep is an ordinary one", "[mailroot]") {
  Tree tree;
  std::string deep = "Queue";
  for (int i = 0; i < 1000; ++i) deep += "/d";
  tree.folder(deep);
  mailroot::Counts counts;
  tree.visited(&counts);
  CHECK(counts.folders == 1001);
}

TEST_CASE("The visitor's error ends the walk and is passed on as it is", "[mailroot]") {
  Tree tree;
  tree.file("a").file("b");
  int seen = 0;
  const auto walked = mailroot::walk(*tree.open(), [&](const mailroot::Item&) -> Result<void> {
    if (++seen == 2) return failure({Exit::failed, Cause::not_found, "what the visitor says", "a", "", ""});
    return {};
  });
  REQUIRE_FALSE(walked);
  CHECK(seen == 2);
  CHECK(walked.error().what == "what the visitor says");
  CHECK(walked.error().exit == Exit::failed);
}

TEST_CASE("Something that goes while the tree is read ends the walk: a tree is never half read in silence",
          "[mailroot]") {
  auto files = std::make_shared<RecordingFiles>();
  Tree tree(files);
  tree.file("Queue/a.EML").file("Queue/b.EML").file("Queue/deep/c.EML");
  const std::string name = GENERATE("Queue/b.EML", "Queue/deep");
  bool done = false;
  files->before("streams", [&](const Call& call) {
    if (call.path == "Queue/a.EML" && !done) fs::remove_all(tree.path() / name);
    done = done || call.path == "Queue/a.EML";
  });
  const auto walked = mailroot::walk(*tree.open(), [](const mailroot::Item&) -> Result<void> { return {}; });
  REQUIRE_FALSE(walked);
  CHECK(walked.error().exit == Exit::precondition);
  CHECK(walked.error().what == "the Mailroot changed while it was read");
}

TEST_CASE("A folder that cannot be listed ends the walk", "[mailroot]") {
  auto files = std::make_shared<FaultyFiles>();
  Tree tree(files);
  tree.file("Queue/a.EML").folder("Drop");
  files->add({"list", "Queue", 1, Cause::denied});
  const auto walked = mailroot::walk(*tree.open(), [](const mailroot::Item&) -> Result<void> { return {}; });
  REQUIRE_FALSE(walked);
  CHECK(walked.error().cause == Cause::denied);
}

TEST_CASE("A folder that becomes a link while the tree is read is not entered", "[mailroot]") {
  auto files = std::make_shared<RecordingFiles>();
  Tree tree(files);
  tree.file("Queue/a.EML").file("outside/secret");
  files->before("list", [&](const Call& call) {
    if (call.path != "Queue" || fs::is_symlink(tree.path() / "Queue")) return;
    fs::rename(tree.path() / "Queue", tree.path() / "moved");
    fs::create_symlink(tree.path() / "outside", tree.path() / "Queue");
  });
  std::vector<std::string> seen;
  const auto walked = mailroot::walk(*tree.open(), [&](const mailroot::Item& item) -> Result<void> {
    seen.push_back(item.path);
    return {};
  });
  CHECK_FALSE(walked);
  CHECK(std::find(seen.begin(), seen.end(), "Queue/secret") == seen.end());
}

}  // namespace requeue::tests
