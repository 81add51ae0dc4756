#include "blackbox/told.h"

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

namespace requeue::tests {

Words of(const Window& window, Words verb, const Words& more) {
  verb.insert(verb.end(), {"--recovery", window.recovery.string()});
  verb.insert(verb.end(), more.begin(), more.end());
  return verb;
}

std::string told(const Window& window, const Words& verb, const Words& more) {
  const auto ran = window.see(of(window, verb, more));
  return ran.out + ran.err;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string this_server() {
  auto name = run({"/bin/uname", {"-n"}, {}}).out;
  name.pop_back();
  return name;
}

void cut_behind(const Window& window, const std::string& event) {
  const auto path = window.recovery / "journal.jsonl";
  const auto journal = read(path);
  const auto line = journal.find("\"event\":\"" + event + '"');
  REQUIRE(line != std::string::npos);
  write(path, journal.substr(0, journal.find('\n', line) + 1));
  // What the end of the run would have added.
  const auto details = read(window.recovery / "messages.jsonl");
  write(window.recovery / "messages.jsonl", details.substr(0, details.rfind('\n', details.size() - 2) + 1));
}

}  // namespace requeue::tests
