// Alternate streams, on Linux as xattrs: copied, hashed, restored, and looked through for recipients that no header
// has.
#include <sys/xattr.h>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

bool add_stream(const fs::path& file, const std::string& bytes) {
  if (setxattr(file.c_str(), "user.PROPERTIES", bytes.data(), bytes.size(), 0) == 0) return true;
  WARN("SKIPPED: this file system keeps no xattrs");
  return false;
}

TEST_CASE("a recipient that stands in a stream and in no header holds the message") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("hidden", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("known", "a@example.org"));
  if (!add_stream(window.mailroot / "Queue/NTFS_1.EML",
                  std::string("\0\x09 a@example.org\0hidden@example.net\0", 37)) ||
      !add_stream(window.mailroot / "Queue/NTFS_2.EML", std::string("\0A@EXAMPLE.ORG\0sender@example.com\0", 34))) {
    return;
  }
  window.evacuate();
  const auto recovery = window.recovery.string();
  const auto plan = window.see({"plan", "--recovery", recovery});
  CHECK(plan.exit == 3);
  CHECK(plan.out.find("envelope_in_stream") != std::string::npos);
  CHECK(plan.out.find("--envelope-check off") != std::string::npos);
  CHECK(plan.out.find("--held") != std::string::npos);
  CHECK(window.replay().json["replayed"] == 1);
  const auto off = window.replay({"--envelope-check", "off"});
  CHECK(off.exit == 0);
  CHECK(off.json["replayed"] == 2);

  const auto target = window.folder.path() / "back";
  REQUIRE(window.ask({"restore", "--recovery", recovery, "--mailroot", target.string()}).exit == 0);
  char value[64];
  CHECK(getxattr((target / "Queue/NTFS_1.EML").c_str(), "user.PROPERTIES", value, sizeof value) == 37);
}

TEST_CASE("a stream that was damaged in the snapshot fails its message, and the others go on") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "a@example.org"));
  if (!add_stream(window.mailroot / "Queue/NTFS_1.EML", "a@example.org")) return;
  window.evacuate();
  fs::remove(window.recovery / "snapshot/data/streams/00000001");
  fs::remove_all(window.recovery / "cache");  // else it is known what the stream held when it was copied
  const auto answer = window.replay();
  CHECK(answer.exit == 4);
  CHECK(answer.json["failed"] == 1);
  CHECK(answer.json["replayed"] == 1);
}

}  // namespace
}  // namespace requeue::tests
