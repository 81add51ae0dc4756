// What is refused before anything is touched: what is no Mailroot, links in place of its folders, mail of a replay.
#include "mailroot/bench.h"

namespace requeue::tests {

TEST_CASE("A folder with Queue or Pickup directly in it is a Mailroot, whatever the case of the name", "[mailroot]") {
  const std::string name = GENERATE("Queue", "Pickup", "QUEUE", "pickup");
  CHECK(Tree().folder(name).check());
}

TEST_CASE("A folder with neither is none, whatever else it holds", "[mailroot]") {
  refusal_of(Tree().check());
  refusal_of(Tree().folder("Drop").folder("Badmail").folder("Mailbox").check());
  refusal_of(Tree().folder("Queue.old").folder("Pickup2").check());
}

TEST_CASE("A file named Queue makes no Mailroot", "[mailroot]") {
  refusal_of(Tree().file("Queue").check());
}

TEST_CASE("The likely path is named: one or two levels down, or one up from the service's own folder", "[mailroot]") {
  Tree tree;
  tree.folder("Inetpub/mailroot/Queue").folder("Exchsrvr/Mailroot/vsi 1/Pickup");
  CHECK(is_told(refusal_of(tree.check()).hint, tree.told("Inetpub/mailroot")));
  CHECK(is_told(refusal_of(tree.check("Inetpub")).hint, tree.told("Inetpub/mailroot")));
  CHECK(is_told(refusal_of(tree.check("Exchsrvr")).hint, tree.told("Exchsrvr/Mailroot/vsi 1")));
  const auto inside = refusal_of(tree.check("Inetpub/mailroot/Queue")).hint;
  CHECK(is_told(inside, "Likely meant: " + tree.told("Inetpub/mailroot")));
  CHECK_FALSE(is_told(inside, "mailroot/Queue"));
  CHECK_FALSE(is_told(refusal_of(Tree().folder("a/b/c/Queue").check()).hint, "Likely"));
}

TEST_CASE("A staging folder that holds mail is refused, and the recovery folder that it belongs to named",
          "[mailroot]") {
  Tree tree;
  tree.folder("Queue");
  tree.file(".requeue-00112233aabbccdd/token", render(mailroot::Token{"00112233aabbccdd", "/var/recovery one"}));
  CHECK(tree.check());
  tree.file(".requeue-00112233aabbccdd/a.eml", "mail");
  const auto error = refusal_of(tree.check());
  CHECK(is_told(error.path, ".requeue-00112233aabbccdd"));
  CHECK(is_told(error.why, "/var/recovery one"));
  CHECK(is_told(error.hint, "requeue replay --recovery \"/var/recovery one\""));
  CHECK(is_told(error.hint, "Do not delete"));
}

TEST_CASE("A staging folder with mail and without a readable token is refused all the same", "[mailroot]") {
  Tree tree;
  tree.folder("Queue").file(".requeue-1/a.eml", "mail");
  SECTION("without any") {}
  SECTION("an empty one") {
    tree.file(".requeue-1/token", "");
  }
  SECTION("a folder in its place") {
    tree.folder(".requeue-1/token");
  }
  CHECK(is_told(refusal_of(tree.check()).why, "cannot be told"));
}

TEST_CASE("A staging folder that holds its token only, or nothing, is no obstacle; nor is the probe's", "[mailroot]") {
  Tree tree;
  tree.folder("Queue").folder(".requeue-1").file(".requeue-2/token", "2\n/r\n").file(".requeue-probe/a.eml", "probe");
  CHECK(tree.check());
}

TEST_CASE("A Mailroot whose files or folders this account may not change is refused before anything is done",
          "[mailroot]") {
  auto files = std::make_shared<FaultyFiles>();
  Tree tree(files);
  tree.file("Queue/a.EML").file("Queue/deep/b.EML", "xx");
  const auto counted = mailroot::check_rights(*tree.open());
  REQUIRE(counted);
  CHECK(counted->counts.files == 2);
  CHECK(counted->counts.bytes == 3);
  CHECK(counted->counts.folders == 2);
  const std::string path = GENERATE("Queue/a.EML", "Queue/deep");
  files->add({"check_access", path, 1, Cause::denied});
  const auto refused = mailroot::check_rights(*tree.open());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit == Exit::precondition);
  CHECK(refused.error().hint.find("Nothing was touched.") == 0);
}

TEST_CASE("a file whose streams this account may not list was met with exit 1, and not told to be untouched",
          "[mailroot]") {
  auto files = std::make_shared<FaultyFiles>();
  Tree tree(files);
  tree.file("Queue/a.EML").file("Queue/b.EML");
  files->add({"streams", "Queue/b.EML", 1, Cause::denied});
  files->add({"check_access", "Queue/b.EML", 1, Cause::denied});
  const auto refused = mailroot::check_rights(*tree.open());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit == Exit::precondition);
  CHECK(refused.error().what == "a file of the Mailroot cannot be read");
  CHECK(refused.error().path == "Queue/b.EML");
  CHECK(refused.error().hint == "Nothing was touched. Run as an account that has full rights on the Mailroot.");
}

TEST_CASE("a folder that cannot be listed was no failed precondition", "[mailroot]") {
  auto files = std::make_shared<FaultyFiles>();
  Tree tree(files);
  tree.file("Queue/deep/a.EML");
  files->add({"list", "Queue/deep", 1, Cause::io});
  const auto refused = mailroot::check_rights(*tree.open());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit == Exit::precondition);
  CHECK(refused.error().path == "Queue/deep");
  CHECK(is_told(refused.error().hint, "Nothing was touched."));
}

TEST_CASE("what the running service had open or sent meanwhile kept an evacuation from beginning", "[mailroot]") {
  auto files = std::make_shared<FaultyFiles>();
  Tree tree(files);
  tree.file("Queue/a.EML").file("Queue/b.EML");
  SECTION("open in the service alone") {
    files->add({"check_access", "Queue/a.EML", 1, Cause::busy});
    CHECK(mailroot::check_rights(*tree.open())->counts.files == 2);
  }
  SECTION("sent before its rights were asked for") {
    files->add({"check_access", "Queue/a.EML", 1, Cause::not_found});
    CHECK(mailroot::check_rights(*tree.open())->counts.files == 2);
  }
  SECTION("sent before it was looked at") {
    files->add({"status", "Queue/a.EML", 1, Cause::not_found});
    CHECK(mailroot::check_rights(*tree.open())->counts.files == 1);
  }
}

}  // namespace requeue::tests
