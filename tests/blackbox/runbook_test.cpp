// The runbook for a change ticket: this server's values, and the open places where there are none.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/told.h"

namespace requeue::tests {
namespace {

std::string runbook(const Window& window, const std::vector<std::string>& options) {
  std::vector<std::string> command{"status", "--runbook"};
  command.insert(command.end(), options.begin(), options.end());
  const auto seen = window.see(command);
  CHECK(seen.exit == 0);
  CHECK(seen.out.find("{{") == std::string::npos);  // each name of the page is known
  CHECK(window.ask(command).json["runbook"].get<std::string>().size() + 1 == seen.out.size());
  return seen.out;
}

TEST_CASE("a runbook can be had before there is anything, with its open places") {
  const Window window;
  const auto text = runbook(window, {});
  for (const auto* const part :
       {"Go / no-go", "Point of no return", "rollback deadline", "Sign-off", "| Mailroot | ____ |",
        "requeue evacuate -n --recovery DIR --mailroot DIR", "Change ____."}) {
    INFO(part);
    CHECK(holds(text, part));
  }
}

TEST_CASE("a runbook holds this server's values before and after the evacuation") {
  const Window window;
  window.put("Queue/NTFS_1.EML", std::string(1000, 'x'));
  const auto mailroot = window.mailroot.string(), recovery = window.recovery.string();
  const auto before = runbook(window, {"--mailroot", mailroot, "--recovery", recovery, "--ticket", "CHG0042"});
  CHECK(holds(before, "Change CHG0042."));
  CHECK(holds(before, "): new. Next: `requeue evacuate --recovery " + recovery + " --mailroot " + mailroot + "`"));
  CHECK(holds(before, "| to be copied | 1 file, 1000 bytes, 4 folders |"));
  CHECK(holds(before, " MiB ("));
  CHECK_FALSE(fs::exists(window.recovery));
  window.evacuate();
  const auto after = runbook(window, {"--recovery", recovery});
  CHECK(holds(after, "): emptied. Next: `requeue probe"));
  CHECK(holds(after, "| Mailroot | " + mailroot + " |"));
  CHECK(holds(after, "1 file, 1000 bytes (in the snapshot)"));
  CHECK_FALSE(holds(after, "| journal head | ____ |"));
}

TEST_CASE("a folder's name stays one cell and one word in the runbook") {
  const Window window;
  const auto text = runbook(window, {"--mailroot", "/mnt/a|b `c`\n| [x] |"});
  CHECK(holds(text, "a\\|b"));
  CHECK_FALSE(holds(text, "\n| [x]"));
}

TEST_CASE("the runbook's commands carry the service options that were given") {
  const Window window;
  const auto text = runbook(window, {"--service", "command", "--status-command", "exit 3", "--start-command", "go",
                                     "--recovery", window.recovery.string()});
  CHECK(holds(text, "--service command --start-command go --status-command 'exit 3'"));
  CHECK(holds(text, "command: stopped"));
}

}  // namespace
}  // namespace requeue::tests
