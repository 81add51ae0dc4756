#include <catch2/catch.hpp>

#include "replay/plan_fixture.h"
#include "report/manifest.h"

using namespace requeue;
using namespace requeue::tests;

TEST_CASE("The manifest can be drawn when a replay has decided on some messages and left others", "[manifest]") {
  Planning planning;
  planning.add("Queue/sent.eml", mail_to("b@example.org", "sent"));
  planning.add("Queue/left.eml", mail_to("b@example.org", "left"));
  planning.add("Drop/in.eml", mail_to("b@example.org", "in"));
  planning.empty();
  planning.replayed("Queue/sent.eml", {"b@example.org"});
  planning.event("message", {{"source", "Queue/sent.eml"}, {"disposition", "replayed"}, {"rule", "replay"}});
  planning.event("message", {{"source", "Drop/in.eml"}, {"disposition", "held"}, {"rule", "list"}});
  Watcher watcher;
  std::vector<std::string> lines;
  REQUIRE(planning.recovery().flush());
  report::Told told;
  REQUIRE(journal::read(planning.recovery().tree(), [&](const journal::Line& line) { return told.see(line); }));
  auto manifest = report::Manifest::open(planning.recovery(), told, watcher);
  REQUIRE(manifest);
  const auto counts = manifest->each([&](const Json& record) {
    lines.push_back(text_of(record, "source") + " " + text_of(record, "disposition"));
    return Result<void>{};
  });
  if (!counts) FAIL(to_text(counts.error()));
  CHECK(lines == std::vector<std::string>{"Drop/in.eml held", "Queue/left.eml pending", "Queue/sent.eml replayed"});
  CHECK(counts->found == 3);
}
