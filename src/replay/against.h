// Other recovery folders whose handed-over messages count as sent (--against): a queue that was recovered twice, or a
// copy of a recovery folder.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "replay/duplicates.h"
#include "replay/plan_copies.h"

namespace requeue::replay {

// Files of the own snapshot that have a written name: they may be another one's hand-over itself, taken out of Pickup
// again before the service had it. Name in lower case -> SHA-256.
using TakenBack = std::unordered_map<std::string, std::string>;

// Which messages of the other recovery folder these are the hand-overs of: that one sent nothing with them, and the own
// snapshot owes them. Folded from its journal.
class TakenBackFold final : public recovery::Fold {
 public:
  explicit TakenBackFold(const TakenBack& own) : own_(own) {}
  Result<void> see(const journal::Line& line) override;
  // True bytes.
  [[nodiscard]] const std::unordered_set<std::string>& sources() const { return sources_; }

 private:
  const TakenBack& own_;
  std::unordered_set<std::string> intended_;  // whose newest intent names one of `own_`
  std::unordered_set<std::string> sources_;   // and was committed
};

class OtherRecovery {
 public:
  OtherRecovery(std::string path, std::unique_ptr<recovery::Recovery> recovery, std::unique_ptr<Ledger> ledger,
                std::unordered_set<std::string> taken_back)
      : path_(std::move(path)),
        recovery_(std::move(recovery)),
        ledger_(std::move(ledger)),
        taken_back_(std::move(taken_back)) {}

  // What was handed over there, or may have been, behind the plan's own messages.
  Result<void> add_to(Plan& plan, std::vector<Traits>& traits, const PlanOptions& options, Watcher& watcher) const;

  [[nodiscard]] recovery::Recovery& recovery() const { return *recovery_; }
  [[nodiscard]] const Ledger& ledger() const { return *ledger_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::unique_ptr<recovery::Recovery> recovery_;
  std::unique_ptr<Ledger> ledger_;
  std::unordered_set<std::string> taken_back_;
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
  Result<std::vector<std::string>> own_recipients(std::uint32_t index) override;
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
