// Restore into the Mailroot that the journal names: recorded, so that no message is sent twice, once by the service
// from where it was put back, and once by a replay.
#include <algorithm>

#include "snapshot/bench.h"
#include "snapshot/restore_folders.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

snapshot::Restored restored_back(Bench& bench) {
  auto restored = bench.try_restore_back();
  if (!restored) FAIL(to_text(restored.error()));
  return std::move(*restored);
}

void emptied(Bench& bench, int messages = 3) {
  bench.add_messages(messages);
  bench.snapshotted();
  bench.empty();
}

// Killed after the first `renames` files of a group stand.
void cut_short(Bench& bench, FaultyFiles& files, std::uint64_t renames) {
  files.add({"rename", "Queue/", renames + 1, Cause::io, true});
  files.add({"remove_file", "Queue/", 1, Cause::io, true});  // nor could it clear anything away
  REQUIRE_FALSE(bench.try_restore_back());
  files.heal();
  bench.kill();
}

// Killed while the second of three copies in Pickup was written: nothing could be cleared away.
void cut_short_while_staging(Bench& bench, FaultyFiles& files) {
  for (const auto* const name : {"a", "b", "c"}) bench.add(std::string("Pickup/") + name, name);
  bench.snapshotted();
  bench.empty();
  files.add({"write", "Pickup/.requeue-restore-2", 1, Cause::io, true});
  files.add({"remove_file", "Pickup/", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_restore_back());
  files.heal();
  bench.kill();
  REQUIRE(fs::exists(bench.mailroot() / "Pickup/.requeue-restore-1"));
}

}  // namespace

TEST_CASE("What is put back into the Mailroot is recorded: restoring before the first stands, restored after the last",
          "[restore_back]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  emptied(bench, 300);
  files->forget();
  CHECK(restored_back(bench).restored == 300);
  std::string order;
  for (const auto& call : files->calls()) {
    const bool journal = call.path == "journal.jsonl";
    const char letter = journal && call.verb == "write"                       ? 'w'
                        : journal && call.verb == "flush"                     ? 'f'
                        : call.verb == "rename"                               ? 'r'
                        : call.verb == "flush_folder" && call.path == "Queue" ? 'd'
                                                                              : '\0';
    if (letter != '\0' && (letter != 'r' || order.back() != 'r')) order += letter;
  }
  CHECK(order == "wfrdwfwfrdwfwf");  // the last: that the mark goes
  const auto groups = bench.events("restoring");
  REQUIRE(groups.size() == 2);
  CHECK(groups[0]["sources"].size() == 256);
  CHECK(groups[1]["sources"].size() == 44);
  CHECK(bench.events("restored").size() == 2);
  CHECK(bench.recovery().state().restored.size() == 300);
}

TEST_CASE("What may not go back, by the ledger of the replay, is left out and named", "[restore_back]") {
  Bench bench;
  emptied(bench);
  bench.restoring.leave_out = [](const files::Relative& source) -> std::optional<std::string> {
    if (source == "Queue/0001.EML") return "it was replayed";
    return std::nullopt;
  };
  const auto restored = restored_back(bench);
  CHECK(restored.restored == 2);
  CHECK(restored.left_out == std::vector<std::string>{"Queue/0001.EML: it was replayed"});
  CHECK(bench.recovery().state().restored.count("Queue/0001.EML") == 0);
}

TEST_CASE("A message that was put back and is gone since is never put back again: the service may have sent it",
          "[restore_back]") {
  Bench bench;
  emptied(bench);
  restored_back(bench);
  fs::remove(bench.mailroot() / "Queue/0001.EML");
  const auto restored = restored_back(bench);
  CHECK(restored.restored == 0);
  CHECK(restored.present == 2);
  REQUIRE(restored.left_out.size() == 1);
  CHECK(restored.left_out[0].find("Queue/0001.EML: restored before, and gone since") == 0);
  CHECK_FALSE(fs::exists(bench.mailroot() / "Queue/0001.EML"));
}

TEST_CASE("A message that somebody else put back is recorded as standing there", "[restore_back]") {
  Bench bench;
  emptied(bench);
  write(bench.mailroot() / "Queue/0001.EML", read(bench.stored("Queue/0001.EML")));
  const auto restored = restored_back(bench);
  CHECK(restored.restored == 2);
  CHECK(restored.present == 1);
  CHECK(bench.recovery().state().restored.count("Queue/0001.EML") == 1);
}

TEST_CASE("What was never taken out of the Mailroot is not recorded as put back", "[restore_back]") {
  Bench bench;
  bench.add("Mailbox/P1.eml", "mail");
  bench.add("Drop/a.eml", "mail");
  bench.add("smtp.log", "log");
  bench.options.keep = {"Drop"};
  emptied(bench, 1);
  const auto restored = restored_back(bench);
  CHECK(restored.restored == 1);
  CHECK(restored.present == 3);
  CHECK(bench.recovery().state().restored == std::set<std::string>{"Queue/0000.EML"});
}

TEST_CASE("Cut short within a group, same boot, service never seen: the next restore goes on", "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  emptied(bench);
  cut_short(bench, *files, 1);
  CHECK(contents(bench.mailroot() / "Queue").size() == 3);  // one named, two staged
  auto seen = std::make_shared<RecordingFiles>();
  bench.open(seen);
  seen->forget();
  const auto restored = restored_back(bench);
  // The names that the run before gave may be in memory only: they last before the journal says that they stand.
  const auto calls = seen->lines({"flush_folder", "write"});
  REQUIRE_FALSE(calls.empty());
  CHECK(calls.front() == "flush_folder Queue");
  CHECK(restored.restored == 2);
  CHECK(restored.present == 1);
  CHECK(restored.left_out.empty());
  CHECK(bench.recovery().state().restored.size() == 3);
  CHECK_FALSE(bench.recovery().state().restoring);
}

TEST_CASE("a restore that was killed while it staged left whole messages in Pickup that nothing knew of",
          "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  cut_short_while_staging(bench, *files);
  bench.open();
  // A copy: opening anew, as two sections do, ends the one that the bench holds.
  const auto restoring = bench.recovery().state().restoring;
  REQUIRE(restoring);
  CHECK(restoring->sources == std::vector<std::string>{"Pickup/a", "Pickup/b", "Pickup/c"});
  CHECK(snapshot::find_leftover(bench.tree()).value().has_value());
  SECTION("the same restore puts them back") {
    CHECK(restored_back(bench).restored == 3);
    CHECK(contents(bench.mailroot() / "Pickup") == Contents{{"a", "a"}, {"b", "b"}, {"c", "c"}});
  }
  SECTION("a restore of another folder clears them away before it says that nothing stands there") {
    bench.restoring.folders = {"Drop"};
    restored_back(bench);
    CHECK(contents(bench.mailroot() / "Pickup").empty());
  }
  SECTION("restarted: in doubt, and no copy stays for the service") {
    bench.open(files_after_restart());
    CHECK(restored_back(bench).restored == 0);
    CHECK(contents(bench.mailroot() / "Pickup").empty());
    CHECK(bench.recovery().state().restoring_abandoned.size() == 3);
  }
  SECTION("the service took one that had been staged") {
    fs::rename(bench.mailroot() / "Pickup/.requeue-restore-1", bench.mailroot() / "Pickup/.requeue-restore-3");
    CHECK(restored_back(bench).restored == 2);
    CHECK(bench.recovery().state().restoring_abandoned == std::set<std::string>{"Pickup/a"});
  }
  CHECK_FALSE(bench.recovery().state().restoring);
}

TEST_CASE("a restore that failed while it settled another one forgot what was in doubt", "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  cut_short_while_staging(bench, *files);
  fs::rename(bench.mailroot() / "Pickup/.requeue-restore-1", bench.mailroot() / "Pickup/.requeue-restore-3");
  bench.open();
  const auto failing = GENERATE(as<std::string>{}, "flush_folder", "remove_file");
  files->add({failing, "Pickup", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_restore_back());
  files->heal();
  bench.open();
  restored_back(bench);
  CHECK(bench.recovery().state().restoring_abandoned.count("Pickup/a") == 1);
  CHECK(contents(bench.mailroot() / "Pickup").count("a") == 0);
}

TEST_CASE("a file in place of a folder of an open group kept every later restore from settling it", "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/sub/a.EML", "a");
  bench.snapshotted();
  bench.empty();
  files->add({"write", "Queue/sub/.requeue-restore-1", 1, Cause::io, true});
  files->add({"remove_file", "Queue/sub", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_restore_back());
  files->heal();
  fs::remove_all(bench.mailroot() / "Queue/sub");
  bench.add("Queue/sub", "a file");
  bench.open();
  restored_back(bench);
  CHECK_FALSE(bench.recovery().state().restoring);
}

TEST_CASE("the same restore typed once more ended an evacuation that was cut short, in doubt or not",
          "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  for (const auto* const name : {"a", "b", "c"}) bench.add(std::string("Pickup/") + name, name);
  bench.snapshotted();
  files->add({"remove_file", "Pickup/c", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());
  files->add({"write", "Pickup/.requeue-restore-2", 1, Cause::io, true});
  files->add({"remove_file", "Pickup/", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_restore_back());
  files->heal();
  bench.open(files_after_restart());
  CHECK(restored_back(bench).restored == 0);
  bench.open(files_after_restart());
  restored_back(bench);
  CHECK(fs::exists(bench.mailroot() / ".requeue-evacuation"));
  CHECK_FALSE(bench.recovery().state().put_back);
}

TEST_CASE("an emptying that went on after a restore was killed took its copies for mail that came in",
          "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  for (const auto* const name : {"a", "b", "c"}) bench.add(std::string("Pickup/") + name, name);
  bench.snapshotted();
  files->add({"remove_file", "Pickup/c", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());
  files->add({"write", "Pickup/.requeue-restore-2", 1, Cause::io, true});
  files->add({"remove_file", "Pickup/", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_restore_back());
  files->heal();
  bench.kill();
  bench.open();
  REQUIRE(bench.verify().verified.ok);
  const auto emptied = bench.empty();
  CHECK(emptied.files == 3);
  CHECK(emptied.newcomers == 0);
  CHECK(contents(bench.mailroot() / "Pickup").empty());
  const auto& state = bench.recovery().state();
  CHECK((state.restored.empty() && state.restoring_abandoned.empty() && !state.restoring));
}

TEST_CASE("another file under the name of one that a killed restore had not put back counted as put back",
          "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  emptied(bench);
  cut_short(bench, *files, 1);
  write(bench.mailroot() / "Queue/0001.EML", "an application's own");
  bench.open();
  const auto restored = restored_back(bench);
  CHECK(restored.conflicts == std::vector<std::string>{"Queue/0001.EML"});
  CHECK(bench.recovery().state().restored == std::set<std::string>{"Queue/0000.EML", "Queue/0002.EML"});
  CHECK(bench.recovery().state().restoring_abandoned.empty());
}

TEST_CASE("Cut short, and restarted or the service seen since: what does not stand is in doubt, now and later",
          "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  emptied(bench);
  cut_short(bench, *files, 1);
  SECTION("restarted") {
    bench.open(files_after_restart());
  }
  SECTION("the service was seen running") {
    bench.open();
    bench.record("service", {{"state", "running"}, {"action", "found"}});
  }
  for (int time = 0; time < 2; ++time) {
    const auto restored = restored_back(bench);
    CHECK(restored.restored == 0);
    CHECK(restored.present == 1);
    CHECK(contents(bench.mailroot() / "Queue").size() == 1);
    CHECK(restored.left_out.size() >= 2);
    for (const auto& line : restored.left_out) CHECK(line.find("in doubt") != std::string::npos);
  }
  CHECK(bench.recovery().state().restoring_abandoned.size() == 2);
}

TEST_CASE("a restore after an emptying that was cut short put back what the service had sent meanwhile",
          "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add_messages(300);
  bench.snapshotted();
  files->add({"remove_file", "Queue/0010", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());
  files->heal();
  bench.kill();
  // The machine starts anew, and the service with it.
  const auto sent = GENERATE(as<std::string>(), "Queue/0020.EML", "Queue/0290.EML");
  fs::remove(bench.mailroot() / sent);
  const bool restarted = GENERATE(true, false);
  bench.open(restarted ? files_after_restart() : nullptr);
  CAPTURE(sent, restarted);
  const auto restored = restored_back(bench);
  // Of the group that was begun nothing can be known after a restart, and of one file only before it.
  const bool beyond = sent == "Queue/0290.EML";
  if (restarted || beyond) CHECK_FALSE(fs::exists(bench.mailroot() / sent));
  if (!restarted && beyond) CHECK(restored.left_out.size() == 1);
  if (!restarted) CHECK(fs::exists(bench.mailroot() / "Queue/0000.EML"));
  if (restarted || beyond) CHECK(restored.left_out.front().find("the service may have sent it") != std::string::npos);
}

TEST_CASE("a restore after an emptying with --keep that was cut short put back kept mail that the service had sent",
          "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add_messages(3);
  bench.add("Pickup/p.EML", "kept");
  bench.add("Pickup/q.EML", "kept, too");
  bench.add("of the Mailroot itself", "x");
  bench.options.keep = {"Pickup"};
  bench.snapshotted();
  files->add({"remove_file", "Queue/0002.EML", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());
  files->heal();
  bench.kill();
  fs::remove(bench.mailroot() / "Pickup/p.EML");
  bench.add("Pickup/q.EML", "changed");
  bench.add("of the Mailroot itself", "changed");
  bench.open();
  const auto restored = restored_back(bench);
  CHECK(restored.restored == 2);
  CHECK(restored.conflicts.size() == 2);
  REQUIRE(restored.left_out.size() == 1);
  CHECK(restored.left_out.front().find("Pickup/p.EML") == 0);
  // What was to stay was never removed: all is back, and what there is to say of it the scope says.
  CHECK(bench.events("mark").back()["state"] == "taken_away");
  CHECK(bench.events("gone").empty());
  CHECK(bench.events("left_in_place").empty());
  fs::remove(bench.mailroot() / "Pickup/q.EML");
  for (const auto* const name : {"Queue/0000.EML", "Queue/0001.EML", "Queue/0002.EML"}) {
    fs::remove(bench.mailroot() / name);
  }
  const auto again = restored_back(bench);
  CHECK(again.restored == 0);
  CHECK(again.left_out.size() == 5);
  CHECK(contents(bench.mailroot() / "Pickup").empty());
}

TEST_CASE("a restore put back what was left in the Mailroot and went since", "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add_messages(3);
  bench.add("Drop/d", "dropped");
  bench.add("Mailbox/user/m.eml", "of a person");
  bench.options.keep = {"Drop"};
  bench.snapshotted();
  files->add({"remove_file", "Queue/0001.EML", 1, Cause::denied, true});
  CHECK(bench.empty().named.size() == 1);
  files->heal();
  fs::remove(bench.mailroot() / "Queue/0001.EML");
  fs::remove(bench.mailroot() / "Drop/d");
  const auto restored = restored_back(bench);
  CHECK_FALSE(fs::exists(bench.mailroot() / "Queue/0001.EML"));
  CHECK(restored.left_out.size() == 1);
  CHECK(restored.restored == 3);  // what the service does not send is put back
  CHECK(fs::exists(bench.mailroot() / "Drop/d"));
}

TEST_CASE("a restore of a snapshot that nothing was emptied after put back what the service had sent",
          "[restore_back]") {
  Bench bench;
  bench.add_messages(2);
  bench.snapshotted();
  bench.kill();
  fs::remove(bench.mailroot() / "Queue/0000.EML");
  SECTION("same boot, no service seen: it may have run all the same") {
    bench.open();
    const auto restored = restored_back(bench);
    CHECK(restored.restored == 0);
    CHECK(restored.left_out.size() == 1);
    CHECK(restored.present == 1);
  }
  SECTION("the machine was restarted") {
    bench.open(files_after_restart());
    CHECK(restored_back(bench).restored == 0);
    CHECK_FALSE(fs::exists(bench.mailroot() / "Queue/0000.EML"));
  }
  SECTION("the service was seen running") {
    bench.open();
    bench.record("service", {{"state", "running"}, {"action", "found"}});
    CHECK(restored_back(bench).left_out.size() == 1);
  }
}

TEST_CASE("A restore that a restart cut short told of files in doubt that are no messages, and audit failed ever after",
          "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  emptied(bench);
  cut_short(bench, *files, 1);
  bench.open(files_after_restart());
  restored_back(bench);
  CHECK(bench.events("in_doubt").empty());
  CHECK(bench.events("restored").back()["in_doubt"].size() == 2);
}

TEST_CASE("Whole groups that were ended stay recorded when a later one is cut short", "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  emptied(bench, 300);
  cut_short(bench, *files, 256 + 4);
  bench.open(files_after_restart());
  const auto restored = restored_back(bench);
  CHECK(restored.restored == 0);
  CHECK(bench.recovery().state().restored.size() == 260);
  CHECK(bench.recovery().state().restoring_abandoned.size() == 40);
}

TEST_CASE("A file whose streams the volume cannot keep is left out of the Mailroot: the service needs them",
          "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/stream.EML", "one");
  if (!bench.add_stream_if_kept("Queue/stream.EML", "PROPERTIES", "envelope")) return;
  emptied(bench);
  files->tell_volume([](files::Volume& volume) { volume.keeps_streams = false; });
  const auto restored = restored_back(bench);
  CHECK(restored.restored == 3);
  REQUIRE(restored.left_out.size() == 1);
  CHECK(restored.left_out[0].find("Queue/stream.EML: ") == 0);
  CHECK_FALSE(fs::exists(bench.mailroot() / "Queue/stream.EML"));
  CHECK(bench.recovery().state().restored.count("Queue/stream.EML") == 0);
}

TEST_CASE("A file of the same bytes with other streams stands there: told, not overwritten, and recorded",
          "[restore_back]") {
  Bench bench;
  bench.add("Queue/stream.EML", "one");
  if (!bench.add_stream_if_kept("Queue/stream.EML", "PROPERTIES", "envelope")) return;
  emptied(bench);
  write(bench.mailroot() / "Queue/stream.EML", "one");
  const auto restored = restored_back(bench);
  CHECK(restored.present == 0);
  CHECK(restored.conflicts.size() == 1);
  // The service will send it from there, so a replay must not.
  CHECK(bench.recovery().state().restored.count("Queue/stream.EML") == 1);
}

TEST_CASE("Damaged payload is not recorded as put back", "[restore_back]") {
  Bench bench;
  emptied(bench);
  write(bench.stored("Queue/0001.EML"), "xx");
  const auto restored = restored_back(bench);
  CHECK(restored.damaged);
  CHECK(restored.restored == 2);
  CHECK(bench.recovery().state().restored.count("Queue/0001.EML") == 0);
  CHECK_FALSE(fs::exists(bench.mailroot() / "Queue/0001.EML"));
}

TEST_CASE("Tag files that differ from the journal's root stop a restore into the Mailroot", "[restore_back]") {
  Bench bench;
  emptied(bench);
  tamper(bench.bag(), "bag-info.txt", [](const std::string& text) { return text + "Note: x\n"; });
  const auto restored = bench.try_restore_back();
  REQUIRE_FALSE(restored);
  CHECK(restored.error().exit == Exit::verification);
  CHECK(bench.events("restoring").empty());
  CHECK(contents(bench.mailroot() / "Queue").empty());
}

TEST_CASE("What was left in place by the emptying was never taken out, and is not recorded as put back",
          "[restore_back]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  files->add({"remove_file", "Queue/0001.EML", 1, Cause::denied, true});
  emptied(bench);
  files->heal();
  const auto restored = restored_back(bench);
  CHECK(restored.restored == 2);
  CHECK(restored.present == 1);
  CHECK(bench.recovery().state().restored.count("Queue/0001.EML") == 0);
  CHECK(bench.recovery().state().left_in_place.count("Queue/0001.EML") == 1);
}

}  // namespace requeue::tests
