// A person's word before the steps that cannot be taken back, and how it was given, in the record.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/record.h"
#include "blackbox/told.h"
#include "support/terminal.h"

using namespace requeue;
using namespace requeue::tests;

namespace {

std::vector<std::string> with(std::vector<std::string> command, const std::vector<std::string>& more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

Ran at_terminal(const std::vector<std::string>& arguments, const std::string& typed) {
  return run_on_terminal({REQUEUE_PROGRAM, arguments, {}}, typed);
}

struct OneMessage : Window {
  OneMessage() { put("Queue/NTFS_1.EML", mail("one", "a@example.org")); }
};

std::vector<std::string> words_for(const Window& window, const std::string& step) {
  std::vector<std::string> how;
  for (const auto& line : events(window, "confirmed")) {
    if (line["step"] == step) how.push_back(line["how"].get<std::string>());
  }
  return how;
}

std::vector<std::string> replaying(const Window& window) {
  return {"replay", "--recovery", window.recovery.string(), "--pickup", window.pickup.string(), "--no-probe", "drill"};
}

}  // namespace

TEST_CASE("without a terminal the command line is the confirmation, and is recorded as such", "[confirm]") {
  const OneMessage window;
  window.evacuate();
  CHECK(window.replay().exit == 0);
  CHECK(words_for(window, "empty") == std::vector<std::string>{"command_line"});
  CHECK(words_for(window, "replay") == std::vector<std::string>{"command_line"});
  CHECK(window.replay().exit == 0);
  CHECK(words_for(window, "replay").size() == 1);
}

TEST_CASE("--confirm names this server, and is refused on any other", "[confirm]") {
  const OneMessage window;
  const auto before = contents(window.mailroot);
  const auto refused = window.ask(with(window.evacuation(), {"--confirm", "OTHER-" + this_server()}));
  CHECK(refused.exit == 5);
  CHECK(refused.json["error"]["why"].get<std::string>().find("not OTHER-") != std::string::npos);
  CHECK(contents(window.mailroot) == before);
  CHECK_FALSE(fs::exists(window.recovery / "journal.jsonl"));
  CHECK(window.ask(with(window.evacuation(), {"--confirm", this_server()})).exit == 0);
  CHECK(words_for(window, "empty") == std::vector<std::string>{"option"});
  // Also where an earlier run was confirmed: the name is looked at each time.
  CHECK(window.ask(with(replaying(window), {"--confirm", "OTHER"})).exit == 5);
  CHECK(posted(window.pickup).empty());
}

TEST_CASE("on a terminal the server's name is typed once", "[confirm]") {
  const OneMessage window;
  const auto before = contents(window.mailroot);
  const auto wrong = at_terminal(window.evacuation(), "yes\n");
  CHECK(wrong.exit == 5);
  CHECK(wrong.out.find("Type this server's name (" + this_server() + ") to go on:") != std::string::npos);
  CHECK(contents(window.mailroot) == before);
  CHECK(at_terminal(window.evacuation(), "\n").exit == 5);
  CHECK(at_terminal(window.evacuation(), this_server() + "\n").exit == 0);
  CHECK(words_for(window, "empty") == std::vector<std::string>{"typed"});
  CHECK(at_terminal(with(replaying(window), {"--limit", "0"}), this_server() + "\n").exit == 3);
  const auto again = at_terminal(replaying(window), "");  // would wait for ever, if it asked
  CHECK(again.exit == 0);
  CHECK(again.out.find("Type this server's name") == std::string::npos);
  CHECK(posted(window.pickup).size() == 1);
}

TEST_CASE("a dry run asks nobody", "[confirm]") {
  const OneMessage window;
  const auto ran = at_terminal(with(window.evacuation(), {"-n"}), "");
  CHECK(ran.exit == 0);
  CHECK(ran.out.find("Type this server's name") == std::string::npos);
}
