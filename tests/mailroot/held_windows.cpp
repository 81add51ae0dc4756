#include <windows.h>

#include "mailroot/bench.h"

namespace requeue::tests {

TEST_CASE("A file that another program holds open is found, wherever it lies but in Mailbox", "[mailroot]") {
  Tree tree;
  tree.file("Queue/a.EML").file("Badmail/deep/b.BAD").file("Mailbox/c.eml");
  const auto opened = tree.open();
  CHECK(*mailroot::first_held(*opened) == std::nullopt);
  for (const auto* path : {"Mailbox/c.eml", "Badmail/deep/b.BAD"}) {
    HANDLE const held =
        CreateFileW((tree.path() / path).make_preferred().c_str(), GENERIC_READ,
                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING, 0, nullptr);
    REQUIRE(held != INVALID_HANDLE_VALUE);
    const auto found = mailroot::first_held(*opened);
    CloseHandle(held);
    if (std::string(path).starts_with("Mailbox")) {
      CHECK(*found == std::nullopt);
    } else {
      CHECK(*found == path);
    }
  }
}

}  // namespace requeue::tests
