// Staging some way ahead of the groups: what is flushed before what, in every order that threads may take; what fails
// ahead; and that each call may fail, the run end anywhere, and no message is lost or handed over twice.
#include <algorithm>
#include <atomic>
#include <limits>
#include <map>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "replay/plan_fixture.h"
#include "replay/replay.h"
#include "support/faulty_files.h"
#include "support/recording_files.h"
#include "support/share.h"

using namespace requeue;
using namespace requeue::tests;
namespace fs = boost::filesystem;

namespace {

constexpr std::string_view in_staging = ".requeue-";

// Asked to stop once so many messages went out.
class Stopping final : public Watcher {
 public:
  void phase(std::string_view name, std::uint64_t, std::uint64_t) override { gone_ = name == "replay" ? 0 : before; }
  void advance(std::uint64_t files, std::uint64_t) override { gone_ += files; }
  [[nodiscard]] bool stop_requested() const override { return gone_ >= stop_at; }
  std::int64_t stop_at = std::numeric_limits<std::int64_t>::max();

 private:
  static constexpr std::int64_t before = -1000;  // the plan counts messages, too
  std::atomic<std::int64_t> gone_ = before;
};

// An emptied Mailroot of `messages`, replayed by one run after the other.
class Runs {
 public:
  explicit Runs(std::size_t messages) {
    auto recording = std::make_unique<RecordingFiles>();
    record = recording.get();
    auto faulting = std::make_unique<FaultyFiles>(std::move(recording));
    faults = faulting.get();
    files = std::move(faulting);
    for (const auto* const name : {"Queue", "Pickup"}) fs::create_directories(folder.path() / "mailroot" / name);
    for (std::size_t i = 0; i < messages; ++i) {
      const auto number = std::to_string(100 + i);
      const auto path = folder.path() / "mailroot/Queue" / (number + ".EML");
      write(path, mail_to("b" + number + "@example.org", "message " + number + "\r\n"));
      fs::last_write_time(path, 1790000000 + static_cast<std::time_t>(i));
    }
    auto opened = open();
    if (!opened) FAIL(to_text(opened.error()));
    const auto tree = files->open(folder.path() / "mailroot").value();
    REQUIRE(snapshot::take(*recovery, *tree, {"requeue test", "", "host"}, {}, watcher));
    REQUIRE(recovery->record("emptying", {{"root", ""}, {"keep", Json::array()}, {"empty_mailbox", false}}));
    REQUIRE(recovery->record("emptied", {{"files", messages}, {"kept", 0}, {"newcomers", 0}, {"by_hand", false}}));
    for (std::size_t i = 0; i < messages; ++i) {
      fs::remove(folder.path() / "mailroot/Queue" / (std::to_string(100 + i) + ".EML"));
    }
    REQUIRE(recovery->end(Exit::done, Json::object()));
    recovery.reset();
    record->forget();
  }

  Result<void> open() {
    recovery.reset();
    ledger = std::make_unique<replay::Ledger>();
    recovery::RunFacts facts;
    facts.command = "replay";
    facts.version = "test";
    facts.mailroot = (folder.path() / "mailroot").string();
    REQUEUE_TRY(recovery, recovery::open_to_write(*files, folder.path() / "recovery", recovery::Missing::make, facts,
                                                  watcher, {ledger.get()}));
    return {};
  }

  Result<replay::ReplayResult> run(const replay::Pace& pace) {
    REQUEUE_CHECK(open());
    REQUEUE_CHECK(replay::settle(*recovery, *ledger, *files, pickup().string(), watcher));
    replay::PlanOptions options;
    REQUEUE_TRY(auto plan, replay::make_plan(*recovery, *ledger, options, watcher));
    REQUEUE_TRY(auto place, replay::open_place(*files, pickup(), recovery->state().id));
    REQUEUE_TRY(auto result, replay::carry_out(*recovery, *ledger, plan, options, pace, std::move(place), watcher,
                                               [](std::chrono::milliseconds) {}));
    REQUEUE_CHECK(recovery->end(Exit::done, Json::object()));
    return result;
  }
  replay::ReplayResult run_whole(const replay::Pace& pace) {
    auto result = run(pace);
    if (!result) FAIL(to_text(result.error()));
    recovery.reset();
    return std::move(*result);
  }

  [[nodiscard]] fs::path pickup() const { return folder.path() / "mailroot/Pickup"; }
  // How often each message stands in Pickup.
  [[nodiscard]] std::map<std::string, int> handed_over() const {
    std::map<std::string, int> count;
    for (const auto& entry : fs::directory_iterator(pickup())) {
      const auto bytes = read(entry.path());
      ++count[bytes.substr(bytes.find("\r\n\r\n") + 4)];
    }
    return count;
  }
  void check_each_once(std::size_t messages) const {
    const auto count = handed_over();
    CHECK(count.size() == messages);
    for (const auto& [text, times] : count) CHECK(times == 1);
  }
  [[nodiscard]] std::size_t staged() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(folder.path() / "mailroot")) {
      if (entry.path().filename().string().rfind(in_staging, 0) != 0) continue;
      for (const auto& inside : fs::directory_iterator(entry.path())) {
        count += inside.path().extension() == ".eml" ? 1 : 0;
      }
    }
    return count;
  }
  std::vector<Json> journal_of(std::string_view event) {
    std::vector<Json> all;
    const auto tree = files->open(folder.path() / "recovery").value();
    REQUIRE(journal::read(*tree, [&](const journal::Line& line) -> Result<void> {
      if (line.event == event) all.push_back(line.json);
      return {};
    }));
    return all;
  }

  TemporaryFolder folder;
  RecordingFiles* record = nullptr;
  FaultyFiles* faults = nullptr;
  std::unique_ptr<files::Files> files;
  std::unique_ptr<replay::Ledger> ledger;
  std::unique_ptr<recovery::Recovery> recovery;
  Stopping watcher;
};

replay::Pace pace_of(std::uint64_t batch, unsigned jobs) {
  replay::Pace pace;
  pace.batch = batch;
  pace.jobs = jobs;
  return pace;
}

// What stands on the disk when a file gets its name in Pickup: its bytes, its name in staging, a line of
// messages.jsonl, and its intent; and before the next journal line is written, the renames themselves. Told from the
// calls alone, whatever order the threads gave them.
class Order {
 public:
  void see(const Call& call) {
    const bool journal = call.path == "journal.jsonl";
    const bool details = call.path == "messages.jsonl";
    if (call.verb == "close") closed_.push_back(call.path);
    // Of those that were closed when it was called, and the recording layer makes one call at a time.
    if (call.verb == "flush_files") move_all(closed_, written_);
    if (call.verb == "flush_file") move_one(call.path);
    if (call.verb == "flush_folder" && call.path.starts_with(in_staging)) {
      move_all(written_, named_);
      if (pickup_flushed_) renamed_ = 0;
    }
    if (call.verb == "flush_folder" && call.path == "Pickup") pickup_flushed_ = true;
    if (call.verb == "write" && details) details_loose_ = true;
    if (call.verb == "flush" && details) details_loose_ = false;
    if (call.verb == "write" && journal) {
      CHECK_FALSE(details_loose_);
      CHECK(renamed_ == 0);  // no commit before step 4
      journal_loose_ = true;
    }
    if (call.verb == "flush" && journal) journal_loose_ = false;
    if (call.verb == "rename" && call.to.starts_with("Pickup/")) see_rename(call);
  }
  int renames = 0;

 private:
  void see_rename(const Call& call) {
    INFO(call.path);
    CHECK(std::find(named_.begin(), named_.end(), call.path) != named_.end());
    CHECK_FALSE(journal_loose_);
    pickup_flushed_ = false;
    ++renamed_;
    ++renames;
  }
  static void move_all(std::vector<std::string>& from, std::vector<std::string>& to) {
    to.insert(to.end(), from.begin(), from.end());
    from.clear();
  }
  void move_one(const std::string& path) {
    if (std::erase(closed_, path) != 0) written_.push_back(path);
  }

  std::vector<std::string> closed_, written_, named_;
  bool details_loose_ = false, journal_loose_ = false, pickup_flushed_ = false;
  int renamed_ = 0;
};

}  // namespace

TEST_CASE("however far ahead it was staged, nothing gets its name in Pickup before all of it is on the disk",
          "[handoff][ahead]") {
  const auto jobs = GENERATE(1U, 2U, 8U);
  const auto batch = GENERATE(1U, 3U, 256U);
  INFO("jobs " << jobs << ", batch " << batch);
  Runs runs(20);
  CHECK(runs.run_whole(pace_of(batch, jobs)).now_replayed == 20);
  Order order;
  for (const auto& call : runs.record->calls()) order.see(call);
  CHECK(order.renames == 20);
  runs.check_each_once(20);
  CHECK(runs.staged() == 0);
}

TEST_CASE("four groups are staged with one flush, and each has its own of record and Pickup", "[handoff][ahead]") {
  Runs runs(8);
  runs.run_whole(pace_of(2, 1));
  const auto count = [&](const std::string& wanted) {
    const auto lines = runs.record->lines();
    return std::count(lines.begin(), lines.end(), wanted);
  };
  CHECK(count("flush_files") == 1);
  CHECK(count("flush_folder Pickup") == 4);
}

TEST_CASE("a line of messages.jsonl names the last journal line of the group before its own", "[handoff][ahead]") {
  const auto jobs = GENERATE(1U, 8U);
  Runs runs(12);
  runs.run_whole(pace_of(3, jobs));
  // By its details each intent names a line, whose `after` is the hash of a line that is not older than the intents of
  // the group before: else a journal that was cut there would look whole.
  const auto tree = runs.files->open(runs.folder.path() / "recovery").value();
  std::map<std::string, std::string> after;
  REQUIRE(journal::read_details(*tree, [&](const std::string& hash, const Json& line) -> Result<void> {
    after[hash] = text_of(line, "after");
    return {};
  }));
  std::map<std::string, std::size_t> intents_until;
  std::vector<std::string> details;
  REQUIRE(journal::read(*tree, [&](const journal::Line& line) -> Result<void> {
    if (line.event == "intent") details.push_back(text_of(line.json, "details"));
    intents_until[line.hash] = details.size();
    return {};
  }));
  REQUIRE(details.size() == 12);
  for (std::size_t i = 0; i < details.size(); ++i) CHECK(intents_until.at(after.at(details[i])) == i / 3 * 3);
}

TEST_CASE("what cannot be staged is told when its turn comes, after the groups before it", "[handoff][ahead]") {
  const auto jobs = GENERATE(1U, 4U);
  Runs runs(8);
  // The token, its folder's first file, is made by create() too.
  runs.faults->add({"create", "-", 6, Cause::no_space, true});
  const auto result = runs.run(pace_of(2, jobs));
  REQUIRE_FALSE(result);
  CHECK(result.error().cause == Cause::no_space);
  const auto before = runs.handed_over().size();
  // Of several at work, which one meets the full disk is chance.
  if (jobs == 1) CHECK(before == 4);
  CHECK(before % 2 == 0);
  CHECK(runs.staged() == 0);
  runs.faults->heal();
  CHECK(runs.run_whole(pace_of(2, jobs)).counts.replayed == 8);
  runs.check_each_once(8);
}

TEST_CASE("an error in the midst of a replay did not say what was sent before it, and what is safe",
          "[handoff][ahead]") {
  const auto cause = GENERATE(Cause::denied, Cause::read_only, Cause::is_link, Cause::io);
  Runs runs(8);
  runs.faults->add({"create", "-", 6, cause, true});
  const auto result = runs.run(pace_of(2, 1));
  REQUIRE_FALSE(result);
  const auto& hint = result.error().hint;
  INFO(hint);
  CHECK(runs.handed_over().size() == 4);
  CHECK(hint.find("Before it 4 messages of this run's plan went to Pickup, and they are not sent again.") !=
        std::string::npos);
  CHECK(hint.find("run the same command again") != std::string::npos);
}

TEST_CASE("a composed file that somebody takes from staging before its intent is composed anew, and never called sent",
          "[handoff][ahead]") {
  const auto jobs = GENERATE(1U, 4U);
  Runs runs(8);
  bool taken = false;
  // The details of the first group are written: all of a batch stands in staging, and nothing has an intent yet.
  runs.record->before("flush", [&](const Call& call) {
    if (taken || call.path.find("messages.jsonl") == std::string::npos) return;
    for (const auto& entry : fs::recursive_directory_iterator(runs.folder.path() / "mailroot")) {
      const bool staged = entry.path().generic_string().find("/.requeue-") != std::string::npos;
      if (!staged || entry.path().extension() != ".eml" || runs.handed_over().size() != 0) continue;
      if (read(entry.path()).find("message 105") == std::string::npos) continue;
      fs::remove(entry.path());
      taken = true;
      break;
    }
  });
  const auto result = runs.run(pace_of(2, jobs));
  REQUIRE(taken);
  REQUIRE(result);
  CHECK(result->counts.failed == 1);
  CHECK(result->counts.replayed == 7);
  CHECK(runs.run_whole(pace_of(2, jobs)).counts.replayed == 8);
  runs.check_each_once(8);
}

TEST_CASE("a composed file that is gone after its intent is in doubt, and never called sent", "[handoff][ahead]") {
  Runs runs(4);
  bool taken = false;
  runs.record->before("rename", [&](const Call& call) {
    if (taken || call.path.find(".eml") == std::string::npos) return;
    for (const auto& entry : fs::recursive_directory_iterator(runs.folder.path() / "mailroot")) {
      const bool staged = entry.path().generic_string().find("/.requeue-") != std::string::npos;
      if (!staged || entry.path().extension() != ".eml") continue;
      if (read(entry.path()).find("message 101") == std::string::npos) continue;
      fs::remove(entry.path());
      taken = true;
      break;
    }
  });
  const auto result = runs.run(pace_of(2, 1));
  REQUIRE(taken);
  REQUIRE(result);
  CHECK(result->counts.in_doubt == 1);
  CHECK(result->counts.replayed == 3);
  const auto again = runs.run_whole(pace_of(2, 1));
  CHECK(again.counts.in_doubt == 1);
  CHECK(again.counts.replayed == 3);
}

TEST_CASE("a stop leaves nothing staged, and the next run goes on", "[handoff][ahead]") {
  const auto jobs = GENERATE(1U, 4U);
  Runs runs(12);
  runs.watcher.stop_at = 4;
  const auto result = runs.run(pace_of(2, jobs));
  REQUIRE_FALSE(result);
  CHECK(result.error().exit == Exit::interrupted);
  CHECK(runs.handed_over().size() == 4);
  CHECK(runs.staged() == 0);
  runs.watcher.stop_at = 1000;
  runs.run_whole(pace_of(2, jobs));
  runs.check_each_once(12);
}

TEST_CASE("no more is staged than the pace lets go without a pause", "[handoff][ahead]") {
  const auto jobs = GENERATE(1U, 4U);
  Runs runs(12);
  auto pace = pace_of(2, jobs);
  std::size_t created = 0, most = 0;
  runs.record->before("create", [&](const Call& call) { created += call.path.find("-") != std::string::npos ? 1 : 0; });
  runs.record->before("rename", [&](const Call&) { most = std::max(most, runs.staged()); });
  SECTION("a limit") {
    pace.limit = 5;
    CHECK(runs.run_whole(pace).now_replayed == 5);
    CHECK(runs.handed_over().size() == 5);
    CHECK(created == 5 + 1);  // and the token
  }
  SECTION("a rate") {
    pace.rate = 120;
    runs.run_whole(pace);
    CHECK(most == 2);
  }
  SECTION("none") {
    runs.run_whole(pace);
    CHECK(most >= 8);
  }
}

TEST_CASE("no written name is given to two intents, whatever was staged and thrown away", "[handoff][ahead]") {
  const auto jobs = GENERATE(1U, 4U);
  Runs runs(10);
  for (const std::uint64_t nth : {3U, 2U, 1U}) {
    runs.faults->add({"flush_folder", "Pickup", nth, Cause::io, true});
    CHECK_FALSE(runs.run(pace_of(1, jobs)));
    runs.recovery.reset();
    runs.faults->heal();
  }
  runs.run_whole(pace_of(1, jobs));
  std::vector<std::string> numbers;
  for (const auto& intent : runs.journal_of("intent")) {
    const auto name = text_of(intent, "name");
    numbers.push_back(name.substr(name.rfind('-')));
  }
  std::sort(numbers.begin(), numbers.end());
  CHECK(std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end());
  CHECK(numbers.size() == 10);
  runs.check_each_once(10);
}

TEST_CASE("Whichever call of a replay fails, each message is handed over once when the same command has gone on",
          "[handoff][ahead][faults]") {
  // Four are staged with one flush, the fifth by the next one, meanwhile with several jobs.
  const std::size_t messages = 5;
  const auto [jobs, fault] = GENERATE(std::pair{1U, Fault{"", "", 1, Cause::io, false, false, false}},
                                      std::pair{1U, Fault{"", "", 1, Cause::io, true, true, false}},
                                      std::pair{1U, Fault{"", "", 1, Cause::no_space, true, false, true}},
                                      std::pair{3U, Fault{"", "", 1, Cause::io, false, true, false}},
                                      std::pair{3U, Fault{"", "", 1, Cause::io, true, false, false}});
  int failures = 0;
  for (auto now = fault;; now.nth += every(17)) {
    Runs runs(messages);
    const auto before = runs.faults->calls();
    runs.faults->add(now);
    static_cast<void>(runs.run(pace_of(1, jobs)));
    runs.recovery.reset();
    if (runs.faults->calls() - before < now.nth) break;
    if (runs.faults->failed() > 0) failures += static_cast<int>(every(17));
    runs.faults->heal();
    INFO("jobs " << jobs << ", call " << now.nth << (now.for_ever ? " and all after it" : "")
                 << (now.half_written ? ", half" : "") << (now.done_first ? ", done" : ""));
    const auto result = runs.run(pace_of(4, jobs));
    if (!result) FAIL(to_text(result.error()));
    CHECK(result->counts.replayed == messages);
    runs.recovery.reset();
    runs.check_each_once(messages);
    CHECK(runs.staged() == 0);
  }
  CHECK(failures > 50);
}
