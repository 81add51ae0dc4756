// A person's word on a message in doubt: what it makes of the message, what goes only after it, and when it is not
// taken.
#include <algorithm>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "replay/plan_fixture.h"
#include "replay/resolve.h"
#include "replay/settle_fixture.h"

using namespace requeue;
using namespace requeue::tests;
namespace fs = boost::filesystem;

namespace {

// A message that a restart left in doubt, and a plan that says so.
struct Doubtful {
  Doubtful() {
    name = cut.intend(queued);
    write(cut.staging() / name, cut.composed);
    cut.settle("boot-2");
    plan.messages.resize(1);
    plan.messages[0].source = queued;
    plan.messages[0].disposition = replay::Disposition::in_doubt;
    plan.messages[0].rule = "reboot";
    plan.messages[0].final_now = true;
  }
  Result<void> say(bool sent) {
    const std::vector<replay::PersonsWord> words{{queued, sent}};
    REQUEUE_CHECK(replay::check_words(*cut.recovery, *cut.ledger, plan, *cut.disk, words));
    return replay::resolve(*cut.recovery, *cut.ledger, plan, {}, *cut.disk, words, cut.watcher);
  }
  CutShort cut;
  std::string name;
  replay::Plan plan;
};

}  // namespace

TEST_CASE("sent: it counts as replayed, by rule resolved_sent, and its staged file goes", "[resolve]") {
  Doubtful doubt;
  REQUIRE(doubt.say(true));
  CHECK(doubt.cut.standing(queued) == "replayed resolved_sent");
  CHECK(doubt.cut.ledger->is_final(queued));
  CHECK_FALSE(doubt.cut.stands(doubt.cut.staging()));
  const auto event = doubt.cut.events("resolved").at(0);
  CHECK(event["word"] == "sent");
  CHECK(event["rule"] == "reboot");
  CHECK(event["name"] == doubt.name);
}

TEST_CASE("not sent: it is pending again, and its staged file goes", "[resolve]") {
  Doubtful doubt;
  REQUIRE(doubt.say(false));
  CHECK(doubt.cut.standing(queued) == "pending resolved_not_sent");
  CHECK_FALSE(doubt.cut.ledger->is_final(queued));
  CHECK_FALSE(doubt.cut.stands(doubt.cut.staging()));
  CHECK(doubt.cut.events("resolved").at(0)["word"] == "not_sent");
  // The same for whoever reads the journal next, and the message may be in doubt anew.
  doubt.cut.settle("boot-3");
  CHECK(doubt.cut.standing(queued) == "pending resolved_not_sent");
  doubt.cut.intend(queued, 2);
  fs::create_directories(doubt.cut.staging());
  doubt.cut.settle("boot-4");
  CHECK(doubt.cut.standing(queued) == "in_doubt staging_gone");
}

TEST_CASE("not-sent of a message whose restore was cut short was taken after a replay, and forgotten", "[resolve]") {
  Doubtful doubt;
  doubt.plan.messages[0].rule = "restoring_unfinished";
  REQUIRE(doubt.cut.recovery->record("restoring", Json{{"group", 1}, {"sources", {queued}}}));
  for (const bool sent : {true, false}) {
    const auto refused = doubt.say(sent);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().exit == Exit::precondition);
    CHECK(refused.error().hint.find("requeue restore again first") != std::string::npos);
  }
}

TEST_CASE("the word is on the disk before the staged file goes", "[resolve]") {
  Doubtful doubt;
  doubt.cut.record->forget();
  REQUIRE(doubt.say(false));
  const auto calls = doubt.cut.record->lines({"flush", "write", "remove_file"});
  const auto flushed = std::find(calls.begin(), calls.end(), "flush journal.jsonl");
  const auto removed = std::find_if(
      calls.begin(), calls.end(), [&](const std::string& line) { return line.find(doubt.name) != std::string::npos; });
  REQUIRE(removed != calls.end());
  CHECK(flushed < removed);
}

TEST_CASE("details are on the disk before the doubt that names them", "[resolve]") {
  auto recording = std::make_unique<RecordingFiles>();
  auto* const record = recording.get();
  Planning planning(std::move(recording));
  planning.add("Queue/a.eml", mail_to("b@example.org"));
  planning.take();
  planning.event("emptying", {{"root", ""}, {"keep", Json::array()}, {"empty_mailbox", false}});
  planning.event("gone", {{"source", "Queue/a.eml"}, {"why", "gone_before_empty"}});
  planning.event("emptied", {{"files", 0}, {"kept", 0}, {"newcomers", 0}, {"by_hand", false}});
  const auto plan = planning.plan();
  REQUIRE(decision(plan, queued) == "in_doubt gone_before_empty");
  REQUIRE(planning.recovery().flush());
  record->forget();
  Watcher watcher;
  REQUIRE(
      replay::resolve(planning.recovery(), planning.ledger(), plan, {}, planning.files(), {{queued, true}}, watcher));
  const auto calls = record->lines({"flush", "write"});
  const auto details = std::find(calls.begin(), calls.end(), "flush messages.jsonl");
  const auto told = std::find(calls.begin(), calls.end(), "write journal.jsonl");
  REQUIRE(told != calls.end());
  CHECK(details < told);
}

TEST_CASE("a word that could not be written keeps the staged file", "[resolve]") {
  Doubtful doubt;
  doubt.cut.faults->add({"flush", "journal.jsonl", 1, Cause::io, true});
  CHECK_FALSE(doubt.say(false));
  CHECK(read(doubt.cut.staging() / doubt.name) == doubt.cut.composed);
}

TEST_CASE("not sent is no word to take while the file stands in Pickup", "[resolve]") {
  Doubtful doubt;
  write(doubt.cut.pickup() / doubt.name, doubt.cut.composed);
  const auto said = doubt.say(false);
  REQUIRE_FALSE(said);
  CHECK(said.error().exit == Exit::precondition);
  CHECK(doubt.cut.standing(queued) == "in_doubt reboot");
  CHECK(doubt.cut.events("resolved").empty());
  CHECK(doubt.say(true));
}

TEST_CASE("a word on what is not in doubt, on no message, or twice, is refused and not recorded", "[resolve]") {
  Doubtful doubt;
  const auto refused = [&](const std::vector<replay::PersonsWord>& words) {
    const auto checked =
        replay::check_words(*doubt.cut.recovery, *doubt.cut.ledger, doubt.plan, *doubt.cut.disk, words);
    return checked ? Exit::done : checked.error().exit;
  };
  CHECK(refused({{queued, true}}) == Exit::done);
  CHECK(refused({{"Queue/b.eml", true}}) == Exit::usage);
  CHECK(refused({{queued, true}, {queued, false}}) == Exit::usage);
  doubt.plan.messages[0].disposition = replay::Disposition::held;
  CHECK(refused({{queued, false}}) == Exit::precondition);
  doubt.plan.messages[0].disposition = replay::Disposition::in_doubt;
  doubt.plan.messages[0].rule = "open_intent";
  CHECK(refused({{queued, false}}) == Exit::precondition);
}

TEST_CASE("a recorded word on what is not in doubt changes nothing", "[resolve]") {
  Doubtful doubt;
  REQUIRE(doubt.say(true));
  REQUIRE(doubt.cut.recovery->record("resolved", {{"source", queued}, {"word", "not_sent"}}));
  CHECK(doubt.cut.standing(queued) == "replayed resolved_sent");
  REQUIRE(doubt.cut.recovery->record("resolved", {{"source", "Queue/unknown.eml"}, {"word", "not_sent"}}));
  CHECK(doubt.cut.standing("Queue/unknown.eml") == "pending");
}

TEST_CASE("a staging folder that another recovery folder has taken is not touched", "[resolve]") {
  Doubtful doubt;
  write(doubt.cut.staging() / "token", mailroot::render({"0123456789abcdef", "elsewhere"}));
  REQUIRE(doubt.say(false));
  CHECK(read(doubt.cut.staging() / doubt.name) == doubt.cut.composed);
}
