// What the operator has written, and told to type next: never at the cost of the record, and as it must be typed.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

TEST_CASE("a report, plan or log never takes the place of the record") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  fs::create_directory_symlink(window.recovery, window.folder.path() / "link");
  const auto before = contents(window.folder.path());
  const auto recovery = window.recovery.string();
  for (const std::string& name :
       {recovery + "/journal.jsonl", recovery + "/snapshot/manifest-sha256.txt", recovery + "/snapshot/new",
        (window.folder.path() / "link/messages.jsonl").string()}) {
    for (const auto& arguments : {std::vector<std::string>{"report", "--csv"},
                                  {"report", "--jsonl"},
                                  {"report", "--html"},
                                  {"plan", "--out"},
                                  {"status", "--log"}}) {
      INFO(arguments[0] << ' ' << arguments[1] << ' ' << name);
      const auto answer = window.ask({arguments[0], arguments[1], name, "--recovery", recovery});
      CHECK(answer.exit == 5);
      CHECK(answer.err.find(name) != std::string::npos);
      CHECK(contents(window.folder.path()) == before);
    }
  }
}

TEST_CASE("a log through a link that leads nowhere yet is refused, since it would be made in Pickup") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  const auto link = window.folder.path() / "link";
  fs::create_symlink(window.mailroot / "Pickup/new", link);
  const auto answer = window.ask({"evacuate", "--mailroot", window.mailroot.string(), "--recovery",
                                  window.recovery.string(), "--log", link.string()});
  CHECK(answer.exit == 5);
  CHECK(fs::is_empty(window.mailroot / "Pickup"));
  CHECK_FALSE(fs::exists(window.recovery));
}

TEST_CASE(
    "the next command after a part of a replay goes into the same Pickup, and is not refused for want of a probe") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "a@example.org"));
  window.evacuate();
  const auto ran = window.see({"replay", "--recovery", window.recovery.string(), "--pickup", window.pickup.string(),
                               "--no-probe", "a drill", "--limit", "1"});
  CHECK(ran.out.find("--pickup " + window.pickup.string() + " --no-probe 'a drill' --limit 1\n") != std::string::npos);
}

}  // namespace
}  // namespace requeue::tests
