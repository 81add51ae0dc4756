// Rights as the platform writes them (SDDL): a disk that keeps them is faked, since none here does.
#include <catch2/catch.hpp>

#include "snapshot/bench.h"
#include "support/altered_files.h"

using namespace requeue;
using namespace requeue::tests;

namespace {

constexpr const char* system_only = "O:SYG:SYD:P(A;;FA;;;SY)";
constexpr const char* inherited = "O:BAG:SYD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)";

struct Rights {
  Rights() {
    files->machine_boot = files::real_files()->boot();
    bench.add("Queue/a.EML", "one");
    bench.add("Queue/b.EML", "two");
    files->rights = {{"Queue", inherited}, {"Queue/a.EML", system_only}, {"", inherited}};
    bench.open();
    bench.take();
  }
  std::shared_ptr<AlteredFiles> files = std::make_shared<AlteredFiles>();
  Bench bench{files};
};

}  // namespace

TEST_CASE("Rights stand in files.jsonl where the disk keeps them, and nowhere else", "[rights]") {
  const Rights f;
  auto entries = entries_of(f.bench.bag());
  CHECK(entries["Queue/a.EML"]["acl"] == system_only);
  CHECK(entries["Queue"]["acl"] == inherited);
  CHECK_FALSE(entries["Queue/b.EML"].contains("acl"));
}

TEST_CASE("Rights are set back before a file has its name, and last on folders; the operator's folder keeps its own",
          "[rights]") {
  Rights f;
  const auto restored = f.bench.restore_elsewhere();
  CHECK(restored.left_out.empty());
  CHECK(restored.restored == 2);
  REQUIRE(f.files->rights_set.size() == 2);
  CHECK(f.files->rights_set["Queue"] == inherited);
  CHECK(f.files->rights_set.begin()->second == inherited);
  CHECK(f.files->rights_set.rbegin()->first.find("Queue/.requeue-restore-") == 0);
  CHECK(f.files->rights_set.rbegin()->second == system_only);
}

TEST_CASE("A file whose rights cannot be set is put back all the same, and named", "[rights]") {
  Rights f;
  f.files->no_rights_because = "this account may not give it that owner";
  const auto restored = f.bench.restore_elsewhere();
  CHECK(restored.restored == 2);
  CHECK_FALSE(restored.damaged);
  REQUIRE(restored.left_out.size() == 2);
  CHECK(restored.left_out[0].find("Queue/a.EML: put back, but its owner or rights") == 0);
  CHECK(restored.left_out[1].find("Queue: ") == 0);
  CHECK(read(f.bench.other() / "Queue/a.EML") == "one");
}
