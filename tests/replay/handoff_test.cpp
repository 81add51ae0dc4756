// The five steps of a handoff: their order, and what is known when one of them fails.
#include <algorithm>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "replay/handoff.h"
#include "replay/index_of.h"
#include "replay/plan_fixture.h"
#include "support/faulty_files.h"
#include "support/recording_files.h"

using namespace requeue;
using namespace requeue::tests;
namespace fs = boost::filesystem;

namespace {

using Lines = std::vector<std::string>;

// An emptied Mailroot, a plan of its messages, and where they are handed over.
class HandingOver {
 public:
  explicit HandingOver(std::size_t messages = 2) {
    auto recording = std::make_unique<RecordingFiles>();
    record = recording.get();
    auto faulting = std::make_unique<FaultyFiles>(std::move(recording));
    faults = faulting.get();
    planning = std::make_unique<Planning>(std::move(faulting));
    for (std::size_t i = 0; i < messages; ++i) {
      const auto number = std::to_string(i);
      planning->add("Queue/" + number + ".EML", mail_to("b@example.org", "message " + number + "\r\n"));
    }
    plan = planning->plan();
    for (std::size_t i = 0; i < messages; ++i) {
      fs::remove(planning->mailroot() / "Queue" / (std::to_string(i) + ".EML"));
      group.push_back(i);
    }
    open();
  }

  void open() {
    auto place = replay::open_place(planning->files(), pickup(), id());
    if (!place) FAIL(to_text(place.error()));
    staging = place->staging;
    handoff = replay::make_handoff(planning->recovery(), planning->ledger(), plan, options, std::move(*place), watcher);
    record->forget();
  }

  [[nodiscard]] const std::string& id() const { return planning->recovery().state().id; }
  [[nodiscard]] fs::path pickup() const { return planning->mailroot() / "Pickup"; }
  [[nodiscard]] std::size_t in_pickup() const { return count(pickup()); }
  [[nodiscard]] std::size_t staged() const { return count(planning->mailroot() / staging) - 1; }  // less the token
  [[nodiscard]] Lines lines() const {
    return record->lines({"flush", "flush_files", "flush_folder", "write", "rename", "remove_file"});
  }
  std::vector<Json> events(std::string_view wanted) {
    std::vector<Json> all;
    REQUIRE(planning->recovery().flush());
    REQUIRE(journal::read(planning->recovery().tree(), [&](const journal::Line& line) -> Result<void> {
      if (line.event == wanted) all.push_back(line.json);
      return {};
    }));
    return all;
  }
  replay::Outcome hand_over() {
    auto outcome = handoff->group(group, {});
    if (!outcome) FAIL(to_text(outcome.error()));
    return std::move(*outcome);
  }

  RecordingFiles* record = nullptr;
  FaultyFiles* faults = nullptr;
  std::unique_ptr<Planning> planning;
  replay::PlanOptions options;
  replay::Plan plan;
  std::vector<std::size_t> group;
  std::string staging;
  std::unique_ptr<replay::Handoff> handoff;
  Watcher watcher;

 private:
  static std::size_t count(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }
};

}  // namespace

TEST_CASE("the five steps of a handoff stand on the disk in their order", "[handoff]") {
  HandingOver handing;
  CHECK(handing.hand_over().replayed == 2);
  const auto lines = handing.lines();
  const auto composed = index_of(lines, "flush_files");
  const auto staged = index_of(lines, "flush_folder .requeue-", composed);
  const auto details = index_of(lines, "flush messages.jsonl", staged);
  const auto intents = index_of(lines, "flush journal.jsonl", details);
  const auto renamed = index_of(lines, "-> Pickup/");
  const auto pickup = index_of(lines, "flush_folder Pickup", renamed);
  const auto emptied = index_of(lines, "flush_folder .requeue-", pickup);
  REQUIRE(emptied < lines.size());
  CHECK(composed < staged);
  CHECK(staged < details);
  CHECK(details < intents);
  CHECK(intents < renamed);
  CHECK(index_of(lines, "-> Pickup/", pickup) == lines.size());
  // No commit before step 4: nothing is written to the journal between the intents and that.
  const auto told = index_of(lines, "write journal.jsonl", intents);
  CHECK((told == lines.size() || told > emptied));
}

TEST_CASE("commits are flushed before staging goes", "[handoff]") {
  HandingOver handing;
  handing.hand_over();
  handing.record->forget();
  REQUIRE(handing.handoff->finish());
  const auto lines = handing.lines();
  const auto told = index_of(lines, "write journal.jsonl");
  const auto flushed = index_of(lines, "flush journal.jsonl", told);
  const auto removals = index_of(lines, "flush_folder .requeue-", flushed);
  const auto token = index_of(lines, "remove_file .requeue-", removals);
  REQUIRE(token < lines.size());
  CHECK(told < flushed);
  CHECK(removals < token);
  CHECK(handing.events("commit").size() == 2);
}

TEST_CASE("an abort is on the disk before the staged file of a rename that failed goes", "[handoff]") {
  HandingOver handing;
  handing.faults->add({"rename", "Pickup/", 1, Cause::denied});
  const auto outcome = handing.hand_over();
  CHECK(outcome.replayed == 1);
  CHECK(outcome.failed == 1);
  CHECK(handing.events("abort").size() == 1);
  CHECK(handing.staged() == 0);
  const auto lines = handing.lines();
  const auto removed = index_of(lines, "remove_file .requeue-");
  REQUIRE(removed < lines.size());
  const auto pickup = index_of(lines, "flush_folder Pickup");
  const auto told = index_of(lines, "write journal.jsonl", pickup);
  const auto flushed = index_of(lines, "flush journal.jsonl", told);
  CHECK(told < flushed);
  CHECK(flushed < removed);
}

TEST_CASE("a rename that failed and may have happened leaves the intent open, and nothing is tidied up", "[handoff]") {
  HandingOver handing;
  SECTION("done, and failure told") {
    handing.faults->add({"rename", "Pickup/", 1, Cause::io, false, true});
  }
  SECTION("done, and told that there is no such file") {
    handing.faults->add({"rename", "Pickup/", 1, Cause::not_found, false, true});
  }
  SECTION("failed, and staging cannot be looked into") {
    handing.faults->add({"rename", "Pickup/", 1, Cause::io});
    handing.faults->add({"status", ".requeue-", 1, Cause::io, true});
  }
  SECTION("failed, and Pickup cannot be looked into") {
    handing.faults->add({"rename", "Pickup/", 1, Cause::io});
    handing.faults->add({"status", "Pickup/", 1, Cause::io, true});
  }
  SECTION("failed, on a volume of another host") {
    handing.faults->tell_volume([](files::Volume& volume) { volume.local = false; });
    handing.faults->add({"rename", "Pickup/", 1, Cause::io});
  }
  const auto outcome = handing.hand_over();
  CHECK(outcome.replayed == 1);
  CHECK(outcome.failed == 1);
  CHECK(handing.events("abort").empty());
  CHECK(handing.planning->ledger().open_intents().size() == 1);
  CHECK(handing.staged() + handing.in_pickup() == 2);
  handing.faults->heal();
  REQUIRE(handing.handoff->finish());
  CHECK(fs::exists(handing.planning->mailroot() / handing.staging / "token"));
}

TEST_CASE("a file that stands in Pickup under the name is no proof that nothing was handed over", "[handoff]") {
  HandingOver handing(1);
  handing.record->before("rename", [&](const Call& call) {
    if (call.to.starts_with("Pickup/")) write(handing.planning->mailroot() / call.to, "somebody's");
  });
  CHECK(handing.hand_over().failed == 1);
  CHECK(handing.events("abort").empty());
  CHECK(handing.planning->ledger().open_intents().size() == 1);
}

TEST_CASE("the boot of this machine says nothing of a volume on another host", "[handoff]") {
  HandingOver handing(1);
  SECTION("local") {
    handing.hand_over();
    CHECK(handing.events("intent").at(0)["boot"] == handing.planning->recovery().boot());
  }
  SECTION("elsewhere") {
    handing.faults->tell_volume([](files::Volume& volume) { volume.local = false; });
    handing.hand_over();
    CHECK(handing.events("intent").at(0)["boot"].get<std::string>().empty());
  }
}

TEST_CASE("what was or may have been handed over is not composed again, whatever the plan says", "[handoff]") {
  HandingOver handing(1);
  SECTION("committed") {
    handing.hand_over();
  }
  SECTION("open") {
    handing.faults->add({"rename", "Pickup/", 1, Cause::io, false, true});
    handing.hand_over();
  }
  const auto outcome = handing.hand_over();
  CHECK(outcome.replayed == 0);
  CHECK(outcome.handed.empty());
  CHECK(handing.events("intent").size() == 1);
  CHECK(handing.in_pickup() == 1);
}

TEST_CASE("a source whose bytes changed in the snapshot is not handed over", "[handoff]") {
  HandingOver handing;
  const auto stored = handing.planning->snapshot() / "Queue/0.EML";
  auto bytes = read(stored);
  bytes[bytes.size() - 3] = '9';
  write(stored, bytes);
  const auto outcome = handing.hand_over();
  CHECK(outcome.replayed == 1);
  CHECK(outcome.failed == 1);
  CHECK(outcome.handed.at(0).rule == "source_damaged");
  CHECK(handing.in_pickup() == 1);
  CHECK(handing.staged() == 0);
}

TEST_CASE("A message whose recipients no line of the record can hold stopped the whole replay", "[handoff]") {
  HandingOver handing;
  const std::string host(90, 'h');
  auto& envelope = handing.options.overrides["Queue/0.EML"].envelope;
  envelope.source = mail::EnvelopeSource::override_;
  envelope.sender_known = true;
  envelope.sender = "a@example.org";
  for (int i = 0; i < 200000; ++i) envelope.recipients.push_back(std::to_string(i) + '@' + host);
  handing.plan.messages[0].envelope_source = mail::EnvelopeSource::override_;
  const auto outcome = handing.hand_over();
  CHECK(outcome.replayed == 1);
  CHECK(outcome.failed == 1);
  CHECK(outcome.handed.at(0).rule == "compose_failed");
  CHECK(handing.in_pickup() == 1);
}

TEST_CASE("a staging folder is taken for ours by its token only", "[handoff]") {
  HandingOver handing(1);
  const auto staging = handing.planning->mailroot() / handing.staging;
  fs::create_directories(staging);
  SECTION("of another recovery folder") {
    write(staging / "token", mailroot::render({"0123456789abcdef", "elsewhere"}));
  }
  SECTION("without a token, with somebody's file") {
    write(staging / "letter.txt", "somebody's");
  }
  const auto refused = handing.handoff->group(handing.group, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit == Exit::precondition);
  CHECK(handing.in_pickup() == 0);
  CHECK(handing.events("intent").empty());
}

TEST_CASE("a new token is on the disk before anything is staged", "[handoff]") {
  HandingOver handing(1);
  handing.hand_over();
  const auto lines = handing.lines();
  const auto token = index_of(lines, "/token");
  const auto inside = index_of(lines, "flush_folder .requeue-", token);
  const auto composed = index_of(lines, "flush_files");
  CHECK(token < inside);
  CHECK(inside < composed);
  REQUIRE(inside < lines.size());
}

TEST_CASE("the name of a staging folder that a killed run made is on the disk before anything is staged", "[handoff]") {
  HandingOver handing(1);
  const auto staging = handing.planning->mailroot() / handing.staging;
  fs::create_directories(staging);
  write(staging / "token", mailroot::render({handing.id(), "recovery"}));
  handing.hand_over();
  const auto lines = handing.lines();
  const auto flushed = std::find(lines.begin(), lines.end(), "flush_folder") - lines.begin();
  CHECK(static_cast<std::size_t>(flushed) < index_of(lines, "flush_files"));
}

TEST_CASE("staging that goes is gone for good", "[handoff]") {
  HandingOver handing(1);
  handing.hand_over();
  handing.record->forget();
  REQUIRE(handing.handoff->finish());
  const auto lines = handing.record->lines({"flush_folder", "remove_folder"});
  const auto removed = index_of(lines, "remove_folder .requeue-");
  REQUIRE(removed + 1 < lines.size());
  CHECK(lines[removed + 1] == "flush_folder");
}

TEST_CASE("somebody's file keeps staging", "[handoff]") {
  HandingOver handing(1);
  handing.hand_over();
  const auto letter = handing.planning->mailroot() / handing.staging / "letter.txt";
  write(letter, "somebody's");
  REQUIRE(handing.handoff->finish());
  CHECK(read(letter) == "somebody's");
  CHECK(fs::exists(letter.parent_path() / "token"));
}

TEST_CASE("a Pickup on another volume than its parent is refused", "[handoff]") {
  HandingOver handing(1);
  int asked = 0;
  handing.faults->tell_volume([&](files::Volume& volume) { volume.identity = static_cast<std::uint64_t>(++asked); });
  const auto place = replay::open_place(handing.planning->files(), handing.pickup(), handing.id());
  REQUIRE_FALSE(place);
  CHECK(place.error().exit == Exit::precondition);
  CHECK(place.error().why.find("another volume") != std::string::npos);
}

TEST_CASE("a link in place of Pickup is refused, and its target named", "[handoff]") {
  HandingOver handing(1);
  fs::remove(handing.pickup());
  fs::create_directories(handing.planning->mailroot() / "elsewhere");
  if (!make_link(handing.planning->mailroot() / "elsewhere", handing.pickup())) return;
  const auto place = replay::open_place(handing.planning->files(), handing.pickup(), handing.id());
  REQUIRE_FALSE(place);
  CHECK(place.error().exit == Exit::precondition);
  CHECK(place.error().why.find("elsewhere") != std::string::npos);
}
