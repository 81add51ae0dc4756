// Copies as the snapshot and messages.jsonl tell of them.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "replay/duplicates.h"
#include "replay/facts_cache.h"

namespace requeue::replay {

// Where a snapshot's copies are read.
struct CopySource {
  recovery::Recovery& recovery;
  const Ledger& ledger;
  FactsCache* facts = nullptr;  // of the same recovery; none: each message is opened
};

class SnapshotCopies : public CopyReader {
 public:
  SnapshotCopies(const CopySource& source, const Plan& plan, const std::vector<Traits>& traits,
                 const PlanOptions& options, Watcher& watcher)
      : source_(source), plan_(plan), traits_(traits), options_(options), watcher_(watcher) {}
  Result<void> prepare(const std::vector<std::uint32_t>& replayed) override;
  Result<Sha256Bytes> content(std::uint32_t index) override;
  Result<std::vector<std::string>> recipients(std::uint32_t index) override;
  Result<std::vector<std::string>> own_recipients(std::uint32_t index) override;
  Result<bool> is_as_recorded(std::uint32_t index) override;

 private:
  // What was learnt of it while the snapshot was taken, if it was.
  std::optional<MessageFacts> kept(std::uint32_t index);

  CopySource source_;
  const Plan& plan_;
  const std::vector<Traits>& traits_;
  const PlanOptions& options_;
  Watcher& watcher_;
  std::unordered_map<std::uint32_t, std::vector<std::string>> recorded_;
};

}  // namespace requeue::replay
