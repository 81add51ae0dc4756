// The mark while a restore is open: another recovery folder must not take what it put back, and send it.
#include "mailroot/evacuation_mark.h"
#include "snapshot/bench.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

struct PuttingBack {
  PuttingBack() {
    bench.add_messages(3);
    bench.snapshotted();
    bench.empty();
  }
  void fail(std::vector<Fault> faults) {
    for (auto& fault : faults) files->add(std::move(fault));
    REQUIRE_FALSE(bench.try_restore_back());
    files->heal();
    bench.open();
  }
  [[nodiscard]] bool another_may_begin() {
    return mailroot::check_no_other_evacuation(bench.tree(), "0123456789abcdef").has_value();
  }

  std::shared_ptr<FaultyFiles> files = std::make_shared<FaultyFiles>();
  Bench bench{files};
};

}  // namespace

TEST_CASE("what a restore that failed at a name had put back could be evacuated by another, and was put back again",
          "[restore_mark]") {
  PuttingBack putting;
  putting.fail({{"rename", "Queue/", 2, Cause::io}});
  const auto& state = putting.bench.recovery().state();
  CHECK_FALSE(state.restoring);
  CHECK(state.restored.size() == 1);
  CHECK(putting.another_may_begin());
  // As the other one sends it.
  const auto stood = contents(putting.bench.mailroot() / "Queue");
  REQUIRE(stood.size() == 1);
  fs::remove(putting.bench.mailroot() / "Queue" / stood.begin()->first);
  CHECK(putting.bench.try_restore_back().value().restored == 2);
  CHECK(contents(putting.bench.mailroot() / "Queue").size() == 2);
}

TEST_CASE("a restore whose record could not be written, or that was killed after the last name, was open to others",
          "[restore_mark]") {
  PuttingBack putting;
  // Before `restored` is written.
  putting.fail({{"flush_folder", "Queue", 1, Cause::io, true}});
  REQUIRE(putting.bench.recovery().state().restoring);
  CHECK(contents(putting.bench.mailroot() / "Queue").size() == 3);
  CHECK_FALSE(putting.another_may_begin());
  SECTION("the same restore ends it") {
    CHECK(putting.bench.try_restore_back().value().present == 3);
    CHECK(putting.another_may_begin());
    CHECK_FALSE(putting.bench.recovery().state().marked);
  }
  SECTION("a mark that somebody took away: what is gone since may be the other's") {
    fs::remove(putting.bench.mailroot() / std::string(mailroot::evacuation_mark));
    fs::remove(putting.bench.mailroot() / "Queue/0002.EML");  // the last: with the mark it would never have stood
    CHECK(putting.bench.try_restore_back().value().restored == 0);
    CHECK(putting.bench.recovery().state().restoring_abandoned == std::set<std::string>{"Queue/0002.EML"});
  }
}

TEST_CASE("A rename that was made although it was told as failed counts as made", "[restore_mark]") {
  PuttingBack putting;
  putting.fail({{"rename", "Queue/", 2, Cause::io, false, true}});
  CHECK(putting.bench.recovery().state().restored.size() == 2);
  CHECK(contents(putting.bench.mailroot() / "Queue").size() == 2);
}

TEST_CASE("A restore of one folder leaves no mark, but that of an emptying that was cut short", "[restore_mark]") {
  PuttingBack putting;
  putting.bench.restoring.folders = {"Queue"};
  CHECK(putting.bench.try_restore_back().value().restored == 3);
  CHECK(putting.another_may_begin());
}

}  // namespace requeue::tests
