// What the journal tells of a recovery, for the reports: folded in the one reading that opens the recovery folder.
#pragma once

#include "core/time.h"
#include "replay/ledger.h"
#include "report/handovers.h"
#include "report/timeline.h"

namespace requeue::report {

struct Told : recovery::Fold {
  Result<void> see(const journal::Line& line) override {
    REQUEUE_CHECK(ledger.see(line));
    REQUEUE_CHECK(handovers.see(line));
    timeline.see(line);
    if (line.event == "snapshot") taken = from_iso8601(text_of(line.json, "time")).value_or(Timestamp{});
    return {};
  }

  replay::Ledger ledger;
  Handovers handovers;
  Timeline timeline;
  Timestamp taken;  // the snapshot
};

}  // namespace requeue::report
