#include <catch2/catch.hpp>

#include "replay/plan_fixture.h"
#include "report/audit.h"

using namespace requeue;
using namespace requeue::tests;

namespace {

report::Audit audited(const boost::filesystem::path& recovery) {
  const auto files = files::real_files();
  Watcher watcher;
  const auto audit = report::audit(*files, recovery, {}, watcher);
  REQUIRE(audit);
  return *audit;
}

}  // namespace

TEST_CASE("A damaged list of the bag is one finding, and is not read on", "[audit]") {
  Planning planning;
  planning.add("Queue/a.eml", mail_to("b@example.org"));
  planning.empty();
  REQUIRE(planning.recovery().flush());
  const auto recovery = planning.snapshot().parent_path().parent_path().parent_path();
  const auto good = audited(recovery);
  CHECK(good.bag_valid);
  CHECK(good.findings.empty());
  CHECK_FALSE(good.level.empty());

  const auto list = recovery / "snapshot/manifest-sha256.txt";
  write(list, read(list) + "\n");
  const auto bad = audited(recovery);
  CHECK(bad.exit == Exit::verification);
  CHECK_FALSE(bad.bag_valid);
  CHECK(bad.level.empty());
  CHECK(bad.findings.size() == 1);
}
