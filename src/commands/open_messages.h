// What the record leaves open of the messages, for status: from the record alone, no rule is applied anew.
#pragma once

#include <cstdint>

#include "commands/context.h"
#include "recovery/recovery.h"
#include "replay/ledger.h"

namespace requeue::commands {

struct OpenMessages {
  std::uint64_t to_send = 0;   // a replay would look at them: undecided, failed, or in a hand-over that is not settled
  std::uint64_t held = 0;      // and not put back by a restore
  std::uint64_t in_doubt = 0;  // also those that no replay has told so yet
  std::uint64_t back = 0;      // stand in the Mailroot again, by a restore
};

// Only of a snapshot that was emptied. Reads the snapshot's list once.
Result<OpenMessages> count_open_messages(const Context& context, recovery::Recovery& recovery,
                                         const replay::Ledger& ledger);

}  // namespace requeue::commands
