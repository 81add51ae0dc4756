// The system's shell and the clock beside it, behind an interface so that the waiting of command_service is tested
// without waiting.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/error.h"
#include "core/progress.h"

namespace requeue::service {

struct Ended {
  enum class How { exited, signalled, overdue, interrupted };
  How how = How::exited;
  int code = 0;  // exit status, or number of the signal
};

// What becomes of a command that has not ended in time. A question (status) is killed with all that it started; an
// order (stop, start) never is: a service cut off half-way through its stop is worse than a slow one.
enum class Overdue { kill, leave };

class Shell {
 public:
  using Clock = std::chrono::steady_clock;
  virtual ~Shell() = default;
  // Runs the command apart from our terminal, so that Ctrl-C there reaches us and not the command. A request to stop
  // is treated as the deadline is: see Overdue.
  virtual Result<Ended> run(const std::string& command, Clock::time_point deadline, Overdue overdue,
                            const Watcher& watcher) = 0;
  virtual Clock::time_point now() = 0;
  virtual void sleep(Clock::duration duration) = 0;
};

std::unique_ptr<Shell> system_shell();

}  // namespace requeue::service
