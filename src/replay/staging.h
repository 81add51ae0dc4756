// Step 1 of a handoff (spec section 5, "Handoff"): messages composed into staging and flushed, some way ahead of the
// groups that will hand them over. A staged file without an intent is litter: whatever fails or is cut short here, it
// was never renamed, and the next run removes what is left of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/crew.h"
#include "replay/handoff_steps.h"

namespace requeue::replay {

inline constexpr std::string_view source_damaged = "source_damaged";  // its bytes are not those of the manifest
inline constexpr std::string_view compose_failed = "compose_failed";

// A message whose turn comes next.
struct Prepared {
  std::size_t index = 0;
  Staged staged;  // its `details` only once the line was added
  mail::ComposeOptions options;
  std::string_view rule;  // why it is not handed over; empty: it is, and its file is durable in staging
  std::string personal;   // the fields of its line in messages.jsonl, rendered
};

class Staging {
 public:
  Staging(recovery::Recovery& recovery, const Plan& plan, const PlanOptions& options, Place& place, unsigned jobs,
          Watcher& watcher);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  // The messages of `group`, in its order, ready for their intents. What is not ready yet is composed now, and as many
  // of those `coming` with it as one flush should be for; with several jobs, more of them while the group is handed
  // over. Each call goes on where the one before ended: its group is the beginning of what was coming then. None when
  // a stop was asked for meanwhile. An error of one that is only coming is told when its turn comes.
  Result<std::vector<Prepared>> take(const std::vector<std::size_t>& group, const std::vector<std::size_t>& coming);
  // Ends what is under way, and removes what was not taken.
  void discard();

 private:
  // One message composed, or why not.
  struct Attempt {
    Prepared prepared;
    bool stands = false;         // its file does, whole or not
    std::optional<Error> error;  // staging cannot be written, which ends the run
  };
  struct Batch {
    std::vector<Prepared> ready;
    std::optional<Error> error;  // of the one behind them
    std::vector<std::string> warnings;
  };
  using Indexes = std::vector<std::size_t>;

  Result<void> begin(const Indexes& group, const Indexes& coming);
  [[nodiscard]] Indexes next_batch(const Indexes& group, const Indexes& coming) const;
  Batch stage(const Indexes& indexes, std::uint64_t number);
  Attempt compose_one(std::size_t index, std::uint64_t number);
  Result<std::string_view> compose_into(const Message& message, const Reading& reading, Prepared& prepared,
                                        ByteWriter& out);
  Result<void> make_durable(const std::vector<Prepared>& prepared);
  Result<void> take_over(Batch batch);
  [[nodiscard]] bool is_stopped() const { return stopped_ || watcher_.stop_requested(); }

  recovery::Recovery& recovery_;
  const Plan& plan_;
  const PlanOptions& options_;
  Place& place_;
  const std::string id_;
  Watcher& watcher_;
  std::uint64_t number_;
  std::size_t batch_size_ = 1;   // messages
  std::size_t begun_ = 0;        // ready or under way
  std::deque<Prepared> ready_;   // durable in staging, and not taken yet
  std::optional<Error> failed_;  // of what stands behind the ready ones
  std::atomic<bool> stopped_ = false;
  // The last two, so that what is under way ends before what it uses does.
  Crew crew_;
  InOrder<Batch> batches_;
};

}  // namespace requeue::replay
