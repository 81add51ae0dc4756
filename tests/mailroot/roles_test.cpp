// What a folder directly below the Mailroot is for.
#include "mailroot/bench.h"

namespace requeue::tests {

using mailroot::Role;

TEST_CASE("Folders are known by their names, compared without case", "[mailroot]") {
  CHECK(mailroot::role_of("Queue") == Role::queue);
  CHECK(mailroot::role_of("PickUp") == Role::pickup);
  CHECK(mailroot::role_of("DROP") == Role::drop);
  CHECK(mailroot::role_of("badmail") == Role::badmail);
  CHECK(mailroot::role_of("MailBox") == Role::mailbox);
  CHECK(mailroot::role_of("Route") == Role::route);
  CHECK(mailroot::role_of("SortTemp") == Role::sort_temp);
  for (const auto* const name : {"", "Queue ", "Queues", "Filter", "UCEArchive", "queue/a"}) {
    CHECK(mailroot::role_of(name) == Role::other);
  }
}

TEST_CASE("The top folder of a source is its first component; a file in the Mailroot itself has none", "[mailroot]") {
  CHECK(mailroot::top_of("Queue/a.EML") == "Queue");
  CHECK(mailroot::top_of("Queue/deep/a.EML") == "Queue");
  CHECK(mailroot::top_of("smtp.log").empty());
  CHECK(mailroot::top_of("").empty());
}

TEST_CASE("Staging folders are known by their prefix, save the probe's", "[mailroot]") {
  CHECK(mailroot::is_staging(".requeue-00112233aabbccdd"));
  CHECK(mailroot::is_staging(".REQUEUE-1"));
  for (const auto* const name : {".requeue-probe", ".Requeue-Probe", ".requeue-", ".requeue", "requeue-1", "Queue"}) {
    CHECK_FALSE(mailroot::is_staging(name));
  }
}

TEST_CASE("A token says whose a staging folder is, in one line each, whatever the path holds", "[mailroot]") {
  Tree tree;
  const mailroot::Token token{"00112233aabbccdd", "/srv/recovery\nfolder"};
  tree.file(".requeue-1/token", render(token));
  CHECK(render(token) == "00112233aabbccdd\n/srv/recovery\\x0afolder\n");
  const auto read = mailroot::read_token(*tree.open(), ".requeue-1");
  REQUIRE(read);
  CHECK(read->id == "00112233aabbccdd");
  CHECK(read->recovery == token.recovery);
  const auto path = GENERATE(as<std::string>(), "/srv/r ", "/srv/r\xff", "/srv/\\x41", "C:\\r", "/srv/\r");
  CHECK(mailroot::parse_token(mailroot::render({"0", path})).recovery == path);
}

TEST_CASE("A token that is not there or too large is an error, one that is odd is read as far as it goes",
          "[mailroot]") {
  Tree tree;
  tree.folder(".requeue-1").file(".requeue-2/token", std::string(70000, 'x')).file(".requeue-3/token", "id");
  CHECK_FALSE(mailroot::read_token(*tree.open(), ".requeue-1"));
  CHECK_FALSE(mailroot::read_token(*tree.open(), ".requeue-2"));
  CHECK(mailroot::read_token(*tree.open(), ".requeue-3")->id == "id");
  CHECK(mailroot::read_token(*tree.open(), ".requeue-3")->recovery.empty());
}

TEST_CASE("Folders are counted for the person: files, bytes and the oldest write time of each", "[mailroot]") {
  Tree tree;
  tree.file("Queue/a.EML", "one").file("Queue/deep/b.EML", "four").folder("Drop").file("smtp.log", "log");
  boost::filesystem::last_write_time(tree.path() / "Queue/deep/b.EML", 1400000000);
  const auto folders = mailroot::count_folders(*tree.open()).value();
  REQUIRE(folders.size() == 3);
  CHECK(folders[0].name.empty());
  CHECK(folders[0].files == 1);
  CHECK(folders[1].name == "Drop");
  CHECK(folders[1].role == Role::drop);
  CHECK(folders[1].files == 0);
  CHECK(folders[2].name == "Queue");
  CHECK(folders[2].files == 2);
  CHECK(folders[2].bytes == 7);
  CHECK(folders[2].oldest.seconds == 1400000000);
}

}  // namespace requeue::tests
