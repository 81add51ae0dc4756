// The facts of every message, learnt in the pass that copies it and kept in RECOVERY/cache/facts, so that a plan opens
// none again but the large ones that may be copies of one another. Derived: all of it can be read from the snapshot.
// Checked: it counts only while its SHA-256 is the one that the journal's `snapshot` event names, and each record only
// for the very bytes that it was learnt of. Never trusted: what is handed over, and to whom, is read from the message
// itself.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "recovery/recovery.h"
#include "replay/message_facts.h"
#include "snapshot/take.h"

namespace requeue::replay {

// For snapshot::TakeOptions. What it cannot keep is told and does no harm: plans then read the messages.
std::unique_ptr<snapshot::Learner> make_facts_writer(files::Tree& recovery, Watcher& watcher);

class FactsCache {
 public:
  virtual ~FactsCache() = default;
  // Of the next file of files.jsonl, in its order; nullopt: it must be read. To be asked for each file.
  virtual std::optional<MessageFacts> next(const snapshot::Entry& entry) = 0;
  // Where the record that was given last stands, for again(); 0: nowhere.
  [[nodiscard]] virtual std::uint64_t place() const = 0;
  // After the last next(): what stands there, once more, while it is about the file with this digest.
  virtual std::optional<MessageFacts> again(std::uint64_t place, const Sha256Bytes& sha256) = 0;
};

std::unique_ptr<FactsCache> no_facts();  // of a Mailroot as it stands: each is read
// One without anything where none was kept, or where it is not what was recorded (told).
std::unique_ptr<FactsCache> open_facts(recovery::Recovery& recovery, Watcher& watcher);

}  // namespace requeue::replay
