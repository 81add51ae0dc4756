// How long work tells a person that it goes on, and how a person tells it to stop. Both are interfaces so that no room
// below the command line knows of terminals or signals.
#pragma once

#include <cstdint>
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

}  // namespace requeue
