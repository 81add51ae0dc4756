// --log where it may not go.
#include <sys/stat.h>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {

TEST_CASE("a pipe as the log let a run wait for ever") {
  const Window window;
  const auto pipe = window.folder.path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto refused = window.ask({"inspect", window.mailroot.string(), "--log", pipe.string()});
  CHECK(refused.exit == 5);
  CHECK(refused.json["error"]["path"] == pipe.string());
  CHECK(refused.json["error"]["why"] == "it is a pipe or a device, not a file");
  const auto folder = window.ask({"inspect", window.mailroot.string(), "--log", window.pickup.string()});
  CHECK(folder.exit == 5);
  CHECK(folder.json["error"]["why"] == "it is a folder");
}

}  // namespace requeue::tests
