// Trees, names and recovery folders that somebody made to do harm, or that a disk or a tool damaged.
#include <sys/stat.h>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

void replace_in(const fs::path& file, const std::string& from, const std::string& to) {
  auto text = read(file);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  write(file, text.replace(at, from.size(), to));
}

TEST_CASE("links and special files are named, never followed, never removed") {
  const Window window;
  const auto outside = window.folder.path() / "outside";
  write(outside / "kept.txt", "somebody else's");
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  fs::create_directory_symlink(outside, window.mailroot / "Badmail/link");
  fs::create_symlink(outside / "kept.txt", window.mailroot / "Queue/NTFS_2.EML");
  REQUIRE(mkfifo((window.mailroot / "Drop/pipe").c_str(), 0600) == 0);
  const auto answer = window.ask(window.evacuation());
  CHECK(answer.exit == 3);
  for (const auto* const name : {"Badmail/link", "Queue/NTFS_2.EML", "Drop/pipe"}) {
    CHECK(answer.err.find(name) != std::string::npos);
    CHECK(fs::exists(fs::symlink_status(window.mailroot / name)));
  }
  CHECK(read(outside / "kept.txt") == "somebody else's");
  CHECK_FALSE(fs::exists(window.mailroot / "Queue/NTFS_1.EML"));
  CHECK(window.replay().json["replayed"] == 1);
}

TEST_CASE("what mail and names contain reaches the terminal as text only") {
  const Window window;
  window.put("Queue/\x1b[2Jred\nline.EML",
             "From: \x1b]0;title\x07 <a@example.com>\r\nTo: b@example.org\r\nSubject: \x1b[31m\r\n\r\nx\r\n");
  window.put("Queue/nobody\x1b[1m.EML", "From: a@example.com\r\nSubject: \x1b[31m\r\n\r\nx\r\n");
  window.put("Queue/\xff\xfe.EML", mail("bytes", "c@example.org"));
  window.evacuate();
  const auto recovery = window.recovery.string();
  window.replay();
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"plan", "--recovery", recovery},
                                                                     {"report", "--recovery", recovery},
                                                                     {"status", "--recovery", recovery},
                                                                     {"inspect", recovery},
                                                                     {"audit", "--recovery", recovery}}) {
    const auto ran = window.see(arguments);
    INFO(arguments.front() << ran.out << ran.err);
    CHECK((ran.exit == 0 || ran.exit == 3));
    CHECK((ran.out + ran.err).find('\x1b') == std::string::npos);
    CHECK((ran.out + ran.err).find('\x07') == std::string::npos);
  }
  const auto target = window.folder.path() / "back";
  CHECK(window.ask({"restore", "--recovery", recovery, "--mailroot", target.string()}).exit == 0);
  CHECK(read(target / "Queue/\xff\xfe.EML") == mail("bytes", "c@example.org"));
  CHECK(fs::exists(target / "Queue/\x1b[2Jred\nline.EML"));
}

TEST_CASE("a tampered journal, manifest or file list stops everything that sends") {
  for (const std::string file : {"journal.jsonl", "snapshot/manifest-sha256.txt", "snapshot/files.jsonl"}) {
    const Window window;
    window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
    window.put("Queue/NTFS_2.EML", mail("two", "a@example.org"));
    window.evacuate();
    auto text = read(window.recovery / file);
    const auto at = text.find("2");
    REQUIRE(at != std::string::npos);
    text[at] = '3';
    write(window.recovery / file, text);
    INFO(file);
    CHECK(window.replay().exit == 4);
    CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).exit == 4);
    CHECK(fs::is_empty(window.pickup));
  }
}

TEST_CASE("a payload file that changed fails, and the others go on") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "a@example.org"));
  window.evacuate();
  replace_in(window.recovery / "snapshot/data/mailroot/Queue/NTFS_1.EML", "Hello", "Jello");
  const auto answer = window.replay();
  CHECK(answer.exit == 4);
  CHECK(answer.json["failed"] == 1);
  CHECK(answer.json["replayed"] == 1);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).exit == 4);
  CHECK(contents(window.pickup).size() == 1);
}

TEST_CASE("paths in a bag never lead outside") {
  for (const std::string path : {"data/mailroot/../../../../escaped", "/tmp/requeue-escaped", "data/../../escaped"}) {
    const Window window;
    window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
    window.evacuate();
    for (const std::string file : {"manifest-sha256.txt", "files.jsonl"}) {
      const auto list = window.recovery / "snapshot" / file;
      auto text = read(list);
      for (const std::string name : {"data/mailroot/Queue/NTFS_1.EML", "Queue/NTFS_1.EML"}) {
        for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + path.size())) {
          text.replace(at, name.size(), path);
        }
      }
      write(list, text);
    }
    const auto target = window.folder.path() / "deep/er/target";
    const auto answer = window.ask({"restore", "--recovery", window.recovery.string(), "--mailroot", target.string()});
    CHECK(answer.exit == 4);
    CHECK_FALSE(fs::exists("/tmp/requeue-escaped"));
    for (const auto& [name, bytes] : contents(window.folder.path())) {
      INFO(name);
      CHECK(name.find("escaped") == std::string::npos);
    }
  }
}

TEST_CASE("a recovery folder with a snapshot but no whole journal line is damage") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto journal = read(window.recovery / "journal.jsonl");
  write(window.recovery / "journal.jsonl", journal.substr(0, 20));
  const auto before = contents(window.folder.path());
  CHECK(window.ask(window.evacuation()).exit == 4);
  CHECK(window.replay().exit == 4);
  CHECK(contents(window.folder.path()) == before);
}

TEST_CASE("a torn tail is cut off by the next run, and recorded") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto journal = read(window.recovery / "journal.jsonl");
  write(window.recovery / "journal.jsonl", journal + "{\"seq\":99,\"time\":\"20" + std::string(7, '\0'));
  CHECK(window.ask({"status", "--recovery", window.recovery.string()}).exit == 0);
  CHECK(window.replay().exit == 0);
  const auto after = read(window.recovery / "journal.jsonl");
  CHECK(after.substr(0, journal.size()) == journal);
  CHECK(after.find("\"event\":\"recovered\"") != std::string::npos);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).exit == 0);
}

TEST_CASE("whole lines cut off the journal's end are noticed") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  window.replay();
  const auto head = window.ask({"status", "--recovery", window.recovery.string()}).json["head"].get<std::string>();
  auto journal = read(window.recovery / "journal.jsonl");
  for (int lines = 0; lines < 4; ++lines) journal.resize(journal.rfind('\n', journal.size() - 2) + 1);
  write(window.recovery / "journal.jsonl", journal);
  CHECK(window.replay().exit == 4);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string(), "--expect-head", head}).exit == 4);
  CHECK(contents(window.pickup).size() == 1);
}

}  // namespace
}  // namespace requeue::tests
