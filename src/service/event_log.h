// The system's event log, for those who watch servers. Behind an interface, so that what is told is tested without one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace requeue::service {

enum class Gravity { information, warning, error };

// Numbers that rules bind to: fixed, documented in docs/windows.md; they only ever grow.
enum class EventId : std::uint32_t {
  snapshot_verified = 1001,
  queue_emptied = 1002,
  probe_result = 1003,
  replay_finished = 1004,
  balance_failed = 1005,
};

class EventLog {
 public:
  virtual ~EventLog() = default;
  // Never fails a run: where it cannot be written, nothing is. `text` is UTF-8 and holds nothing personal.
  virtual void write(EventId id, Gravity gravity, const std::string& text) = 0;
};

// Of this host; one that writes nothing on a system that has none.
std::unique_ptr<EventLog> system_event_log();

}  // namespace requeue::service
