#include "replay/plan_copies.h"

#include "core/text.h"
#include "journal/details.h"
#include "mail/content.h"
#include "replay/message_reading.h"

namespace requeue::replay {
namespace {

std::vector<std::string> recipients_of(const Json& line) {
  std::vector<std::string> out;
  const auto list = line.find("envelope_recipients");
  if (list == line.end() || !list->is_array()) return out;
  for (const auto& recipient : *list) {
    if (recipient.is_string()) out.push_back(unescape_bytes(recipient.get<std::string>()));
  }
  return out;
}

}  // namespace

Result<void> SnapshotCopies::prepare(const std::vector<std::uint32_t>& replayed) {
  std::unordered_map<std::string, std::uint32_t> wanted;
  for (const auto index : replayed) {
    const auto* const standing = source_.ledger.find(plan_.messages[index].source);
    if (standing != nullptr) wanted.emplace(to_hex(standing->details), index);
  }
  const auto pick = [&](const std::string& hash, const Json& line) -> Result<void> {
    const auto found = wanted.find(hash);
    if (found != wanted.end()) recorded_.insert_or_assign(found->second, recipients_of(line));
    return {};
  };
  REQUEUE_CHECK(journal::read_details(source_.recovery.tree(), pick));
  return {};
}

std::optional<MessageFacts> SnapshotCopies::kept(std::uint32_t index) {
  if (source_.facts == nullptr || traits_[index].kept_at == 0) return std::nullopt;
  return source_.facts->again(traits_[index].kept_at, plan_.messages[index].sha256);
}

Result<Sha256Bytes> SnapshotCopies::content(std::uint32_t index) {
  if (watcher_.stop_requested()) return failure(Exit::interrupted, "interrupted while the messages were compared");
  const auto& message = plan_.messages[index];
  // Of the few that share a header block it is asked for again; kept of each, it would be half of what a plan
  // remembers.
  if (const auto known = kept(index); known && known->content) return *known->content;
  REQUEUE_TRY(auto opened, open_message(source_.recovery, message));
  return mail::canonical_content_digest(opened.block, opened.rest, *opened.source);
}

// A replayed one whose line was disposed of is taken at the word of its own envelope: what it says itself.
Result<std::vector<std::string>> SnapshotCopies::recipients(std::uint32_t index) {
  const auto recorded = recorded_.find(index);
  if (recorded != recorded_.end()) return recorded->second;
  const auto& message = plan_.messages[index];
  if (auto known = kept(index)) {
    return std::move(reading_of(std::move(known->facts), plan_, message, options_).envelope.recipients);
  }
  REQUEUE_TRY(auto reading, read_message(source_.recovery, plan_, message, options_));
  return std::move(reading.envelope.recipients);
}

Result<std::vector<std::string>> SnapshotCopies::own_recipients(std::uint32_t index) {
  if (const auto known = kept(index)) return own_envelope(known->facts).recipients;
  REQUEUE_TRY(const auto opened, open_message(source_.recovery, plan_.messages[index]));
  return own_envelope(mail::facts_of(opened.block)).recipients;
}

Result<bool> SnapshotCopies::is_as_recorded(std::uint32_t index) {
  const auto& message = plan_.messages[index];
  const auto source = open_source(source_.recovery, message);
  if (!source) return false;
  Sha256 digest;
  std::string buffer(1U << 16U, '\0');
  for (;;) {
    if (watcher_.stop_requested()) return failure(Exit::interrupted, "interrupted while the messages were compared");
    const auto got = (*source)->read(buffer.data(), buffer.size());
    if (!got) return false;
    if (*got == 0) return digest.finish() == message.sha256;
    digest.update(std::string_view(buffer.data(), *got));
  }
}

}  // namespace requeue::replay
