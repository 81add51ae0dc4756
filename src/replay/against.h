// Other recovery folders whose handed-over messages count as sent (--against): a queue that was recovered twice, or a
// copy of a recovery folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "replay/duplicates.h"
#include "replay/plan_copies.h"

namespace requeue::replay {

class OtherRecovery {
 public:
  OtherRecovery(std::string path, std::unique_ptr<recovery::Recovery> recovery, std::unique_ptr<Ledger> ledger)
      : path_(std::move(path)), recovery_(std::move(recovery)), ledger_(std::move(ledger)) {}

  // What was handed over there, or may have been, behind the plan's own messages.
  Result<void> add_to(Plan& plan, std::vector<Traits>& traits, const PlanOptions& options, Watcher& watcher) const;

  [[nodiscard]] recovery::Recovery& recovery() const { return *recovery_; }
  [[nodiscard]] const Ledger& ledger() const { return *ledger_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::unique_ptr<recovery::Recovery> recovery_;
  std::unique_ptr<Ledger> ledger_;
};

// Exit::usage when a path is this very folder; what is damaged is refused as it is anywhere.
Result<std::vector<std::shared_ptr<const OtherRecovery>>> open_others(files::Files& files,
                                                                      const std::vector<std::string>& paths,
                                                                      recovery::Recovery& recovery);

// The plan's own messages, and those of each other recovery behind them.
class AllCopies final : public CopyReader {
 public:
  AllCopies(const CopySource& own, const Plan& plan, const std::vector<Traits>& traits, const PlanOptions& options,
            Watcher& watcher);
  // Messages from `first` on, up to the next, are those of `other`.
  void add(std::size_t first, const OtherRecovery& other);

  Result<void> prepare(const std::vector<std::uint32_t>& replayed) override;
  Result<Sha256Bytes> content(std::uint32_t index) override;
  Result<std::vector<std::string>> recipients(std::uint32_t index) override;
  Result<bool> is_as_recorded(std::uint32_t index) override;

 private:
  SnapshotCopies& reader_of(std::uint32_t index);

  const Plan& plan_;
  const std::vector<Traits>& traits_;
  Watcher& watcher_;
  PlanOptions plain_;  // the overrides of this run name messages of this recovery
  std::vector<std::pair<std::size_t, std::unique_ptr<SnapshotCopies>>> readers_;
};

// Takes the others' messages away again; what is a copy of one of them is a duplicate by the rule `against`.
void remove_others(Plan& plan, std::vector<Traits>& traits, std::size_t own);

}  // namespace requeue::replay
