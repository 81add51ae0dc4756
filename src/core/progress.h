// How long work tells a person that it goes on, and how a person tells it to stop. Both are interfaces so that no room
// below the command line knows of terminals or signals.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace requeue {

class Watcher {
 public:
  virtual ~Watcher() = default;
  // A phase has begun; totals in files and bytes, 0 when unknown.
  virtual void phase(std::string_view /*name*/, std::uint64_t /*files*/, std::uint64_t /*bytes*/) {}
  virtual void advance(std::uint64_t /*files*/, std::uint64_t /*bytes*/) {}
  // A sentence for the person, for stderr and the log; must already be safe to show (see printable()).
  virtual void say(std::string_view /*line*/) {}
  virtual void warn(std::string_view line) { say(line); }
  // True after Ctrl-C: finish the file in hand, write the journal, return Exit::interrupted.
  [[nodiscard]] virtual bool stop_requested() const { return false; }
};

// How far a phase has come. Totals of 0 are unknown.
struct Progress {
  std::string phase;
  std::uint64_t files = 0, total_files = 0;
  std::uint64_t bytes = 0, total_bytes = 0;
  std::chrono::milliseconds elapsed{0};
};
// "verify: 5000 of 20000 files, 190 of 769 MiB, 63 MiB/s, about 9 s left". Rate and time left only once there is enough
// to judge by: a second, and a hundredth of the work.
std::string to_text(const Progress& progress);

}  // namespace requeue
