// Messages that a replay decided on and did not send, and that a restore then put back for the service to send.
#pragma once

#include <string>
#include <vector>

#include "replay/plan.h"

namespace requeue::replay {

// Made before the restore, of what is decided then; kept small, so that the plan need not be.
class PutBack {
 public:
  PutBack(const Plan& plan, const Ledger& ledger);
  // Those that the state now has as restored are `skipped` (`restored`) from here on, as the next replay would decide:
  // a record that called them held would have them waiting for a person. Flushed with the end of the run; where that is
  // missed, the next restore or replay tells them.
  Result<void> record(recovery::Recovery& recovery) const;

 private:
  struct One {
    Name source;
    Sha256Bytes sha256{}, details{};
  };
  std::vector<One> undelivered_;
};

}  // namespace requeue::replay
