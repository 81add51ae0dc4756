// The SMTP service, as far as requeue drives it: ask, stop, start, wait.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/progress.h"

namespace requeue::service {

enum class State { running, stopped, pending, absent };  // absent: --service none, the tree is offline

std::string_view to_string(State state);

class Control {
 public:
  virtual ~Control() = default;
  virtual Result<State> state() = 0;
  // Both wait through pending states until done or the timeout is over. Exit::precondition when it does not stop in
  // time, and the error says that it may still be stopping: wait and run again.
  virtual Result<void> stop(Watcher& watcher) = 0;
  virtual Result<void> start(Watcher& watcher) = 0;
  // Services that depend on this one, in the order in which they would be stopped.
  virtual Result<std::vector<std::string>> dependents() = 0;
  // How it starts with the machine, in words, and what is known against that; empty: none, or not to be told.
  struct Start {
    std::string type, warning;
  };
  virtual Start start_type() { return {}; }
  [[nodiscard]] virtual std::string name() const = 0;  // for people: "SMTPSVC", "command", "none"
};

struct Commands {
  std::string stop;
  std::string start;
  std::string status;  // exits 0 when running, 3 when stopped; anything else is an error (Exit::precondition)
};

// A service of Windows, by the name that the service manager knows it by.
struct Scm {
  std::string name = "SMTPSVC";
  std::string host;  // empty: this machine
};

// What --service is when it is not given: "scm" on Windows, "none" elsewhere.
std::string_view default_kind();

std::unique_ptr<Control> no_service();
// nullptr on a system that has no service manager.
std::unique_ptr<Control> scm_service(Scm scm, std::chrono::seconds timeout);
// Each command is run in the system's shell, its output passed to stderr of ours.
std::unique_ptr<Control> command_service(Commands commands, std::chrono::seconds timeout);
// Answers, but neither stops nor starts: what a dry run is given.
std::unique_ptr<Control> read_only_service(std::unique_ptr<Control> inner);

}  // namespace requeue::service
