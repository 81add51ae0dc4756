// How fast messages are handed over: groups, rate, limit, waiting for Pickup to drain, and stopping when Badmail grows.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "core/progress.h"
#include "replay/handoff.h"
#include "replay/replay.h"

namespace requeue::replay {

using Sleep = std::function<void(std::chrono::milliseconds)>;

class Pacer {
 public:
  // Counts Badmail now: what comes later is new. Without a place there is nothing to count or to drain.
  Pacer(const Pace& pace, std::optional<Place> place, std::string id, Watcher& watcher, const Sleep& sleep);

  // How many messages the next group may hold; 0: the limit is reached.
  [[nodiscard]] std::size_t next_group() const;
  // How many behind that group are sure to go without a pause, if nothing stops them: at most `most`.
  [[nodiscard]] std::size_t next_ahead(std::size_t most) const;
  void handed_over(std::uint64_t messages);
  // Between two groups. False: hand over nothing more (stopped() or Badmail says why).
  bool pause();
  [[nodiscard]] bool stopped_on_badmail();

 private:
  bool sleep_for(std::chrono::milliseconds time);
  bool wait_for_drain();

  Pace pace_;
  std::optional<Place> place_;
  std::string id_;
  Watcher& watcher_;
  const Sleep& sleep_;
  std::optional<files::Relative> badmail_;
  std::uint64_t badmail_limit_ = 0;
  std::uint64_t badmail_before_ = 0;
  std::uint64_t handed_ = 0;
  std::uint64_t last_group_ = 0;
};

}  // namespace requeue::replay
