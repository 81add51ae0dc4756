#include "replay/against.h"

#include <algorithm>

#include "core/text.h"
#include "replay/decide.h"
#include "replay/message_reading.h"

namespace requeue::replay {

Result<void> OtherRecovery::add_to(Plan& plan, std::vector<Traits>& traits, const PlanOptions& options,
                                   Watcher& watcher) const {
  std::uint64_t unread = 0;
  const auto visit = [&](const snapshot::Entry& entry) -> Result<void> {
    if (watcher.stop_requested()) return failure(Exit::interrupted, "interrupted while another recovery was read");
    const auto* const standing = ledger_->find(entry.source);
    if (standing == nullptr || !ledger_->is_final(entry.source)) return {};
    auto message = message_of(entry);
    message.final_now = true;
    set(message, standing->disposition, known_rule(ledger_->rule_text(standing->rule)));
    Traits known;
    const auto opened = open_message(*recovery_, message);
    if (opened) {
      known = traits_of(message_facts_of(opened->block));
    } else {
      ++unread;
      known.was_read = options.dedup == Dedup::exact;  // equal bytes can still be told by the digest
    }
    plan.messages.push_back(std::move(message));
    traits.push_back(known);
    return {};
  };
  REQUEUE_CHECK(snapshot::read_entries(recovery_->tree(), visit));
  if (unread != 0) {
    plan.notes.push_back(std::to_string(unread) + " messages of " + path_ +
                         " cannot be read: whether these were sent there is not compared");
  }
  return {};
}

Result<std::vector<std::shared_ptr<const OtherRecovery>>> open_others(files::Files& files,
                                                                      const std::vector<std::string>& paths,
                                                                      recovery::Recovery& recovery) {
  std::vector<std::shared_ptr<const OtherRecovery>> out;
  for (const auto& path : paths) {
    auto ledger = std::make_unique<Ledger>();
    // Whom it served stands in its messages.jsonl, too.
    REQUEUE_TRY(auto other, recovery::open_to_read(files, path, {ledger.get()}, recovery::Reading::to_decide));
    if (other->tree().path() == recovery.tree().path()) {
      return failure(Exit::usage, "cannot compare a recovery folder with itself", path, {},
                     "--against names another one. Nothing was sent.");
    }
    if (!other->state().snapshot) {
      return failure(Exit::precondition, "there is nothing to compare with", path, "no snapshot was taken there",
                     "Nothing was sent.");
    }
    REQUEUE_CHECK(snapshot::check_tags(other->tree(), other->state().snapshot->root));
    out.push_back(std::make_shared<const OtherRecovery>(path, std::move(other), std::move(ledger)));
  }
  return out;
}

AllCopies::AllCopies(const CopySource& own, const Plan& plan, const std::vector<Traits>& traits,
                     const PlanOptions& options, Watcher& watcher)
    : plan_(plan), traits_(traits), watcher_(watcher) {
  readers_.emplace_back(0, std::make_unique<SnapshotCopies>(own, plan, traits, options, watcher));
}

void AllCopies::add(std::size_t first, const OtherRecovery& other) {
  const CopySource source{other.recovery(), other.ledger()};
  readers_.emplace_back(first, std::make_unique<SnapshotCopies>(source, plan_, traits_, plain_, watcher_));
}

SnapshotCopies& AllCopies::reader_of(std::uint32_t index) {
  auto reader = readers_.rbegin();
  while (reader->first > index) ++reader;
  return *reader->second;
}

Result<void> AllCopies::prepare(const std::vector<std::uint32_t>& replayed) {
  for (auto& [first, reader] : readers_) {
    std::vector<std::uint32_t> own;
    std::copy_if(replayed.begin(), replayed.end(), std::back_inserter(own),
                 [&, &mine = reader](std::uint32_t index) { return &reader_of(index) == mine.get(); });
    if (!own.empty()) REQUEUE_CHECK(reader->prepare(own));
  }
  return {};
}

Result<Sha256Bytes> AllCopies::content(std::uint32_t index) {
  return reader_of(index).content(index);
}

Result<std::vector<std::string>> AllCopies::recipients(std::uint32_t index) {
  return reader_of(index).recipients(index);
}

Result<bool> AllCopies::is_as_recorded(std::uint32_t index) {
  return reader_of(index).is_as_recorded(index);
}

void remove_others(Plan& plan, std::vector<Traits>& traits, std::size_t own) {
  if (plan.messages.size() == own) return;
  for (std::size_t i = own; i < plan.messages.size(); ++i) plan.others.push_back(plan.messages[i].source);
  plan.messages.resize(own);
  traits.resize(own);
  for (auto& message : plan.messages) {
    if (message.duplicate_of != Message::none && message.duplicate_of >= own) message.rule = "against";
  }
}

}  // namespace requeue::replay
