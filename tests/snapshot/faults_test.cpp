// Each call of a step fails in turn: once or for ever, half done, done but told as failed. Whatever fails, nothing is
// lost, and the same command then does what it would have done at first.
#include <algorithm>

#include "snapshot/bench.h"
#include "support/share.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

// One step with the fault, whatever comes of it; then, with everything healed, `check`. Until no call is left to fail.
template <class Prepare, class Step, class Verdict>
int fail_each_call(Fault fault, Prepare prepare, Step step, Verdict check) {
  int failures = 0;
  for (fault.nth = 1;; fault.nth += every(19)) {
    auto files = std::make_shared<FaultyFiles>();
    Bench bench(files);
    prepare(bench);
    const auto before = files->calls();
    files->add(fault);
    step(bench);
    if (files->calls() - before < fault.nth) return failures;
    const bool failed = files->failed() > 0;
    files->heal();
    bench.kill();
    if (!failed) continue;  // to be failed after it was done, and it was not
    failures += static_cast<int>(every(19));
    INFO("call " << fault.nth << (fault.for_ever ? " and all after it" : "") << (fault.half_written ? ", half" : "")
                 << (fault.done_first ? ", done" : ""));
    check(bench);
  }
}

// What is denied is tried again after a pause: once is enough here, and the tries have tests of their own.
Fault any_fault() {
  const auto fault = [](Cause cause, bool for_ever, bool done_first, bool half_written) {
    return Fault{"", "", 1, cause, for_ever, done_first, half_written};
  };
  return GENERATE_COPY(fault(Cause::io, false, false, false), fault(Cause::io, true, false, false),
                       fault(Cause::io, false, true, false), fault(Cause::io, true, true, false),
                       fault(Cause::io, false, false, true), fault(Cause::no_space, true, false, true),
                       fault(Cause::denied, false, false, false), fault(Cause::denied, false, true, false));
}

void add_tree(const Bench& bench) {
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/b.EML", "two");
  bench.add("Drop/c.eml", "three");
}

}  // namespace

TEST_CASE("Whichever call of a snapshot fails, the Mailroot is as it was and the next snapshot is whole",
          "[snapshot][faults]") {
  std::map<std::string, std::string> before;
  const auto failures = fail_each_call(
      any_fault(),
      [&](Bench& bench) {
        add_tree(bench);
        before = fingerprint(bench.mailroot());
      },
      [](Bench& bench) {
        if (!bench.try_open() || !bench.try_take()) return;
        static_cast<void>(snapshot::verify(bench.recovery(), bench.ear));
      },
      [&](Bench& bench) {
        REQUIRE(fingerprint(bench.mailroot()) == before);
        bench.snapshotted();
        REQUIRE(contents(bench.stored("")) == contents(bench.mailroot()));
        REQUIRE_FALSE(fs::exists(bench.home() / "superseded"));
        REQUIRE(bench.empty().files == 3);
      });
  CHECK(failures > 30);
}

TEST_CASE("Whichever call of a second snapshot fails, no file of the first one is lost", "[snapshot][faults]") {
  const auto failures = fail_each_call(
      any_fault(),
      [&](Bench& bench) {
        add_tree(bench);
        bench.snapshotted();
        fs::remove(bench.mailroot() / "Queue/a.EML");
        bench.add("Queue/b.EML", "newer");
      },
      [](Bench& bench) { static_cast<void>(bench.try_take()); },
      [&](Bench& bench) {
        bench.snapshotted();
        REQUIRE(contents(bench.stored("")) == contents(bench.mailroot()));
        std::vector<std::string> kept;
        for (const auto& [name, bytes] : contents(bench.home() / "superseded")) {
          if (name.find("/data/") != std::string::npos && bytes != "/") kept.push_back(bytes);
        }
        REQUIRE(std::count(kept.begin(), kept.end(), "one") >= 1);
        REQUIRE(std::count(kept.begin(), kept.end(), "two") >= 1);
      });
  CHECK(failures > 30);
}

TEST_CASE("Whichever call of an emptying fails, each file is accounted for when the same command has gone on",
          "[empty][faults]") {
  const auto fault = any_fault();
  Contents before;
  const auto failures = fail_each_call(
      fault,
      [&](Bench& bench) {
        add_tree(bench);
        before = contents(bench.mailroot());
        bench.snapshotted();
      },
      [](Bench& bench) { static_cast<void>(bench.try_empty()); },
      [&](Bench& bench) {
        bench.open();
        REQUIRE(bench.verify().verified.ok);
        if (!bench.recovery().state().emptied) REQUIRE(bench.try_empty());
        const auto& state = bench.recovery().state();
        const auto left = contents(bench.mailroot());
        for (const auto& [name, bytes] : before) {
          INFO(name);
          if (bytes == "/") {
            REQUIRE(left.count(name) == 1);
          } else {
            REQUIRE(left.count(name) == state.left_in_place.count(name));
          }
        }
        REQUIRE(state.emptied_files + state.emptied_kept + state.gone.size() == 3);
        // Only a removal that was done, and told to be denied, can be taken for somebody else's.
        if (!(fault.done_first && fault.cause == Cause::denied)) REQUIRE(state.gone.empty());
      });
  CHECK(failures > 20);
}

TEST_CASE("Whichever call of a restore elsewhere fails, the next one makes the tree whole", "[restore][faults]") {
  std::map<std::string, std::string> before;
  const auto failures = fail_each_call(
      any_fault(),
      [&](Bench& bench) {
        add_tree(bench);
        before = fingerprint(bench.mailroot());
        bench.snapshotted();
        bench.end();
      },
      [](Bench& bench) { static_cast<void>(bench.try_restore_elsewhere()); },
      [&](Bench& bench) {
        const auto restored = bench.restore_elsewhere();
        REQUIRE(restored.restored + restored.present == 3);
        REQUIRE(restored.conflicts.empty());
        REQUIRE(restored.left_out.empty());
        REQUIRE(fingerprint(bench.other()) == before);
      });
  CHECK(failures > 30);
}

TEST_CASE("Whichever call of a restore into the Mailroot fails, each file there is recorded as put back or open",
          "[restore][faults]") {
  std::map<std::string, std::string> before;
  const auto failures = fail_each_call(
      any_fault(),
      [&](Bench& bench) {
        add_tree(bench);
        before = fingerprint(bench.mailroot());
        bench.snapshotted();
        bench.empty();
      },
      [](Bench& bench) { static_cast<void>(bench.try_restore_back()); },
      [&](Bench& bench) {
        bench.open();
        const auto& state = bench.recovery().state();
        for (const auto* const name : {"Queue/a.EML", "Queue/b.EML", "Drop/c.eml"}) {
          if (!fs::exists(bench.mailroot() / name)) continue;
          INFO(name);
          const bool open = state.restoring &&
                            std::count(state.restoring->sources.begin(), state.restoring->sources.end(), name) == 1;
          REQUIRE((open || state.restored.count(name) == 1));
        }
        const auto restored = bench.try_restore_back();
        REQUIRE(restored);
        REQUIRE(restored->left_out.empty());
        REQUIRE(restored->conflicts.empty());
        REQUIRE(state.restored.size() == 3);
        REQUIRE_FALSE(state.restoring);
        REQUIRE(fingerprint(bench.mailroot()) == before);
      });
  CHECK(failures > 30);
}

}  // namespace requeue::tests
