#include <sys/stat.h>

#include "recovery/sample.h"

namespace requeue::tests {

TEST_CASE("The first run makes the folder for its owner only", "[recovery]") {
  RecoveryFolder folder;
  const auto recovery = folder.to_write().value();
  struct stat status {};
  REQUIRE(stat(folder.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  REQUIRE(stat(folder.path("journal.jsonl").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("Wider rights of an existing folder are warned of", "[recovery]") {
  RecoveryFolder folder;
  folder.run();
  CHECK(folder.listener.warnings.empty());
  REQUIRE(chmod(folder.path().c_str(), 0750) == 0);
  REQUIRE(folder.to_write());
  REQUIRE(folder.listener.warnings.size() == 1);
  CHECK(folder.listener.warnings[0].find(folder.path().string()) != std::string::npos);
}

}  // namespace requeue::tests
