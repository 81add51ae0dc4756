// The mark that stands in the Mailroot while it is emptied: what another evacuation, or nobody, may conclude from it.
#include "mailroot/evacuation_mark.h"

#include "snapshot/bench.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

struct Marked {
  // Killed at the second removal of three; `first` says what fails.
  explicit Marked(Fault first = {"remove_file", "Queue/", 2, Cause::io, true}, bool drop = false) {
    if (drop) bench.add("Drop/a", "dropped");
    bench.add_messages(3);
    bench.snapshotted();
    files->add(std::move(first));
    REQUIRE_FALSE(bench.try_empty());
    files->heal();
    bench.kill();
  }
  [[nodiscard]] Path mark() const { return bench.mailroot() / std::string(mailroot::evacuation_mark); }

  std::shared_ptr<FaultyFiles> files = std::make_shared<FaultyFiles>();
  Bench bench{files};
};

Result<void> check_as_another(Bench& bench) {
  return mailroot::check_no_other_evacuation(bench.tree(), "0123456789abcdef");
}

}  // namespace

TEST_CASE("An evacuation that was cut short is known to every other one, and finished leaves nothing", "[mark]") {
  Marked cut;
  cut.bench.open();
  const auto refused = check_as_another(cut.bench);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit == Exit::precondition);
  CHECK(refused.error().why.find(cut.bench.home().string()) != std::string::npos);
  CHECK(cut.bench.empty().files == 3);
  CHECK_FALSE(fs::exists(cut.mark()));
  CHECK(check_as_another(cut.bench));
  CHECK(cut.bench.recovery().state().gone.empty());
  CHECK_FALSE(cut.bench.recovery().state().marked);
}

TEST_CASE("The mark is no newcomer, is in no snapshot, and is durable before the first removal", "[mark]") {
  const auto recording = std::make_shared<RecordingFiles>();
  Bench bench(recording);
  bench.add_messages(1);
  bench.snapshotted();
  write(bench.mailroot() / std::string(mailroot::evacuation_mark), "torn");
  const auto emptied = bench.empty();
  CHECK(emptied.newcomers == 0);
  CHECK(entries_of(bench.bag()).count(std::string(mailroot::evacuation_mark)) == 0);
  std::vector<std::string> order;
  for (const auto& call : recording->calls()) {
    if (call.tree != bench.mailroot().string()) continue;
    const bool of_mark = call.path == mailroot::evacuation_mark;
    const bool of_root = call.verb == "flush_folder" && call.path.empty();
    if (of_mark && (call.verb == "create" || call.verb == "flush_file" || call.verb == "remove_file"))
      order.push_back(call.verb);
    else if (of_root)
      order.emplace_back("flush");
    else if (call.verb == "remove_file" && call.path.find("Queue/") != std::string::npos)
      order.emplace_back("removal");
  }
  CHECK(order == std::vector<std::string>{"remove_file", "flush", "create", "flush_file", "flush", "removal",
                                          "remove_file", "flush"});
}

TEST_CASE("A mark that somebody took away: what is gone may be another evacuation's, for good", "[mark]") {
  Marked cut;
  fs::remove(cut.mark());
  cut.bench.open();
  // Killed once more, so that the doubt must outlast the run that had it first.
  cut.files->add({"remove_file", "Queue/0001.EML", 1, Cause::io, true});
  REQUIRE_FALSE(cut.bench.try_empty());
  cut.files->heal();
  cut.bench.kill();
  CHECK(fs::exists(cut.mark()));
  cut.bench.open();
  CHECK(cut.bench.empty().files == 2);
  CHECK(cut.bench.recovery().state().gone == std::set<std::string>{"Queue/0000.EML"});
  CHECK_FALSE(fs::exists(cut.mark()));
}

TEST_CASE("A mark that somebody took away: restore puts back nothing that another evacuation may have", "[mark]") {
  Marked cut;
  fs::remove(cut.mark());
  cut.bench.open();
  cut.bench.restoring.recorded_mailroot = true;
  const auto restored = cut.bench.try_restore_back();
  REQUIRE(restored);
  CHECK(restored->restored == 0);
  CHECK(restored->left_out.size() == 1);
  CHECK(cut.bench.recovery().state().mark_lost);
}

TEST_CASE("All put back: the mark goes, and another evacuation may have it", "[mark]") {
  Marked cut;
  cut.bench.open();
  cut.bench.restoring.recorded_mailroot = true;
  SECTION("all") {
    REQUIRE(cut.bench.try_restore_back());
    CHECK_FALSE(fs::exists(cut.mark()));
    CHECK(check_as_another(cut.bench));
    // And the first goes on, as if nothing had been.
    CHECK(cut.bench.empty().files == 3);
    CHECK(cut.bench.recovery().state().gone.empty());
  }
  SECTION("a part") {
    cut.bench.restoring.folders = {"Drop"};
    REQUIRE(cut.bench.try_restore_back());
    CHECK(fs::exists(cut.mark()));
  }
}

TEST_CASE("a restore took the mark away and forgot what it had called gone or changed", "[mark]") {
  Marked cut;  // Queue/0000.EML was removed; of the others one is sent by a service, and one changed
  fs::remove(cut.bench.mailroot() / "Queue/0001.EML");
  write(cut.bench.mailroot() / "Queue/0002.EML", "changed");
  cut.bench.open();
  cut.bench.restoring.recorded_mailroot = true;
  REQUIRE(cut.bench.try_restore_back());
  CHECK_FALSE(fs::exists(cut.mark()));
  // Another evacuation takes all that stands.
  for (const auto* const name : {"Queue/0000.EML", "Queue/0002.EML"}) fs::remove(cut.bench.mailroot() / name);
  cut.bench.end();
  cut.bench.open();
  cut.bench.empty();
  const auto& state = cut.bench.recovery().state();
  CHECK(state.gone.contains("Queue/0001.EML"));
  CHECK((state.gone.contains("Queue/0002.EML") || state.left_in_place.contains("Queue/0002.EML")));
  CHECK(state.gone.contains("Queue/0000.EML"));  // with newcomers in Queue, so is what is gone of the last group
}

TEST_CASE("a restore that could not put back all took the mark away, and all was said to be back", "[mark]") {
  Marked cut({"remove_file", "Queue/", 2, Cause::io, true}, true);  // Drop/a and Queue/0000.EML were removed
  SECTION("damaged in the snapshot") {
    write(cut.bench.stored("Queue/0000.EML"), "xx");
  }
  SECTION("another file stands under its name") {
    write(cut.bench.mailroot() / "Drop/a", "an application's own");
  }
  cut.bench.open();
  cut.bench.restoring.recorded_mailroot = true;
  const auto restored = cut.bench.try_restore_back();
  REQUIRE(restored);
  CHECK(restored->left_out.size() + restored->conflicts.size() == 1);
  CHECK(fs::exists(cut.mark()));
  CHECK_FALSE(cut.bench.recovery().state().put_back);
}

TEST_CASE("an emptying that could not begin left its mark", "[mark]") {
  const auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add_messages(1);
  bench.snapshotted();
  files->add({"flush_file", std::string(mailroot::evacuation_mark), 1, Cause::io});
  REQUIRE_FALSE(bench.try_empty());
  CHECK(bench.events("emptying").empty());
  CHECK_FALSE(fs::exists(bench.mailroot() / std::string(mailroot::evacuation_mark)));
}

TEST_CASE("a mark that came back with old files is taken away by a restore", "[mark]") {
  Marked cut;
  const auto bytes = read(cut.mark());
  cut.bench.open();
  REQUIRE(cut.bench.empty().files == 3);
  write(cut.mark(), bytes);
  cut.bench.restoring.recorded_mailroot = true;
  REQUIRE(cut.bench.try_restore_back());
  CHECK_FALSE(fs::exists(cut.mark()));
}

TEST_CASE("A full volume can hold no mark, and is emptied all the same", "[mark]") {
  const auto full = std::make_shared<FaultyFiles>();
  Bench bench(full);
  bench.add_messages(3);
  bench.snapshotted();
  full->add({"create", std::string(mailroot::evacuation_mark), 1, Cause::no_space});
  CHECK(bench.empty().files == 3);
  REQUIRE(bench.ear.said.size() == 1);
  CHECK(bench.ear.said.front().find("do not evacuate") != std::string::npos);
}

TEST_CASE("Killed while the mark goes: the next run takes what is gone for its own", "[mark]") {
  const bool done_first = GENERATE(false, true);
  const auto fault =
      GENERATE_COPY(Fault{"remove_file", std::string(mailroot::evacuation_mark), 2, Cause::io, true, done_first},
                    Fault{"flush_folder", "", 3, Cause::io, true, done_first});
  Marked cut(fault);
  cut.bench.open();
  CHECK(cut.bench.empty().files == 3);
  CHECK(cut.bench.recovery().state().gone.empty());
  CHECK_FALSE(fs::exists(cut.mark()));
}

TEST_CASE("Something else under the mark's name is refused, and named", "[mark]") {
  Bench bench;
  bench.add_messages(1);
  bench.open();
  fs::create_directories(bench.mailroot() / std::string(mailroot::evacuation_mark));
  const auto refused = check_as_another(bench);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit == Exit::precondition);
  CHECK(refused.error().path.find(mailroot::evacuation_mark) != std::string::npos);
}

TEST_CASE("a volume that became read-only while it was emptied was recorded as emptied", "[mark]") {
  Marked cut({"remove_file", "Queue/", 2, Cause::write_protected, true});
  CHECK(cut.bench.events("emptied").empty());
  CHECK(cut.bench.events("left_in_place").empty());
  cut.bench.open();
  CHECK(cut.bench.empty().files == 3);
}

}  // namespace requeue::tests
