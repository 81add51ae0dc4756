#include "replay/against.h"

#include <algorithm>

#include "core/text.h"
#include "replay/decide.h"
#include "replay/handoff.h"
#include "replay/message_reading.h"
#include "replay/rule_words.h"

namespace requeue::replay {

Result<void> OtherRecovery::add_to(Plan& plan, std::vector<Traits>& traits, const PlanOptions& options,
                                   Watcher& watcher) const {
  std::uint64_t unread = 0;
  const auto visit = [&](const snapshot::Entry& entry) -> Result<void> {
    if (watcher.stop_requested()) return failure(Exit::interrupted, "interrupted while another recovery was read");
    const auto* const standing = ledger_->find(entry.source);
    if (standing == nullptr || !ledger_->is_final(entry.source)) return {};
    if (taken_back_.contains(entry.source)) return {};
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
  if (!taken_back_.empty()) {
    plan.notes.push_back(std::to_string(taken_back_.size()) + " messages that " + path_ +
                         " handed over stood in Pickup still when this snapshot was taken: the service had not taken "
                         "them, and they count as not sent there");
  }
  if (unread != 0) {
    plan.notes.push_back(std::to_string(unread) + " messages of " + path_ +
                         " cannot be read: whether these were sent there is not compared");
  }
  return {};
}

namespace {

Result<TakenBack> written_names_in(recovery::Recovery& recovery) {
  TakenBack own;
  if (!recovery.state().snapshot) return own;
  REQUEUE_CHECK(snapshot::check_tags(recovery.tree(), recovery.state().snapshot->root));
  REQUEUE_CHECK(snapshot::read_entries(recovery.tree(), [&](const snapshot::Entry& entry) -> Result<void> {
    const auto top = mailroot::top_of(entry.source);
    if (entry.status.kind != files::Kind::file || mailroot::role_of(top) != mailroot::Role::pickup) return {};
    const auto name = std::string_view(entry.source).substr(top.size() + 1);
    if (!id_of_written_name(name).empty()) own.emplace(ascii_lower(name), entry.sha256);
    return {};
  }));
  return own;
}

}  // namespace

Result<void> TakenBackFold::see(const journal::Line& line) {
  if (own_.empty()) return {};
  const bool intent = line.event == "intent";
  if (!intent && line.event != "commit") return {};
  const auto source = unescape_bytes(text_of(line.json, "source"));
  if (!intent) {
    if (intended_.contains(source)) sources_.insert(source);
    return {};
  }
  intended_.erase(source);
  const auto found = own_.find(ascii_lower(text_of(line.json, "name")));
  if (found != own_.end() && found->second == text_of(line.json, "written_sha256")) intended_.insert(source);
  return {};
}

Result<std::vector<std::shared_ptr<const OtherRecovery>>> open_others(files::Files& files,
                                                                      const std::vector<std::string>& paths,
                                                                      recovery::Recovery& recovery) {
  std::vector<std::shared_ptr<const OtherRecovery>> out;
  if (paths.empty()) return out;
  REQUEUE_TRY(const auto own, written_names_in(recovery));
  for (const auto& path : paths) {
    auto ledger = std::make_unique<Ledger>();
    // Whom it served stands in its messages.jsonl, too.
    TakenBackFold taken_back(own);
    REQUEUE_TRY(auto other,
                recovery::open_to_read(files, path, {ledger.get(), &taken_back}, recovery::Reading::to_decide));
    if (other->tree().path() == recovery.tree().path()) {
      return failure(Exit::usage, "cannot compare a recovery folder with itself", path, {},
                     "--against names another one. Nothing was sent.");
    }
    if (!other->state().snapshot) {
      return failure(Exit::precondition, "there is nothing to compare with", path, "no snapshot was taken there",
                     "Nothing was sent.");
    }
    REQUEUE_CHECK(snapshot::check_tags(other->tree(), other->state().snapshot->root));
    out.push_back(
        std::make_shared<const OtherRecovery>(path, std::move(other), std::move(ledger), taken_back.sources()));
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

Result<std::vector<std::string>> AllCopies::own_recipients(std::uint32_t index) {
  return reader_of(index).own_recipients(index);
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
