// Links in a Mailroot: refused where mail should be, elsewhere recorded, and never followed.
#include <algorithm>

#include "mailroot/bench.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

TEST_CASE("A link in place of Queue, Pickup, Drop, Badmail or Mailbox is refused with its target named", "[mailroot]") {
  const std::string name = GENERATE("Queue", "pickup", "Drop", "BADMAIL", "Mailbox");
  Tree tree;
  tree.folder("Queue2");
  if (name != "Queue") tree.folder("Queue");
  tree.link(name, "/srv/elsewhere");
  const auto error = refusal_of(tree.check());
  CHECK(error.cause == Cause::is_link);
  CHECK(error.path == tree.told(name));
  CHECK(is_told(error.why, "/srv/elsewhere"));
}

TEST_CASE("A Mailroot whose only folder of mail is a link is told as a link, not as no Mailroot", "[mailroot]") {
  CHECK(refusal_of(Tree().link("Queue", "gone").check()).cause == Cause::is_link);
}

TEST_CASE("A link deeper down, or in place of another folder, is no obstacle", "[mailroot]") {
  CHECK(Tree().folder("Queue").link("Queue/link", "/etc").link("Route", "/etc").link("other", "/etc").check());
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

TEST_CASE("A tree of a thousand folders deep is an ordinary one", "[mailroot]") {
  Tree tree;
  std::string deep = "Queue";
  for (int i = 0; i < 1000; ++i) deep += "/d";
  tree.folder(deep);
  mailroot::Counts counts;
  tree.visited(&counts);
  CHECK(counts.folders == 1001);
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
