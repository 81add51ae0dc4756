// A program run by a test: its arguments and environment, what it printed, how it ended.
#pragma once

#include <string>
#include <vector>

namespace requeue::tests {

struct Ran {
  int exit = -1;    // exit status; -1 when a signal ended it
  int signal = 0;   // that signal
  std::string out;  // stdout
  std::string err;  // stderr
};

struct Command {
  std::string program;
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // NAME=value, besides our own
};

// Waits for the end; stdin is empty. A program that cannot be started has exit 127.
Ran run(const Command& command);

// Started and left to run. Killed (SIGKILL) and waited for when it goes.
class Running {
 public:
  explicit Running(const Command& command);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  void kill();
  [[nodiscard]] bool ended();

 private:
  int process_ = -1;
};

}  // namespace requeue::tests
