// The manners of the console: help, completion, and what goes where when no person watches.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

// What bash offers for the last of these words, one a line.
std::string offered(const Window& window, const std::string& words) {
  const std::string script =
      "cd '" + window.folder.path().string() +
      "' && . <('" REQUEUE_PROGRAM "' completion bash) && COMP_WORDS=(requeue " + words +
      ") && COMP_CWORD=$((${#COMP_WORDS[@]}-1)) && _requeue && printf '%s\\n' \"${COMPREPLY[@]}\"";
  const auto ran = run({"/bin/bash", {"-c", script}, {}});
  CHECK(ran.err.empty());
  return ran.out;
}

}  // namespace

TEST_CASE("bash completes verbs, options, words, files and folders from the options themselves") {
  const Window window;
  fs::create_directories(window.folder.path() / "two words");
  write(window.folder.path() / "plan.csv", "");
  CHECK(offered(window, "ev") == "evacuate\n");
  CHECK(offered(window, "''").find("replay\n") != std::string::npos);
  CHECK(offered(window, "evacuate --mailr") == "--mailroot\n");
  CHECK(offered(window, "audit --mailr") == "\n");
  CHECK(offered(window, "evacuate --mailroot t") == "two words\n");
  CHECK(offered(window, "replay --plan p") == "plan.csv\n");
  CHECK(offered(window, "evacuate --service s") == "scm\n");
  CHECK(offered(window, "replay --target e") == "exchange-replay\n");
  CHECK(offered(window, "inspect ma") == "mailroot\n");
  CHECK(offered(window, "probe --from p") == "\n");
  CHECK(offered(window, "completion p") == "powershell\n");
}

TEST_CASE("the completion for PowerShell knows every verb; another shell is a usage error") {
  const Window window;
  const auto script = window.see({"completion", "powershell"}).out;
  CHECK(script.find("Register-ArgumentCompleter -Native -CommandName requeue") != std::string::npos);
  for (const char* const verb : {"evacuate", "replay", "status"}) {
    CHECK(script.find("    '" + std::string(verb) + "' = '--help ") != std::string::npos);
  }
  CHECK(window.see({"completion", "zsh"}).exit == 2);
}

TEST_CASE("/? is help") {
  const Window window;
  CHECK(window.see({"/?"}).out == window.see({"--help"}).out);
  CHECK(window.see({"evacuate", "/?"}).out == window.see({"evacuate", "--help"}).out);
  CHECK(window.see({"evacuate", "/?"}).exit == 0);
}

TEST_CASE("without a terminal a run that goes well writes nothing to stderr, also when it warns") {
  const Window window;
  // A probe without a Queue beside warns; a dry one goes well.
  fs::remove_all(window.mailroot / "Queue");
  const std::vector<std::string> probe{"probe",         "--mailroot", window.mailroot.string(), "--from",
                                       "a@example.com", "--to",       "b@example.org",          "--dry-run"};
  const auto seen = window.see(probe);
  CHECK(seen.exit == 0);
  CHECK(seen.err.empty());
  CHECK(seen.out.find("no Queue stands in") != std::string::npos);
  const auto asked = window.ask(probe);
  CHECK(asked.err.empty());
  CHECK(asked.json["warnings"].dump().find("no Queue stands in") != std::string::npos);
  // One that ends otherwise says so there.
  auto wrong = probe;
  wrong[4] = "no address";
  CHECK(window.see(wrong).err.find("no address") != std::string::npos);
}

}  // namespace requeue::tests
