// adopt, cut short in its last words.
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

// The journal up to the line of this event, as after a write that was torn there, and messages.jsonl that knows no
// more.
void cut_before(const Window& window, const std::string& event) {
  const auto text = read(window.recovery / "journal.jsonl");
  const auto at = text.find("\"event\":\"" + event + "\"");
  REQUIRE(at != std::string::npos);
  write(window.recovery / "journal.jsonl", text.substr(0, text.rfind('\n', at) + 1));
  write(window.recovery / "messages.jsonl", "");
}

TEST_CASE("adopt that was killed at any of its lines goes on when it is run again") {
  const Window window;
  const auto backup = window.folder.path() / "backup";
  write(backup / "Queue/NTFS_1.EML", mail("one", "a@example.org"));
  const std::vector<std::string> adopt{"adopt", "--backup", backup.string(), "--recovery", window.recovery.string()};
  REQUIRE(window.ask(adopt).exit == 0);
  const std::string event = GENERATE("snapshot", "verified", "emptying", "emptied");
  INFO("cut before " << event);
  cut_before(window, event);
  const auto again = window.ask(adopt);
  INFO(again.err);
  CHECK(again.exit == 0);
  CHECK(again.json["snapshot"]["files"] == 1);
  CHECK(again.json["verified"]["files"] == 1);
  CHECK(window.replay().json["replayed"] == 1);
  CHECK(window.ask(adopt).exit == 5);
}

}  // namespace
}  // namespace requeue::tests
