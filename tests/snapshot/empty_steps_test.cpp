// Emptying, step by step: what must hold before, what is recorded and flushed when, and what ends it.
#include "snapshot/bench.h"
#include "snapshot/copy.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

std::string refusal(const Result<snapshot::Emptied>& emptied) {
  REQUIRE_FALSE(emptied);
  CHECK(emptied.error().exit == Exit::precondition);
  return emptied.error().what;
}

}  // namespace

TEST_CASE("Nothing is emptied without a verified snapshot of this very Mailroot", "[empty]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  const auto before = fingerprint(bench.mailroot());
  bench.open();
  SECTION("none") {
    CHECK(refusal(bench.try_empty()) == "there is no snapshot");
  }
  SECTION("not verified") {
    bench.take();
    CHECK(refusal(bench.try_empty()) == "the snapshot is not verified");
  }
  SECTION("of another Mailroot") {
    bench.take();
    bench.verify();
    fs::create_directories(bench.other() / "Queue");
    const auto other = bench.files().open(bench.other()).value();
    CHECK(refusal(snapshot::empty(bench.recovery(), *other, {}, bench.ear)) ==
          "this is not the Mailroot that the snapshot was taken of");
  }
  CHECK(bench.events("emptying").empty());
  CHECK(fingerprint(bench.mailroot()) == before);
}

TEST_CASE("Tag files that were changed after the verification stop the emptying before it begins", "[empty]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  tamper(bench.bag(), "files.jsonl", [](const std::string& text) { return text + "\n"; });
  const auto emptied = bench.try_empty();
  REQUIRE_FALSE(emptied);
  CHECK(emptied.error().exit == Exit::verification);
  CHECK(bench.events("emptying").empty());
  CHECK(read(bench.mailroot() / "Queue/a.EML") == "one");
}

TEST_CASE("A Mailroot is emptied once for one recovery folder", "[empty]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  bench.empty();
  bench.add("Queue/a.EML", "one");
  CHECK(refusal(bench.try_empty()) == "the Mailroot was emptied already");
  CHECK(read(bench.mailroot() / "Queue/a.EML") == "one");
}

TEST_CASE("The service is asked before each group and before the end; running, it ends the run", "[empty]") {
  Bench bench;
  bench.add_messages(300);  // two groups
  bench.snapshotted();
  int asked = 0;
  int running_at = 0;
  bench.options.service_running = [&]() -> Result<bool> { return ++asked == running_at; };
  SECTION("stopped all the time") {
    CHECK(bench.empty().files == 300);
    CHECK(asked == 4);
  }
  SECTION("running at first: nothing is removed and nothing begun") {
    running_at = 1;
    CHECK(refusal(bench.try_empty()) == "the SMTP service is running");
    CHECK(bench.events("emptying").empty());
    CHECK(contents(bench.mailroot() / "Queue").size() == 300);
  }
  SECTION("running before the first group: nothing is removed") {
    running_at = 2;
    CHECK(refusal(bench.try_empty()) == "the SMTP service is running");
    CHECK(contents(bench.mailroot() / "Queue").size() == 300);
  }
  SECTION("running before the second group: the first one went") {
    running_at = 3;
    CHECK(refusal(bench.try_empty()) == "the SMTP service is running");
    CHECK(contents(bench.mailroot() / "Queue").size() == 44);
  }
  SECTION("running at the end: not emptied") {
    running_at = 4;
    CHECK(refusal(bench.try_empty()) == "the SMTP service is running");
    CHECK(bench.events("emptied").empty());
  }
  SECTION("it cannot be asked") {
    bench.options.service_running = [&]() -> Result<bool> { return failure(Exit::precondition, "no answer"); };
    CHECK(refusal(bench.try_empty()) == "no answer");
    CHECK(contents(bench.mailroot() / "Queue").size() == 300);
  }
}

TEST_CASE("Removals are recorded and flushed in groups of at most 256 before they are done, folders flushed after",
          "[empty]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  bench.add_messages(600);
  bench.add("Drop/x.eml", "x");
  bench.snapshotted();
  files->forget();
  bench.empty();
  const auto groups = bench.events("removing");
  REQUIRE(groups.size() == 3);
  CHECK(groups[0]["first"] == "Drop/x.eml");
  CHECK(groups[0]["count"] == 256);
  CHECK(groups[0]["last"] == "Queue/0254.EML");
  CHECK(groups[1]["first"] == "Queue/0255.EML");
  CHECK(groups[2]["last"] == "Queue/0599.EML");
  CHECK(groups[2]["count"] == 89);
  // As one letter a call: w journal written, f journal flushed, r a file removed, d its folder flushed.
  std::string order;
  for (const auto& call : files->calls()) {
    const bool journal = call.path == "journal.jsonl";
    const char letter = journal && call.verb == "write"   ? 'w'
                        : journal && call.verb == "flush" ? 'f'
                        : call.verb == "remove_file"      ? 'r'
                        : call.verb == "flush_folder"     ? 'd'
                                                          : '\0';
    if (letter != '\0' && (letter != 'r' || order.back() != 'r')) order += letter;
  }
  // At the beginning the mark, at the end its going.
  CHECK(order == "dwfwfrddwfrdwfrdwfrdwf");
}

TEST_CASE("A stop that is asked for is heeded between groups, and the same command goes on", "[empty]") {
  Bench bench;
  bench.add_messages(300);
  bench.snapshotted();
  bench.ear.stop_after = bench.ear.advanced + 1;
  const auto stopped = bench.try_empty();
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().exit == Exit::interrupted);
  CHECK(contents(bench.mailroot() / "Queue").size() == 44);
  bench.ear = {};
  bench.open();
  CHECK(bench.empty().files == 300);
}

TEST_CASE("a group that was ended before the run was stopped was in doubt once something new stood in Pickup",
          "[empty]") {
  Bench bench;
  bench.add_messages(300);
  bench.snapshotted();
  bench.ear.stop_after = bench.ear.advanced + 1;
  REQUIRE_FALSE(bench.try_empty());
  REQUIRE(contents(bench.mailroot() / "Queue").size() == 44);
  const auto groups = bench.events("removing");
  REQUIRE(groups.size() == 2);
  CHECK(groups[1]["count"] == 0);
  CHECK(groups[1]["first"] == "Queue/0256.EML");
  CHECK(groups[1]["last"] == groups[0]["last"]);
  bench.add("Pickup/new.eml", "came when nothing of it was running");
  bench.ear = {};
  bench.open();
  CHECK(bench.empty().files == 300);
  CHECK(bench.recovery().state().gone.empty());
}

TEST_CASE("A staging folder of a replay is neither copied nor removed while it holds its token only", "[empty]") {
  Bench bench;
  bench.add(".requeue-0011/token", "0011\n/r\n");
  bench.add("Queue/a.EML", "one");
  bench.open();
  CHECK(bench.take().facts.files == 1);
  bench.verify();
  const auto emptied = bench.empty();
  CHECK(emptied.newcomers == 0);
  CHECK(read(bench.mailroot() / ".requeue-0011/token") == "0011\n/r\n");
}

TEST_CASE("That a file of a begun group was not removed by us is flushed before anything else is said", "[empty]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.snapshotted();
  files->before("remove_file", [&](const Call& call) {
    if (call.path == "Queue/a.EML") fs::remove(bench.mailroot() / "Queue/b.EML");
  });
  files->forget();
  CHECK(bench.empty().files == 1);
  // mark with emptying, removing, gone, mark, emptied: each flushed on its own.
  std::string order;
  for (const auto& call : files->calls()) {
    if (call.path == "journal.jsonl" && (call.verb == "write" || call.verb == "flush")) order += call.verb[0];
  }
  CHECK(order == "wfwfwfwfwf");
}

TEST_CASE("A link that stands in a file's place at the moment of its removal is a newcomer, and no end of the run",
          "[empty]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.snapshotted();
  files->add({"remove_file", "Queue/a.EML", 1, Cause::is_link});
  const auto emptied = bench.empty();
  CHECK(emptied.files == 1);
  CHECK(bench.recovery().state().left_in_place.count("Queue/a.EML") == 1);
}

TEST_CASE("The same state is the same file with the same size and times, whatever its rights", "[empty]") {
  files::Status status;
  status.identity = {1, 2};
  status.size = 3;
  auto other = status;
  other.mode = 0400;
  CHECK(snapshot::same_state(status, other));
  const auto differs = [&](auto change) {
    other = status;
    change(other);
    return !snapshot::same_state(status, other);
  };
  CHECK(differs([](files::Status& one) { one.identity.file = 3; }));
  CHECK(differs([](files::Status& one) { one.identity.volume = 3; }));
  CHECK(differs([](files::Status& one) { one.changed.nanoseconds = 1; }));
  // Of a file system without a change time this is all that tells.
  CHECK(differs([](files::Status& one) { one.written.nanoseconds = 1; }));
  CHECK(differs([](files::Status& one) { one.size = 4; }));
  CHECK(differs([](files::Status& one) { one.kind = files::Kind::link; }));
}

TEST_CASE("a run that failed while it looked for newcomers said that nothing was removed", "[snapshot]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  // The walk for newcomers is the first that asks for streams: what goes is looked at by its state alone.
  files->add({"streams", "", 1, Cause::not_found, true});
  const auto emptied = bench.try_empty();
  REQUIRE_FALSE(emptied);
  REQUIRE_FALSE(fs::exists(bench.mailroot() / "Queue/a.EML"));
  CHECK(emptied.error().what == "the Mailroot changed while it was read");
  CHECK(emptied.error().hint.find("othing was removed") == std::string::npos);
  CHECK(emptied.error().hint.find("the same command again") != std::string::npos);
}

TEST_CASE("one look that failed left a file in the Mailroot, or made it count as gone", "[empty]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.snapshotted();
  const auto [verb, cause] = GENERATE(std::pair{"status", Cause::not_found}, std::pair{"status", Cause::denied},
                                      std::pair{"status", Cause::busy}, std::pair{"remove_file", Cause::not_found});
  const std::uint64_t nth = std::string(verb) == "status" ? GENERATE(1U, 2U) : 1U;  // before the group, and within it
  files->add({verb, "Queue/a.EML", nth, cause});
  CHECK(bench.empty().files == 2);
  CHECK(files->failed() == 1);
  CHECK_FALSE(fs::exists(bench.mailroot() / "Queue/a.EML"));
  CHECK(bench.events("gone").empty());
  CHECK(bench.events("left_in_place").empty());
}

}  // namespace requeue::tests
