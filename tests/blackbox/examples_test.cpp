// The examples that must hold, one test each.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

std::string submitted(const std::string& receiver, const std::string& message) {
  return "x-sender: sender@example.com\r\nx-receiver: " + receiver + "\r\n" + message;
}

TEST_CASE("Pickup holds one file for each replayed message, nothing else, and stays so") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "b@example.org"));
  window.put("Queue/NTFS_2.LTR", "transcript\r\n");
  window.put("Badmail/x.BAD", mail("bad", "c@example.org"));
  window.evacuate();
  const auto first = window.replay();
  CHECK(first.exit == 0);
  CHECK(first.json["found"] == 2);
  CHECK(first.json["replayed"] == 2);
  CHECK(first.json["now"]["replayed"] == 2);
  CHECK(first.json["not_mail"] == 2);
  const auto after = contents(window.pickup);
  CHECK(after.size() == 2);
  const auto second = window.replay();
  CHECK(second.exit == 0);
  CHECK(second.json["now"]["replayed"] == 0);
  CHECK(contents(window.pickup) == after);
  CHECK(fs::is_empty(window.folder.path() / "out") == false);
  CHECK(contents(window.folder.path() / "out").size() == 3);  // Pickup and its two files: no staging folder is left
}

TEST_CASE("what is written is the source without its Bcc, its dots doubled") {
  const Window window;
  const std::string head = "From: a@example.com\r\nTo: b@example.org\r\nsubject:  odd   blanks\r\nX-Odd : yes\r\n";
  const std::string body = ".\r\n..two\r\n.end\nbare line feed\r\n8-bit \xE9\r\nno end";
  window.put("Queue/NTFS_1.EML",
             head + "Bcc: hidden@example.net,\r\n also@example.net\r\nMIME-Version: 1.0\r\n\r\n" + body);
  window.evacuate();
  CHECK(window.replay().exit == 0);
  const auto files = posted(window.pickup);
  REQUIRE(files.size() == 1);
  CHECK(files[0].content == head + "MIME-Version: 1.0\r\n\r\n" + body);
  CHECK(files[0].recipients == std::vector<std::string>{"b@example.org", "hidden@example.net", "also@example.net"});
  CHECK(files[0].sender == "a@example.com");
}

TEST_CASE("an evacuation by hard links does what one by copies does") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "b@example.org"));
  auto command = window.evacuation();
  command.insert(command.end(), {"--method", "link"});
  const auto evacuated = window.ask(command);
  CHECK(evacuated.exit == 0);
  CHECK(evacuated.json["snapshot"]["linked"] == 2);
  CHECK(evacuated.json["emptied"]["files"] == 2);
  CHECK(window.replay().exit == 0);
  CHECK(posted(window.pickup).size() == 2);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).exit == 0);
}

TEST_CASE("of two files with equal bytes one is replayed and the other names it") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("same", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("same", "a@example.org"));
  window.evacuate();
  const auto answer = window.replay();
  CHECK(answer.exit == 0);
  CHECK(answer.json["replayed"] == 1);
  CHECK(answer.json["duplicate"] == 1);
  const auto manifest = window.folder.path() / "manifest.jsonl";
  REQUIRE(window.ask({"report", "--recovery", window.recovery.string(), "--jsonl", manifest.string()}).exit == 0);
  const auto text = read(manifest);
  CHECK(text.find("\"disposition\":\"duplicate\"") != std::string::npos);
  CHECK(text.find("\"duplicate_of\":\"Queue/NTFS_1.EML\"") != std::string::npos);
}

TEST_CASE("the same bytes to other people are both replayed") {
  const Window window;
  window.put("Queue/NTFS_1.EML", submitted("a@example.org", mail("same", "list@example.org")));
  window.put("Queue/NTFS_2.EML", submitted("b@example.org", mail("same", "list@example.org")));
  window.evacuate();
  CHECK(window.replay().json["replayed"] == 2);
  const auto files = posted(window.pickup);
  REQUIRE(files.size() == 2);
  CHECK(files[0].recipients != files[1].recipients);
}

TEST_CASE("restore into an empty folder gives the tree back") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Drop/deep/er/x.eml", mail("two", "b@example.org"));
  window.put("in the root.txt", "stays\r\n");
  fs::create_directories(window.mailroot / "SortTemp/empty");
  const auto before = contents(window.mailroot);
  window.evacuate();
  const auto target = window.folder.path() / "restored";
  const auto answer = window.ask({"restore", "--recovery", window.recovery.string(), "--mailroot", target.string()});
  CHECK(answer.exit == 0);
  CHECK(answer.json["restored"] == 3);
  CHECK(contents(target) == before);
}

TEST_CASE("a complete evacuation is refused a second time, and an emptied tree says that nothing was verified") {
  Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto again = window.ask(window.evacuation());
  CHECK(again.exit == 5);
  CHECK(again.err.find("requeue status") != std::string::npos);
  window.recovery = window.folder.path() / "second";
  const auto other = window.see(window.evacuation());
  CHECK(other.exit == 0);
  CHECK(other.out.find("no files") != std::string::npos);
}

TEST_CASE("after a restore into the Mailroot nothing is replayed") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  CHECK(window
            .ask({"restore", "--recovery", window.recovery.string(), "--mailroot", window.mailroot.string(),
                  "--service", "none"})
            .exit == 0);
  CHECK(read(window.mailroot / "Queue/NTFS_1.EML") == mail("one", "a@example.org"));
  const auto answer = window.replay();
  CHECK(answer.json["now"]["replayed"] == 0);
  CHECK(answer.json["skipped"] == 1);
  CHECK(fs::is_empty(window.pickup));
}

TEST_CASE("a snapshot that was not emptied is not replayed") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  REQUIRE(window
              .ask({"snapshot", "--mailroot", window.mailroot.string(), "--recovery", window.recovery.string(),
                    "--service", "none"})
              .exit == 0);
  CHECK(window.replay().exit == 5);
  CHECK(fs::is_empty(window.pickup));
}

}  // namespace
}  // namespace requeue::tests
