// What a test needs while something else is at work: waiting for what it waits for, with an end, and requeue run
// beside.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <boost/filesystem/path.hpp>

#include "support/process.h"

namespace requeue::tests {

// Looks again and again until it is so; false after a minute in which it was not.
inline bool eventually(const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

// requeue, run beside the test. `number`: a file for the number of its process, for signals.
class Background {
 public:
  explicit Background(std::vector<std::string> arguments, const boost::filesystem::path& number = {}) {
    Command command{REQUEUE_PROGRAM, std::move(arguments), {"TZ=UTC"}};
    if (!number.empty()) {
      command.arguments.insert(command.arguments.begin(),
                               {"-c", "echo $$ >\"$0\"; exec \"$@\"", number.string(), command.program});
      command.program = "/bin/sh";
    }
    ran_ = std::async(std::launch::async, [command] { return run(command); });
  }
  [[nodiscard]] bool ended() const { return ran_.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
  Ran result() { return ran_.get(); }

 private:
  std::future<Ran> ran_;
};

}  // namespace requeue::tests
