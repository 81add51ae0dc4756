// A maintenance window with the service beside it: the stand-in as a process, driven by commands.
#pragma once

#include <boost/filesystem.hpp>

#include "blackbox/window.h"

namespace requeue::tests {

class Served : public Window {
 public:
  Served() : deliver(folder.path() / "delivered"), state(folder.path() / "service") {
    fs::create_directories(deliver);
    fs::create_directories(state);
  }
  ~Served() { standin("stop"); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  [[nodiscard]] std::string command(const std::string& verb) const {
    return std::string("'") + STANDIN_PROGRAM + "' " + verb + " --state '" + state.string() + "'" +
           (verb == "start" ? " --mailroot '" + mailroot.string() + "' --deliver '" + deliver.string() + "'" : "");
  }
  int standin(const std::string& verb) const { return run({"/bin/sh", {"-c", command(verb)}, {}}).exit; }
  [[nodiscard]] std::vector<std::string> driven(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--service", "command", "--stop-command", command("stop"), "--start-command",
                                       command("start"), "--status-command", command("status")});
    return arguments;
  }
  [[nodiscard]] std::vector<std::string> with_folders(const std::string& verb) const {
    return {verb, "--mailroot", mailroot.string(), "--recovery", recovery.string()};
  }

  fs::path deliver, state;
};

constexpr int running = 0;
constexpr int stopped = 3;

}  // namespace requeue::tests
