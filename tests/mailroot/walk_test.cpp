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

TEST_CASE("Looking ahead does not change the order of the walk, nor what it counts", "[mailroot]") {
  Tree tree;
  for (int i = 0; i < 100; ++i) tree.file("Queue/" + std::to_string(i)).file(std::to_string(i) + "/in it");
  const auto seen = [&](unsigned jobs) {
    std::vector<std::string> paths;
    const auto visit = [&](const mailroot::Item& item) -> Result<void> {
      paths.push_back(item.path);
      return {};
    };
    const auto counts = mailroot::walk(*tree.open(), visit, mailroot::Vanished::error, jobs);
    REQUIRE(counts);
    CHECK(counts->files == 200);
    return paths;
  };
  CHECK(seen(8) == seen(1));
}

TEST_CASE("Our own staging is left out where it holds its token only; with mail in it, it is part of the tree",
          "[mailroot]") {
  Tree tree;
  tree.file(".requeue-1/token").folder(".requeue-2").file(".requeue-probe/probe.eml").file(".requeue-3/a.eml");
  tree.file("Queue/.requeue-4/token");
  CHECK(tree.visited() == std::vector<std::string>{"/", ".requeue-3/", ".requeue-3/a.eml", "Queue/",
                                                   "Queue/.requeue-4/", "Queue/.requeue-4/token"});
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

TEST_CASE("What a closer look finds wrong ends the walk in its item's turn, and is passed on as it is", "[mailroot]") {
  Tree tree;
  for (int i = 10; i < 60; ++i) tree.file("Queue/" + std::to_string(i));
  const unsigned jobs = GENERATE(1U, 8U);
  std::string last;
  const auto visit = [&](const mailroot::Item& item) -> Result<void> {
    last = item.path;
    return {};
  };
  const auto inspect = [](const mailroot::Item& item) -> Result<void> {
    if (item.path < "Queue/30") return {};
    return failure({Exit::failed, Cause::not_found, "what the closer look says", item.path, "", ""});
  };
  const auto walked = mailroot::walk(*tree.open(), visit, mailroot::Vanished::error, jobs, inspect);
  REQUIRE_FALSE(walked);
  CHECK(walked.error().what == "what the closer look says");
  CHECK(walked.error().path == "Queue/30");
  CHECK(last == "Queue/29");
}

TEST_CASE("A folder that cannot be listed does not hide what was found wrong before it, with any number of jobs",
          "[mailroot]") {
  auto files = std::make_shared<FaultyFiles>();
  Tree tree(files);
  tree.file("Badmail/a.BAD").file("Drop/deep/b.eml");
  files->add({"list", "Drop", 1, Cause::denied});
  const unsigned jobs = GENERATE(1U, 8U);
  const auto inspect = [](const mailroot::Item& item) -> Result<void> {
    if (item.path != "Badmail/a.BAD") return {};
    return failure({Exit::failed, Cause::denied, "what the closer look says", item.path, "", ""});
  };
  const auto visit = [](const mailroot::Item&) -> Result<void> { return {}; };
  const auto walked = mailroot::walk(*tree.open(), visit, mailroot::Vanished::error, jobs, inspect);
  REQUIRE_FALSE(walked);
  CHECK(walked.error().what == "what the closer look says");
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

}  // namespace requeue::tests
