// An emptying that was cut short, and what the next run makes of it: nothing twice, nothing said that is not known.
#include <algorithm>

#include "snapshot/bench.h"
#include "support/altered_files.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

std::string message(int number) {
  auto text = std::to_string(number);
  return "Queue/" + text.insert(0, 4 - text.size(), '0') + ".EML";
}

// Snapshotted, and emptied until the `removals`-th removal, at which the run is killed. 300 messages: two groups.
class CutShort {
 public:
  explicit CutShort(std::uint64_t removals) {
    bench.add_messages(300);
    bench.snapshotted();
    files_->add({"remove_file", "Queue/", removals, Cause::io, true});
    REQUIRE_FALSE(bench.try_empty());
    files_->heal();
    bench.kill();
  }

 private:
  std::shared_ptr<FaultyFiles> files_ = std::make_shared<FaultyFiles>();

 public:
  Bench bench{files_};
};

std::size_t gone_in(Bench& bench) {
  return bench.recovery().state().gone.size();
}

}  // namespace

TEST_CASE("Killed in the midst of a group: the next run goes on, and all counts are whole", "[resume]") {
  CutShort cut(100);
  auto& bench = cut.bench;
  CHECK(contents(bench.mailroot() / "Queue").size() == 201);
  bench.open();
  REQUIRE(bench.verify().verified.ok);
  const auto emptied = bench.empty();
  CHECK(emptied.files == 300);
  CHECK(emptied.named.empty());
  CHECK(gone_in(bench) == 0);
  CHECK(bench.events("emptied").size() == 1);
  CHECK(bench.events("emptying").size() == 1);
  CHECK(contents(bench.mailroot() / "Queue").empty());
}

TEST_CASE("Killed after the last removal: the next run records that it is complete", "[resume]") {
  Bench bench;
  bench.add_messages(3);
  bench.snapshotted();
  int asked = 0;
  bench.options.service_running = [&]() -> Result<bool> {
    if (++asked == 3) return failure(Exit::failed, "killed here");
    return false;
  };
  REQUIRE_FALSE(bench.try_empty());
  CHECK(contents(bench.mailroot() / "Queue").empty());
  bench.open();
  CHECK(bench.empty().files == 3);
  CHECK(gone_in(bench) == 0);
}

TEST_CASE("Before any group was begun, a file that is absent was not removed by us", "[resume]") {
  Bench bench;
  bench.add_messages(3);
  bench.snapshotted();
  int asked = 0;
  bench.options.service_running = [&]() -> Result<bool> { return ++asked == 2; };
  REQUIRE_FALSE(bench.try_empty());
  CHECK(bench.events("emptying").size() == 1);
  CHECK(bench.events("removing").empty());
  fs::remove(bench.mailroot() / message(1));
  bench.options = {};
  bench.open();
  CHECK(bench.empty().files == 2);
  CHECK(bench.recovery().state().gone == std::set<std::string>{message(1)});
}

TEST_CASE("A file beyond the last group begun that is absent was not removed by us", "[resume]") {
  CutShort cut(100);
  fs::remove(cut.bench.mailroot() / message(299));
  cut.bench.open();
  CHECK(cut.bench.empty().files == 299);
  CHECK(cut.bench.recovery().state().gone == std::set<std::string>{message(299)});
}

TEST_CASE("Restarted in between: what is absent of the last group is in doubt, the groups before it were flushed",
          "[resume]") {
  SECTION("in the first group") {
    CutShort cut(100);
    cut.bench.open(files_after_restart());
    const auto emptied = cut.bench.empty();
    CHECK(emptied.files == 201);
    CHECK(emptied.named.size() == 99);
    CHECK(gone_in(cut.bench) == 99);
    CHECK(cut.bench.recovery().state().gone.count(message(0)) == 1);
  }
  SECTION("in the second group") {
    CutShort cut(256 + 10);
    cut.bench.open(files_after_restart());
    CHECK(cut.bench.empty().files == 291);
    CHECK(gone_in(cut.bench) == 9);
    CHECK(cut.bench.recovery().state().gone.count(message(255)) == 0);
    CHECK(cut.bench.recovery().state().gone.count(message(256)) == 1);
  }
}

TEST_CASE("a third run of the new boot took what the restart had brought back for removed", "[resume]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add_messages(3);
  bench.add("Drop/d", "dropped");
  bench.snapshotted();
  files->add({"remove_file", "Queue/0001.EML", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());  // Queue/0000.EML is removed, or a power cut brings it back and it is sent
  files->heal();
  bench.kill();
  bench.add("Drop/d", "dropped");  // put back by hand
  auto restarted = std::make_shared<FaultyFiles>(files_after_restart());
  bench.open(restarted);
  restarted->add({"remove_file", "Drop/d", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());
  restarted->heal();
  bench.kill();
  bench.open(restarted);
  bench.empty();
  CHECK(bench.recovery().state().gone.contains("Queue/0000.EML"));
}

TEST_CASE("Where the machine's boot cannot be told, what is absent of the last group is in doubt", "[resume]") {
  const auto unknown_boot = [] {
    auto files = std::make_unique<AlteredFiles>();
    files->machine_boot = std::nullopt;
    return files;
  };
  const auto faulty = std::make_shared<FaultyFiles>(unknown_boot());
  Bench bench(faulty);
  bench.add_messages(3);
  bench.snapshotted();
  faulty->add({"remove_file", "Queue/", 2, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());
  bench.kill();
  bench.open(unknown_boot());
  CHECK(bench.empty().files == 2);
  CHECK(gone_in(bench) == 1);
}

TEST_CASE("The service was seen running in between: what is absent of the last group is in doubt", "[resume]") {
  CutShort cut(100);
  cut.bench.open();
  cut.bench.record("service", {{"state", "running"}, {"action", "found"}});
  CHECK(cut.bench.empty().files == 201);
  CHECK(gone_in(cut.bench) == 99);
}

TEST_CASE("A newcomer in Queue or Pickup says that the service may have been at work; one elsewhere does not",
          "[resume]") {
  CutShort cut(100);
  const auto [source, gone] = GENERATE(table<std::string, std::size_t>(
      {{"Queue/new.EML", 99}, {"pickup/new", 99}, {"Queue/0150.EML", 100}, {"Drop/new.eml", 0}, {"new.log", 0}}));
  INFO(source);
  cut.bench.add(source, "a newcomer");
  cut.bench.open();
  const auto emptied = cut.bench.empty();
  CHECK(emptied.newcomers == 1);
  CHECK(gone_in(cut.bench) == gone);
  CHECK(read(cut.bench.mailroot() / source) == "a newcomer");
}

TEST_CASE("a new file under the name of one that we had removed made that one count as left in the Mailroot",
          "[resume]") {
  CutShort cut(270);
  auto& bench = cut.bench;
  const bool in_ended_group = GENERATE(true, false);
  const auto name = message(in_ended_group ? 10 : 260);
  INFO(name);
  bench.add(name, "another message");
  bench.open();
  const auto emptied = bench.empty();
  const auto& state = bench.recovery().state();
  CHECK(state.left_in_place.empty());
  // In the group that was cut short nobody can tell: the newcomer in Queue says that the service may have been there.
  CHECK((state.gone.count(name) == 1) == !in_ended_group);
  CHECK(emptied.newcomers == 1);
  CHECK(read(bench.mailroot() / name) == "another message");
}

TEST_CASE("A restart is remembered when a later run came no further than to what a restore had put back", "[resume]") {
  CutShort cut(270);  // 13 of the second group are gone, and the restart hides who took them
  auto& bench = cut.bench;
  bench.open(files_after_restart());
  bench.restoring.recorded_mailroot = true;
  bench.restoring.only = [](const files::Relative& source) { return source < message(256); };
  REQUIRE(bench.try_restore_back().value().restored == 256);
  bench.end();
  const auto failing = std::make_shared<FaultyFiles>(files_after_restart());
  failing->add({"remove_file", "Queue/", 1, Cause::io, true});
  bench.open(failing);
  REQUIRE_FALSE(bench.try_empty());
  bench.kill();
  bench.open(files_after_restart());
  bench.empty();
  CHECK(gone_in(bench) == 13);
}

TEST_CASE("What was recorded as gone stays so, however often the run is cut short", "[resume]") {
  CutShort cut(100);
  auto& bench = cut.bench;
  bench.open(files_after_restart());
  bench.options.service_running = [&, asked = 0]() mutable -> Result<bool> { return ++asked == 3; };
  REQUIRE_FALSE(bench.try_empty());
  CHECK(gone_in(bench) == 99);
  bench.options = {};
  bench.open();
  const auto emptied = bench.empty();
  CHECK(emptied.files == 201);
  CHECK(emptied.named.size() == 99);
  CHECK(gone_in(bench) == 99);
}

TEST_CASE("Resumed with other options it is refused, with the ones it was started with in the error", "[resume]") {
  Bench bench;
  bench.add_messages(3);
  bench.add("Drop/a.eml", "one");
  bench.snapshotted();
  bench.options.keep = {"Drop"};
  bench.options.service_running = [&, asked = 0]() mutable -> Result<bool> { return ++asked == 2; };
  REQUIRE_FALSE(bench.try_empty());
  bench.options.service_running = nullptr;
  SECTION("without --keep") {
    bench.options.keep = {};
  }
  SECTION("with another") {
    bench.options.keep = {"Drop", "Badmail"};
  }
  SECTION("with --empty-mailbox") {
    bench.options.empty_mailbox = true;
  }
  const auto before = fingerprint(bench.mailroot());
  bench.open();
  const auto refused = bench.try_empty();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit == Exit::precondition);
  CHECK(refused.error().hint.find("--keep \"drop\"") != std::string::npos);
  CHECK(fingerprint(bench.mailroot()) == before);
  bench.options = {};
  bench.options.keep = {"drop"};
  CHECK(bench.empty().files == 3);
  CHECK(read(bench.mailroot() / "Drop/a.eml") == "one");
}

TEST_CASE("A file that was left by the run before is not removed behind the back of what was recorded of it",
          "[resume]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add_messages(3);
  bench.snapshotted();
  files->add({"remove_file", message(1), 1, Cause::denied, true});
  files->add({"remove_file", message(2), 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());
  files->heal();
  SECTION("it stays, and is named again") {
    bench.open();
    REQUIRE(bench.recovery().state().left_in_place.count(message(1)) == 1);
    const auto emptied = bench.empty();
    CHECK(emptied.files == 2);
    CHECK(emptied.kept == 1);
    CHECK(emptied.named.size() == 1);
    CHECK(fs::exists(bench.mailroot() / message(1)));
  }
  SECTION("and gone since: the service may have sent it") {
    bench.open();
    REQUIRE(bench.recovery().state().left_in_place.count(message(1)) == 1);
    fs::remove(bench.mailroot() / message(1));
    CHECK(bench.empty().files == 2);
    CHECK(bench.recovery().state().gone == std::set<std::string>{message(1)});
  }
}

TEST_CASE("A file seen gone beside one that could not be removed is never taken for one that was removed", "[resume]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add_messages(6);
  bench.snapshotted();
  bench.options.jobs = 4;
  int asked = 0;
  bench.options.service_running = [&]() -> Result<bool> {
    if (++asked == 2) fs::remove(bench.mailroot() / message(2));  // looked at, and about to be removed
    return false;
  };
  files->add({"remove_file", message(1), 1, Cause::io, true});
  const auto emptied = bench.try_empty();
  REQUIRE_FALSE(emptied);
  CHECK(emptied.error().cause == Cause::io);
  files->heal();
  bench.open();
  CHECK(bench.recovery().state().gone == std::set<std::string>{message(2)});
  CHECK(bench.empty().files == 5);
  CHECK(bench.recovery().state().gone == std::set<std::string>{message(2)});
}

TEST_CASE("A resumed group never forgets how far an earlier one came", "[resume]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add_messages(6);
  bench.snapshotted();
  // Killed with the second file removed by nobody and the rest removed: as after a power cut that undid one removal.
  files->add({"flush_folder", "Queue", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());
  files->heal();
  write(bench.mailroot() / message(1), read(bench.stored(message(1))));
  bench.open();
  files->add({"remove_file", message(1), 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());
  files->heal();
  bench.open();
  const auto groups = bench.events("removing");
  CHECK(groups.back()["first"] == message(1));
  CHECK(groups.back()["last"] == message(5));
  CHECK(bench.empty().files == 6);
  CHECK(gone_in(bench) == 0);
}

TEST_CASE("Restored in between and emptied after all: what is taken out again is no longer restored", "[resume]") {
  CutShort cut(100);
  auto& bench = cut.bench;
  bench.open();
  REQUIRE(bench.try_restore_back());
  REQUIRE(bench.recovery().state().restored.size() == 300);
  bench.end();
  fs::remove(bench.mailroot() / message(7));  // the service was started, and sent it
  bench.open();
  REQUIRE(bench.verify().verified.ok);
  bench.empty();
  CHECK(contents(bench.mailroot() / "Queue").empty());
  CHECK(bench.recovery().state().restored == std::set<std::string>{message(7)});
  CHECK(bench.events("removing").back().contains("again"));
}

TEST_CASE("A restore that was cut short and an emptying that went on leave no message in doubt", "[resume]") {
  CutShort cut(100);
  auto& bench = cut.bench;
  bench.open();
  bench.record("restoring", {{"group", 1}, {"sources", {message(0), message(299)}}});
  bench.kill();
  bench.add(message(0), "a");
  bench.open();
  REQUIRE(bench.verify().verified.ok);
  bench.empty();
  CHECK_FALSE(bench.recovery().state().restoring);
  CHECK(bench.recovery().state().restoring_abandoned == std::set<std::string>{message(0)});  // other bytes: a newcomer
}

TEST_CASE("a message that had been removed was left to nobody when another file took its name", "[resume]") {
  auto faulty = std::make_shared<FaultyFiles>();
  Bench bench(faulty);
  bench.add_messages(300);
  bench.snapshotted();
  faulty->add({"remove_file", message(280), 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());
  faulty->heal();
  bench.add(message(10), "an application's own");
  bench.open();
  REQUIRE(bench.verify().verified.ok);
  CHECK(bench.empty().newcomers == 1);
  CHECK(bench.recovery().state().left_in_place.empty());
  CHECK(bench.recovery().state().emptied_files + bench.recovery().state().gone.size() == 300);
}

TEST_CASE("Folders from which the run before removed files are flushed before anything more is said of them",
          "[resume]") {
  auto faulty = std::make_shared<FaultyFiles>();
  Bench bench(faulty);
  bench.add("Pickup/a", "one");
  bench.add("Queue/b.EML", "two");
  bench.snapshotted();
  SECTION("before the next group is begun") {
    faulty->add({"remove_file", "Queue/b.EML", 1, Cause::io, true});
  }
  SECTION("before the end") {
    faulty->add({"flush_folder", "Pickup", 1, Cause::io, true});
  }
  REQUIRE_FALSE(bench.try_empty());
  CHECK_FALSE(fs::exists(bench.mailroot() / "Pickup/a"));
  auto files = std::make_shared<RecordingFiles>();
  bench.open(files);
  files->forget();
  CHECK(bench.empty().files == 2);
  const auto calls = files->lines({"flush_folder", "write"});
  const auto flushed = std::find(calls.begin(), calls.end(), "flush_folder Pickup");
  REQUIRE(flushed != calls.end());
  CHECK(flushed < std::find(calls.begin(), calls.end(), "write journal.jsonl"));
}

}  // namespace requeue::tests
