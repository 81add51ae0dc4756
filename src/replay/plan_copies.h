// Copies as the snapshot and messages.jsonl tell of them.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "replay/duplicates.h"

namespace requeue::replay {

class SnapshotCopies : public CopyReader {
 public:
  SnapshotCopies(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan, const PlanOptions& options,
                 Watcher& watcher);
  Result<void> prepare(const std::vector<std::uint32_t>& replayed) override;
  Result<Sha256Bytes> content(std::uint32_t index) override;
  Result<std::vector<std::string>> recipients(std::uint32_t index) override;

 private:
  recovery::Recovery& recovery_;
  const Ledger& ledger_;
  const Plan& plan_;
  const PlanOptions& options_;
  Watcher& watcher_;
  std::unordered_map<std::uint32_t, std::vector<std::string>> recorded_;
};

}  // namespace requeue::replay
