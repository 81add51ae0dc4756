#include <sys/wait.h>
#include <unistd.h>

#include "recovery/sample.h"

namespace requeue::tests {
namespace {

// What another process is told.
int exit_of_another_process(RecoveryFolder& folder) {
  const pid_t child = fork();
  if (child == 0) {
    const auto recovery = folder.to_write();
    _exit(recovery ? 0 : static_cast<int>(recovery.error().exit));
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("A second run on the same folder is refused while the first one lasts, and reading is not", "[recovery]") {
  RecoveryFolder folder;
  auto first = folder.to_write().value();
  const std::string before = folder.journal();
  CHECK(exit_of_another_process(folder) == static_cast<int>(Exit::locked));
  CHECK(folder.journal() == before);
  CHECK(folder.to_read());
  REQUIRE(first->end(Exit::done, Json::object()));
  first.reset();
  CHECK(exit_of_another_process(folder) == 0);
}

TEST_CASE("Who is locked out is told so", "[recovery]") {
  RecoveryFolder folder;
  auto first = folder.to_write().value();
  const auto second = folder.to_write();
  REQUIRE_FALSE(second);
  CHECK(second.error().exit == Exit::locked);
  CHECK_FALSE(second.error().hint.empty());
}

}  // namespace requeue::tests
