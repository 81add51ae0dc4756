// What is refused before anything is touched: what is no Mailroot, links in place of its folders, mail of a replay.
#include "mailroot/bench.h"

namespace requeue::tests {

namespace {

Error refusal(const Result<void>& checked) {
  REQUIRE_FALSE(checked);
  CHECK(checked.error().exit == Exit::precondition);
  CHECK(checked.error().hint.find("Nothing was touched. ") == 0);
  return checked.error();
}

bool names(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("A folder with Queue or Pickup directly in it is a Mailroot, whatever the case of the name", "[mailroot]") {
  const std::string name = GENERATE("Queue", "Pickup", "QUEUE", "pickup");
  CHECK(Tree().folder(name).check());
}

TEST_CASE("A folder with neither is none, whatever else it holds", "[mailroot]") {
  refusal(Tree().check());
  refusal(Tree().folder("Drop").folder("Badmail").folder("Mailbox").check());
  refusal(Tree().folder("Queue.old").folder("Pickup2").check());
}

TEST_CASE("A file named Queue makes no Mailroot", "[mailroot]") {
  refusal(Tree().file("Queue").check());
}

TEST_CASE("The likely path is named: one or two levels down, or one up from the service's own folder", "[mailroot]") {
  Tree tree;
  tree.folder("Inetpub/mailroot/Queue").folder("Exchsrvr/Mailroot/vsi 1/Pickup");
  CHECK(names(refusal(tree.check()).hint, (tree.path() / "Inetpub/mailroot").string()));
  CHECK(names(refusal(tree.check("Inetpub")).hint, (tree.path() / "Inetpub/mailroot").string()));
  CHECK(names(refusal(tree.check("Exchsrvr")).hint, (tree.path() / "Exchsrvr/Mailroot/vsi 1").string()));
  const auto inside = refusal(tree.check("Inetpub/mailroot/Queue")).hint;
  CHECK(names(inside, "Likely meant: " + (tree.path() / "Inetpub/mailroot").string()));
  CHECK_FALSE(names(inside, "mailroot/Queue"));
  CHECK_FALSE(names(refusal(Tree().folder("a/b/c/Queue").check()).hint, "Likely"));
}

TEST_CASE("A link in place of Queue, Pickup, Drop, Badmail or Mailbox is refused with its target named", "[mailroot]") {
  const std::string name = GENERATE("Queue", "pickup", "Drop", "BADMAIL", "Mailbox");
  Tree tree;
  tree.folder("Queue2");
  if (name != "Queue") tree.folder("Queue");
  tree.link(name, "/srv/elsewhere");
  const auto error = refusal(tree.check());
  CHECK(error.cause == Cause::is_link);
  CHECK(error.path == (tree.path() / name).string());
  CHECK(names(error.why, "/srv/elsewhere"));
}

TEST_CASE("A Mailroot whose only folder of mail is a link is told as a link, not as no Mailroot", "[mailroot]") {
  CHECK(refusal(Tree().link("Queue", "gone").check()).cause == Cause::is_link);
}

TEST_CASE("A link deeper down, or in place of another folder, is no obstacle", "[mailroot]") {
  CHECK(Tree().folder("Queue").link("Queue/link", "/etc").link("Route", "/etc").link("other", "/etc").check());
}

TEST_CASE("A staging folder that holds mail is refused, and the recovery folder that it belongs to named",
          "[mailroot]") {
  Tree tree;
  tree.folder("Queue");
  tree.file(".requeue-00112233aabbccdd/token", render(mailroot::Token{"00112233aabbccdd", "/var/recovery one"}));
  CHECK(tree.check());
  tree.file(".requeue-00112233aabbccdd/a.eml", "mail");
  const auto error = refusal(tree.check());
  CHECK(names(error.path, ".requeue-00112233aabbccdd"));
  CHECK(names(error.why, "/var/recovery one"));
  CHECK(names(error.hint, "requeue replay --recovery \"/var/recovery one\""));
  CHECK(names(error.hint, "Do not delete"));
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
  CHECK(names(refusal(tree.check()).why, "cannot be told"));
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
  CHECK(counted->files == 2);
  CHECK(counted->bytes == 3);
  CHECK(counted->folders == 2);
  const std::string path = GENERATE("Queue/a.EML", "Queue/deep");
  files->add({"check_access", path, 1, Cause::denied});
  const auto refused = mailroot::check_rights(*tree.open());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit == Exit::precondition);
  CHECK(refused.error().hint.find("Nothing was touched.") == 0);
}

}  // namespace requeue::tests
