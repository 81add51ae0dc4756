// Names that would move a terminal's cursor: told in words that are safe to show, whatever is told of them.
#include "snapshot/bench.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

const std::string hostile = "Queue/a\x1b[31m\r\n.EML";
const std::string shown = "Queue/a\\x1b[31m\\x0d\\x0a.EML";

}  // namespace

TEST_CASE("Newcomers and files left in place are named safely", "[names]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  const bool newcomer = GENERATE(true, false);
  if (!newcomer) bench.add(hostile, "one");
  bench.snapshotted();
  if (newcomer) bench.add(hostile, "one");
  files->add({"remove_file", "Queue/a", 1, Cause::denied, true});
  const auto emptied = bench.empty();
  REQUIRE(emptied.named.size() == 1);
  CHECK(emptied.named[0].find(shown + ": ") == 0);
}

TEST_CASE("Conflicts and what is left out of a restore are named safely", "[names]") {
  Bench bench;
  bench.add(hostile, "one");
  bench.open();
  bench.take();
  if (GENERATE(true, false)) {
    write(bench.other() / hostile, "eno");
    CHECK(bench.restore_elsewhere().conflicts == std::vector<std::string>{shown});
  } else {
    for (const auto& [path, bytes] : contents(bench.bag() / "data/mailroot/Queue")) {
      write(bench.stored("Queue/" + path), "eno");
    }
    const auto restored = bench.restore_elsewhere();
    REQUIRE(restored.left_out.size() == 1);
    CHECK(restored.left_out[0].find(shown + ": ") == 0);
  }
}

TEST_CASE("Files of an earlier snapshot are named by their safe names", "[names]") {
  Bench bench;
  bench.add(hostile, "one");
  bench.snapshotted();
  fs::remove(bench.mailroot() / hostile);
  const auto taken = bench.take();
  REQUIRE(taken.superseded.size() == 1);
  CHECK(taken.superseded[0].find("superseded/1/data/mailroot/Queue/name-") == 0);
}

TEST_CASE("an emptying that kept a folder whose name is not UTF-8 could not be gone on with", "[names]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  const std::string kept = "k\xff\\x";
  bench.add(kept + "/a.EML", "kept");
  bench.add_messages(2);
  bench.options.keep = {kept};
  bench.snapshotted();
  files->add({"remove_file", "Queue/0001.EML", 1, Cause::io, true});
  REQUIRE_FALSE(bench.try_empty());
  files->heal();
  bench.kill();
  bench.open();
  CHECK(bench.recovery().state().kept_folders == std::vector<std::string>{kept});
  REQUIRE(bench.verify().verified.ok);
  // As it is shown, it is another folder: the kept one would be emptied.
  bench.options.keep = {"k\\xff\\\\x"};
  CHECK_FALSE(bench.try_empty());
  bench.options.keep = {kept};
  CHECK(bench.empty().kept == 1);
  CHECK(fs::exists(bench.mailroot() / kept / "a.EML"));
}

}  // namespace requeue::tests
