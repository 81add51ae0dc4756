// A person's word on a message in doubt. It is recorded; nothing is sent by it.
#pragma once

#include <string>
#include <vector>

#include "replay/handoff.h"

namespace requeue::replay {

struct PersonsWord {
  std::string source;  // true bytes
  bool sent = false;   // not sent: the message is pending, and the next replay decides and sends it
};

// Refuses, before any word of them is recorded: a source that is no message here (Exit::usage), one that is not in
// doubt, and "not sent" of one that stands where the service will take it (Exit::precondition).
Result<void> check_words(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan, files::Files& files,
                         const std::vector<PersonsWord>& words);

// Records each and flushes; then the staged files that were kept for it go.
Result<void> resolve(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan, const PlanOptions& options,
                     files::Files& files, const std::vector<PersonsWord>& words, Watcher& watcher);

}  // namespace requeue::replay
