// What the operator names on the command line, and what somebody put there in its place.
#include <sys/stat.h>

#include <algorithm>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

bool holds_control(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\r' && byte != '\n') || byte == 0x7F;
  });
}

TEST_CASE("A FIFO given as a plan, envelopes or a log hung, and only SIGKILL ended it") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto pipe = window.folder.path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const auto option = GENERATE(as<std::string>{}, "--plan", "--envelopes", "--smtp-log");
  const auto answer = window.replay({option, pipe.string()});
  INFO(option);
  CHECK(answer.exit == (option == "--smtp-log" ? 2 : 5));
  CHECK(answer.json["error"]["path"] == pipe.string());
  CHECK(fs::is_empty(window.pickup));
}

TEST_CASE("A --pickup that is a link was followed, and the mail went behind it") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto link = window.folder.path() / "link";
  fs::create_directory_symlink(window.pickup, link);
  for (const std::string ending : {"", "/", "/."}) {
    INFO(ending);
    const auto answer = window.ask(
        {"replay", "--recovery", window.recovery.string(), "--no-probe", "test", "--pickup", link.string() + ending});
    CHECK(answer.exit == 5);
    CHECK(answer.json["error"]["why"].get<std::string>().find(window.pickup.string()) != std::string::npos);
  }
  CHECK(fs::is_empty(window.pickup));
  // A link on the way to it is the operator's own.
  fs::create_directory_symlink(window.pickup.parent_path(), window.folder.path() / "way");
  const auto by_way = window.folder.path() / "way" / window.pickup.filename();
  CHECK(
      window.ask({"replay", "--recovery", window.recovery.string(), "--no-probe", "test", "--pickup", by_way.string()})
          .exit == 0);
  CHECK(posted(window.pickup).size() == 1);
}

TEST_CASE("A link given as the Pickup in use is refused by adopt, too") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  const auto link = window.folder.path() / "link";
  fs::create_directory_symlink(window.pickup, link);
  const auto answer = window.ask({"adopt", "--backup", window.mailroot.string(), "--recovery", window.recovery.string(),
                                  "--pickup", link.string()});
  CHECK(answer.exit == 5);
  CHECK_FALSE(fs::exists(window.recovery / "journal.jsonl"));
}

TEST_CASE("Control characters reached a plan and a manifest as they were, and a terminal that showed them") {
  const Window window;
  window.put("Queue/\x1b[2Jred\ttab.EML",
             "From: a@example.com\r\nTo: b@example.org\r\nSubject: \x1b[31m\tx\r\n\r\nx\r\n");
  window.put("Queue/plain.EML", mail("\xe2\x80\xae"
                                     "fdp.exe \xc2\x9b",
                                     "c@example.org"));
  window.evacuate();
  const auto plan = window.folder.path() / "plan.csv", manifest = window.folder.path() / "manifest.csv";
  const auto recovery = window.recovery.string();
  REQUIRE(window.ask({"plan", "--recovery", recovery, "--out", plan.string()}).exit == 0);
  REQUIRE(window.ask({"report", "--recovery", recovery, "--csv", manifest.string()}).exit == 0);
  for (const auto& file : {plan, manifest}) {
    const auto text = read(file);
    INFO(text);
    CHECK_FALSE(holds_control(text));
    CHECK(text.find("\xe2\x80\xae") == std::string::npos);
    CHECK(text.find("\xc2\x9b") == std::string::npos);
    CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  }
  // It reads back as it was written.
  CHECK(window.replay({"--plan", plan.string()}).json["replayed"] == 2);
}

}  // namespace
}  // namespace requeue::tests
