// Messages in doubt, as an administrator meets them: listed with what can be looked at, settled by a person's word, and
// accounted for afterwards. Brought about the way it happens: files gone while the emptying was cut short by a restart.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"
#include "core/text.h"

using namespace requeue;
using namespace requeue::tests;

namespace {

// The event by which an emptying tells that a file had gone before it could be removed, written as it would write it.
void lose_before_emptying(const Window& window, const std::string& source) {
  window.put(source, mail("doubtful", "b@example.org"));
  window.put("Queue/sure.eml", mail("sure", "c@example.org"));
  const std::vector<std::string> folders{"--mailroot", window.mailroot.string(), "--recovery",
                                         window.recovery.string()};
  const auto ask = [&](std::vector<std::string> verb) {
    const bool of_mailroot = verb.front() != "verify";
    if (of_mailroot) verb.insert(verb.end(), {"--service", "none"});
    verb.insert(verb.end(), of_mailroot ? folders.begin() : folders.begin() + 2, folders.end());
    return window.ask(verb).exit;
  };
  REQUIRE(ask({"snapshot"}) == 0);
  REQUIRE(ask({"verify"}) == 0);
  fs::remove(window.mailroot / source);
  REQUIRE(ask({"empty"}) == 3);
}

Answer resolve(const Window& window, const std::string& word, const std::string& source,
               std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"replay", "--recovery", window.recovery.string(), "--resolve", word, source});
  return window.ask(more);
}

Answer of(const Window& window, const std::string& verb) {
  return window.ask({verb, "--recovery", window.recovery.string()});
}

const std::string source = "Queue/a.eml";

}  // namespace

TEST_CASE("a message in doubt is listed with where to look, and never sent by itself", "[doubt]") {
  Window window;
  lose_before_emptying(window, source);
  CHECK(window.replay().exit == 8);
  CHECK(window.replay().exit == 8);
  CHECK(posted(window.pickup).size() == 1);
  const auto plan = of(window, "plan");
  CHECK(plan.exit == 8);
  REQUIRE(plan.json["in_doubt_messages"].size() == 1);
  CHECK(plan.json["in_doubt_messages"][0]["source"] == source);
  CHECK(plan.json["in_doubt_messages"][0]["rule"] == "gone_before_empty");
  CHECK(plan.json["in_doubt_messages"][0]["look"][0].get<std::string>().find("log") != std::string::npos);
  const auto seen = window.see({"plan", "--recovery", window.recovery.string()});
  // Not at the file: that it is gone is why it is in doubt.
  CHECK(seen.out.find("look at the service's own log") != std::string::npos);
  CHECK(seen.out.find("look at " + (window.mailroot / source).string()) == std::string::npos);
  CHECK(seen.out.find("--resolve sent|not-sent SOURCE") != std::string::npos);
  CHECK(of(window, "status").json["next"]["manual"].get<std::string>().find("in doubt (1)") != std::string::npos);
}

TEST_CASE("not sent: recorded, pending, and the next replay sends it once", "[doubt]") {
  const bool replayed_before = GENERATE(true, false);
  Window window;
  lose_before_emptying(window, source);
  if (replayed_before) CHECK(window.replay().exit == 8);
  const auto dry = resolve(window, "not-sent", source, {"-n"});
  CHECK(dry.exit == 0);
  CHECK(of(window, "plan").exit == 8);
  const auto said = resolve(window, "not-sent", source);
  CHECK(said.exit == 0);
  CHECK(said.json["pending"] == (replayed_before ? 1 : 2));
  CHECK(said.json["in_doubt"] == 0);
  CHECK(posted(window.pickup).size() == (replayed_before ? 1 : 0));
  CHECK(of(window, "audit").exit == 3);
  CHECK(of(window, "status").json["stage"] == "replaying");
  const auto replay = window.replay();
  CHECK(replay.exit == 0);
  CHECK(replay.json["replayed"] == 2);
  CHECK(posted(window.pickup).size() == 2);
  CHECK(window.replay().json["now"]["replayed"] == 0);
  CHECK(of(window, "audit").exit == 0);
  CHECK(resolve(window, "not-sent", source).exit == 5);
  CHECK(posted(window.pickup).size() == 2);
}

TEST_CASE("sent: recorded, counted as replayed, and never sent", "[doubt]") {
  Window window;
  lose_before_emptying(window, source);
  CHECK(window.replay().exit == 8);
  const auto said = resolve(window, "sent", source);
  CHECK(said.exit == 0);
  CHECK(said.json["replayed"] == 2);
  CHECK(window.replay().exit == 0);
  CHECK(posted(window.pickup).size() == 1);
  CHECK(of(window, "audit").exit == 0);
  const auto csv = window.folder.path() / "manifest.csv";
  CHECK(window.ask({"report", "--recovery", window.recovery.string(), "--csv", csv.string()}).exit == 0);
  CHECK(read(csv).find("resolved_sent") != std::string::npos);
}

TEST_CASE("a message that a person's word may not settle keeps its standing, and the refusal says why", "[doubt]") {
  Window window;
  lose_before_emptying(window, source);
  CHECK(resolve(window, "perhaps", source).exit == 2);
  CHECK(resolve(window, "sent", "Queue/nobody.eml").exit == 2);
  CHECK(resolve(window, "sent", "Queue/sure.eml").exit == 5);
  window.put(source, "somebody put it back");
  const auto stands = resolve(window, "not-sent", source);
  CHECK(stands.exit == 5);
  CHECK(stands.json["error"]["why"].get<std::string>().find("stands there now") != std::string::npos);
  CHECK(window.replay().exit == 8);
}
