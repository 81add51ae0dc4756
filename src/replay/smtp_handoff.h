// The handoff to an SMTP server: one message at a time, at most once a recovery folder, as with Pickup.
//
// 1. The message is read through once: its bytes are the snapshot's, and what will be sent has this hash.
// 2. Sender and recipients are offered. Until here nothing is on record and nothing was sent.
// 3. `intent`, with the envelope in messages.jsonl, flushed. Only then DATA.
// 4. The message. What is sent is hashed once more; on a difference the connection is dropped before its end.
// 5. The server's 2xx: `commit`, flushed. Its 4xx or 5xx: `abort`. No answer: `in_doubt`, and the run ends.
#pragma once

#include "replay/handoff.h"
#include "submission/submission.h"

namespace requeue::replay {

// `server`: as it stands in the record, "HOST:PORT".
std::unique_ptr<Handoff> make_smtp_handoff(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan,
                                           const PlanOptions& options, submission::Submitter& submitter,
                                           std::string server, Watcher& watcher);

}  // namespace requeue::replay
