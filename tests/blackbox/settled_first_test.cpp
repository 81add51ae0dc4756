// What a killed replay left open is handed over before anything is planned. That it was, is said.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

const std::string handed_over_first = "2 messages of the replay that was cut short were handed over first";

// Four messages and a copy of the first, of which a replay was to hand over two. It is killed once their intents stand,
// before any rename: the journal ends there, messages.jsonl too, and the files stand in staging.
class Killed : public Window {
 public:
  Killed() {
    for (const auto* const name : {"a", "b", "c", "d"}) {
      put("Queue/" + std::string(name) + ".eml", mail(name, std::string(name) + "@example.org"));
    }
    put("Queue/copy.eml", mail("a", "a@example.org"));
    evacuate();
    REQUIRE(replay({"--limit", "2"}).json["now"]["replayed"] == 2);
    const auto journal = read(recovery / "journal.jsonl");
    const auto commit = journal.find("\"event\":\"commit\"");
    REQUIRE(commit != std::string::npos);
    write(recovery / "journal.jsonl", journal.substr(0, journal.rfind('\n', commit) + 1));
    const auto details = read(recovery / "messages.jsonl");
    write(recovery / "messages.jsonl", details.substr(0, details.rfind('\n', details.size() - 2) + 1));
    const auto at = journal.find("\"recovery\":\"") + std::string("\"recovery\":\"").size();
    const auto id = journal.substr(at, 16);
    const auto staging = pickup.parent_path() / (".requeue-" + id);
    write(staging / "token", id + "\n" + recovery.string() + "\n");
    for (const auto& [name, bytes] : contents(pickup)) fs::rename(pickup / name, staging / name);
  }
  [[nodiscard]] Answer go_on(std::vector<std::string> more) const { return replay(std::move(more)); }
};

TEST_CASE("what a killed replay left open was sent without a word that --limit does not count it", "[settled]") {
  const Killed window;
  const auto answer = window.go_on({"--limit", "1"});
  INFO(answer.out << answer.err);
  CHECK(answer.json["now"]["replayed"] == 3);
  CHECK(answer.json["settled"] ==
        Json{{"handed_over", 2}, {"had_been_handed_over", 0}, {"not_sent", 0}, {"in_doubt", 0}});
  CHECK((answer.out + answer.err).find(handed_over_first + "; --limit and the plan do not count them") !=
        std::string::npos);
  CHECK(posted(window.pickup).size() == 3);
  const auto next = window.go_on({});
  CHECK(next.json["settled"]["handed_over"] == 0);
  CHECK((next.out + next.err).find("cut short") == std::string::npos);
  CHECK(posted(window.pickup).size() == 4);
}

TEST_CASE("a refusal said that nothing was sent, although what a killed replay left open was", "[settled]") {
  const Killed window;
  SECTION("a name that is no message is refused before") {
    const auto option = GENERATE("--message", "--release");
    const auto answer = window.go_on({option, "Queue/none.eml"});
    REQUIRE(answer.exit == 2);
    CHECK(answer.json["error"]["hint"].get<std::string>().find("Nothing was sent") != std::string::npos);
    CHECK(posted(window.pickup).empty());
  }
  SECTION("what only settling can tell is refused with what was handed over") {
    const auto answer = window.go_on({"--release", "Queue/copy.eml"});
    REQUIRE(answer.exit == 5);
    const auto hint = answer.json["error"]["hint"].get<std::string>();
    INFO(hint);
    CHECK(hint.find(handed_over_first) != std::string::npos);
    CHECK(hint.find("Nothing was sent") == std::string::npos);
    CHECK(hint.find("Nothing else was sent") != std::string::npos);
    CHECK(posted(window.pickup).size() == 2);
  }
  CHECK(window.go_on({}).json["replayed"] == 4);
  CHECK(posted(window.pickup).size() == 4);
}

}  // namespace
}  // namespace requeue::tests
