// Carrying a plan out, at the pace that the operator wants, with the account of every message journaled.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "replay/handoff.h"
#include "replay/plan.h"
#include "submission/submission.h"

namespace requeue::replay {

struct Pace {
  std::uint64_t batch = 256;                     // messages between intent and commit, at most 256 (--batch)
  std::uint64_t rate = 0;                        // a minute; 0: as fast as it goes
  std::optional<std::uint64_t> limit;            // --limit: hand over so many, leave the rest pending
  bool wait = false;                             // for Pickup to drain between batches
  unsigned jobs = 1;                             // messages composed at a time (--jobs)
  std::optional<std::uint64_t> stop_on_badmail;  // new .BAD files since the run began; unset: 10 where a Badmail stands
};

struct Look {                     // without waiting
  std::uint64_t pickup_ours = 0;  // how many of this recovery's files are still in Pickup
  std::uint64_t queue = 0, badmail = 0;
};

struct ReplayResult {
  Counts counts;
  std::uint64_t now_replayed = 0;
  bool stopped_on_badmail = false;
  Look before, after;
  // By SMTP.
  std::string stopped;  // why the rest is left pending; empty: it is not
  std::vector<RefusedBy> refused;
  std::uint64_t changed_line_ends = 0, eight_bit_unasked = 0;
  [[nodiscard]] std::uint64_t refused_recipients() const;
};

// Sleeps are asked of the caller so that tests need none. Journals a `message` event for each message whose standing
// differs from the last journaled one; the hand-overs go through Handoff. On stop_requested: the group in hand is
// finished, then Exit::interrupted.
Result<ReplayResult> carry_out(recovery::Recovery& recovery, Ledger& ledger, Plan& plan, const PlanOptions& options,
                               const Pace& pace, Place place, Watcher& watcher,
                               const std::function<void(std::chrono::milliseconds)>& sleep);

// The same by SMTP: no Pickup, so that nothing is looked at and Pace::wait and stop_on_badmail say nothing. `server` as
// recorded, "HOST:PORT".
Result<ReplayResult> send_out(recovery::Recovery& recovery, Ledger& ledger, Plan& plan, const PlanOptions& options,
                              const Pace& pace, submission::Submitter& submitter, const std::string& server,
                              Watcher& watcher, const std::function<void(std::chrono::milliseconds)>& sleep);

}  // namespace requeue::replay
