// What a recovery has come to, from the record alone: how many messages in each disposition, and what is still open.
// No rule is applied anew: a message that no replay decided on is pending.
#pragma once

#include <functional>
#include <string>

#include "recovery/recovery.h"
#include "replay/ledger.h"
#include "replay/plan.h"

namespace requeue::report {

struct OpenItem {
  std::string source;  // escape_bytes of the path below the Mailroot; of superseded files below the recovery folder
  std::string why;     // "held: bounce", "pending", "not_mail", "superseded", "restored: gone since"
};

// Counts every message; visits each that is held, failed, in doubt or pending, in the order of files.jsonl.
Result<replay::Counts> count_messages(recovery::Recovery& recovery, const replay::Ledger& ledger, Watcher& watcher,
                                      const std::function<Result<void>(const OpenItem&)>& visit);

// What would exist nowhere any more once the payload is destroyed, as far as the record knows: the open messages that
// no restore put back, and emptied files of no message that no restore put back. Of what one put back the record knows
// only that it stood once: `look` says why it does not stand there now, or nothing.
using Look = std::function<std::string(const snapshot::Entry&)>;
Result<void> each_only_copy(recovery::Recovery& recovery, const replay::Ledger& ledger, Watcher& watcher,
                            const Look& look, const std::function<Result<void>(const OpenItem&)>& visit);

}  // namespace requeue::report
