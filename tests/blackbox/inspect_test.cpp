// What is stuck, at a glance, and nothing written.
#include <ctime>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {

TEST_CASE("inspect counts what is owed by domain and age, who sent it, and what would be held") {
  const Window window;
  window.put("Queue/old.eml", mail("old", "ann@one.org, bob@one.org, cid@two.org"));
  window.put("Queue/copy.eml", mail("old", "ann@one.org, bob@one.org, cid@two.org"));
  window.put("Queue/new.eml", "x-sender: Dev@x.org\r\nx-receiver: ann@one.org\r\n" + mail("new", "x@y.org"));
  window.put("Queue/none.eml", "From: a@x.org\r\n\r\nx");
  window.put("Badmail/1.BDR", "No way for a@b.org.\r\n\r\nThe specific error code was 0xC00402C7.\r\n");
  window.put("Badmail/1.BAD", "x");
  const auto now = std::time(nullptr);
  fs::last_write_time(window.mailroot / "Queue/old.eml", now - 86400 * 3);
  fs::last_write_time(window.mailroot / "Queue/copy.eml", now - 86400 * 2);
  fs::last_write_time(window.mailroot / "Queue/new.eml", now - 60 * 7);
  const auto before = contents(window.mailroot);
  const auto check = [&](const std::string& path) {
    const auto answer = window.ask({"inspect", path});
    CHECK(answer.exit == 0);
    const auto& json = answer.json;
    CHECK(json["found"] == 4);
    CHECK(json["replay"] == 2);
    CHECK(json["duplicate"] == 1);
    CHECK(json["held"] == 1);
    CHECK(json["held_by_rule"] == Json{{"no_recipient", 1}});
    CHECK(json["envelope_sources"]["x-headers"] == 1);
    REQUIRE(json["domains"].size() == 2);
    CHECK(json["domains"][0] ==
          Json{{"domain", "one.org"}, {"total", 3}, {"by_age", Json{0, 1, 0, 0, 0, 0, 0, 0, 0, 2}}});
    CHECK(json["senders"][0]["count"] == 1);
    CHECK(json["reasons"][0] == Json{{"reason", "0xC00402C7: No way for (address)"}, {"count", 1}});
    CHECK(window.ask({"inspect", path, "--domain", "two.org"}).json["found"] == 2);
    CHECK(window.ask({"inspect", "--sender", "dev@*", path}).json["found"] == 1);
    CHECK(window.ask({"inspect", path, "--since", "1h"}).json["found"] == 2);
    CHECK(window.ask({"inspect", path, "--limit", "1"}).json["found"] == 1);
  };
  check(window.mailroot.string());
  CHECK(contents(window.mailroot) == before);
  // Not emptied yet, and after it.
  CHECK(window.ask({"snapshot", "--mailroot", window.mailroot.string(), "--recovery", window.recovery.string()}).exit ==
        0);
  check(window.recovery.string());
  window.evacuate();
  check(window.recovery.string());
  window.replay();
  CHECK(window.ask({"inspect", window.recovery.string()}).json["replayed"] == 2);
}

}  // namespace requeue::tests
