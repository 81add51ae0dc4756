// A restore that would have put mail where it is sent again, or in the wrong place.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/told.h"

namespace requeue::tests {
namespace {

const std::string left_to_the_service = "it was left to the service, which has sent it since";

// Three messages in a backup that was made by hand, and none in the Mailroot.
class Adopted : public Window {
 public:
  Adopted() {
    for (const auto* const name : {"a", "b", "c"}) {
      write(backup / "Queue" / (std::string(name) + ".EML"), mail(name, std::string(name) + "@example.org"));
    }
  }
  void adopt() const {
    REQUIRE(ask(of(*this, {"adopt"}, {"--backup", backup.string(), "--mailroot", mailroot.string()})).exit == 0);
  }
  void stands(const std::string& name, const std::string& under) const {
    put("Queue/" + under, read(backup / "Queue" / name));
  }
  [[nodiscard]] Answer restore(const fs::path& target) const {
    return ask(of(*this, {"restore"}, {"--mailroot", target.string(), "--service", "none"}));
  }

  fs::path backup = folder.path() / "backup";
};

TEST_CASE("a restore after adopt put back what had been left to the service", "[adopt]") {
  const Adopted window;
  SECTION("found when it was adopted, and sent since") {
    window.stands("c.EML", "c.EML");
    window.adopt();
    fs::remove(window.mailroot / "Queue/c.EML");
  }
  SECTION("a replay left it, and it was sent since") {
    window.adopt();
    window.stands("c.EML", "other name.EML");
    REQUIRE(window.ask(of(window, {"replay"}, {"--no-probe", "drill", "--message", "Queue/c.EML"})).exit == 3);
    fs::remove(window.mailroot / "Queue/other name.EML");
  }
  SECTION("it stands under another name") {
    window.adopt();
    window.stands("c.EML", "other name.EML");
  }
  const auto restored = window.restore(window.mailroot);
  CHECK(restored.exit == 3);
  CHECK(restored.json["restored"] == 2);
  CHECK(holds(restored.err, left_to_the_service));
  CHECK_FALSE(fs::exists(window.mailroot / "Queue/c.EML"));
}

TEST_CASE("what was left to the service and stands there under its name is present, not left out", "[adopt]") {
  const Adopted window;
  window.stands("c.EML", "c.EML");
  window.adopt();
  const auto restored = window.restore(window.mailroot);
  CHECK(restored.exit == 0);
  CHECK(restored.json["restored"] == 2);
  CHECK(restored.json["present"] == 1);
}

TEST_CASE("a restore of an adopted backup into its renamed Mailroot put back all that was sent", "[adopt]") {
  const Adopted window;
  window.adopt();
  REQUIRE(window.ask(of(window, {"replay"}, {"--no-probe", "drill"})).exit == 0);
  const auto renamed = window.folder.path() / "renamed";
  fs::rename(window.mailroot, renamed);
  const auto refused = window.restore(renamed);
  CHECK(refused.exit == 5);
  CHECK(contents(renamed / "Queue").empty());
  CHECK(window.restore(window.folder.path() / "empty").json["restored"] == 3);
}

TEST_CASE("a restore put a whole tree into a folder of the Mailroot, or into another recovery folder", "[restore]") {
  const Window window;
  window.put("Queue/a.EML", mail("a", "a@example.org"));
  window.evacuate();
  const auto other = window.folder.path() / "other";
  const auto backup = window.folder.path() / "backup";
  write(backup / "Queue/b.EML", mail("b", "b@example.org"));
  REQUIRE(window.ask({"adopt", "--backup", backup.string(), "--recovery", other.string()}).exit == 0);
  for (const auto& target : {window.mailroot / "Pickup", window.mailroot / "Queue/made by a slip", other}) {
    INFO(target.string());
    CHECK(window.ask(of(window, {"restore"}, {"--mailroot", target.string()})).exit == 5);
    CHECK_FALSE(fs::exists(target / "Queue"));
  }
}

TEST_CASE("a snapshot that was being taken anew when the run was killed was called damaged", "[restore]") {
  const Window window;
  window.put("Queue/a.EML", mail("a", "a@example.org"));
  const Words options{"--mailroot", window.mailroot.string(), "--service", "none"};
  REQUIRE(window.ask(of(window, {"snapshot"}, options)).exit == 0);
  const auto details = read(window.recovery / "messages.jsonl");
  window.put("Queue/b.EML", mail("b", "b@example.org"));
  REQUIRE(window.ask(of(window, {"snapshot"}, options)).exit == 0);
  const auto journal = read(window.recovery / "journal.jsonl");
  const auto snapshot = journal.rfind("\"event\":\"snapshot\"");
  REQUIRE(snapshot != std::string::npos);
  write(window.recovery / "journal.jsonl", journal.substr(0, journal.rfind('\n', snapshot) + 1));
  write(window.recovery / "messages.jsonl", details);
  for (const auto& answer : {window.ask(of(window, {"verify"})), window.ask(of(window, {"restore"}, options))}) {
    CHECK(answer.exit == 5);
    CHECK(holds(answer.err, "the snapshot was being taken anew when the run was cut short"));
  }
  CHECK(holds(told(window, {"audit"}), "Nothing is damaged"));
  CHECK(window.ask(of(window, {"snapshot"}, options)).exit == 0);
  CHECK(window.ask(of(window, {"verify"})).exit == 0);
}

}  // namespace
}  // namespace requeue::tests
