#include "replay/facts_cache.h"

#include "core/text.h"
#include "replay/facts_form.h"
#include "snapshot/bag_tags.h"

namespace requeue::replay {
namespace {

class NoFacts final : public FactsCache {
 public:
  std::optional<MessageFacts> next(const snapshot::Entry& /*entry*/) override { return std::nullopt; }
  [[nodiscard]] std::uint64_t place() const override { return 0; }
  std::optional<MessageFacts> again(std::uint64_t /*place*/, const Sha256Bytes& /*sha256*/) override {
    return std::nullopt;
  }
};

class KeptFacts final : public FactsCache {
 public:
  explicit KeptFacts(std::unique_ptr<files::Reader> file) : file_(std::move(file)) {}

  bool begin() { return take(facts_form.size()) == facts_form; }

  std::optional<MessageFacts> next(const snapshot::Entry& entry) override {
    if (ended_) return std::nullopt;
    place_ = buffer_at_ + at_;
    const auto record = record_of(from_hex(entry.sha256).value_or(""));
    // It has the digest of the record, and yet is about other files: nothing of it is used from here on.
    if (!record) return end();
    if (record->empty()) return std::nullopt;
    return from_record(*record);
  }

  [[nodiscard]] std::uint64_t place() const override { return ended_ ? 0 : place_; }

  std::optional<MessageFacts> again(std::uint64_t place, const Sha256Bytes& sha256) override {
    ended_ = true;
    block_size_ = few_records;
    buffer_.clear();
    at_ = 0;
    if (place == 0 || !file_->seek(place)) return std::nullopt;
    const std::string digest(sha256.begin(), sha256.end());
    const auto record = record_of(digest);
    return record ? from_record(*record) : std::nullopt;
  }

 private:
  // nullopt: it is about another file, or cut short. Valid until the next call.
  std::optional<std::string_view> record_of(std::string_view sha256) {
    const auto head = take(record_head_size);
    if (head.size() < record_head_size) return std::nullopt;
    const auto length = record_length(head);
    const bool same = head.substr(4) == sha256;
    const auto record = take(length);
    if (!same || record.size() != length) return std::nullopt;
    return record;
  }

  std::optional<MessageFacts> end() {
    ended_ = true;
    return std::nullopt;
  }

  // Less than asked for at the end of the file. Valid until the next call.
  std::string_view take(std::size_t size) {
    while (buffer_.size() - at_ < size) {
      buffer_.erase(0, at_);
      buffer_at_ += at_;
      at_ = 0;
      const auto have = buffer_.size();
      buffer_.resize(have + block_size_);
      const auto count = file_->read(buffer_.data() + have, block_size_);
      buffer_.resize(have + (count ? *count : 0));
      if (!count || *count == 0) break;
    }
    const auto found = std::string_view(buffer_).substr(at_, size);
    at_ += found.size();
    return found;
  }

  static constexpr std::size_t many_records = std::size_t{256} << 10U;
  static constexpr std::size_t few_records = std::size_t{4} << 10U;
  std::unique_ptr<files::Reader> file_;
  std::size_t block_size_ = many_records;
  std::string buffer_;
  std::uint64_t buffer_at_ = 0;  // in the file
  std::size_t at_ = 0;           // in the buffer
  std::uint64_t place_ = 0;
  bool ended_ = false;
};

Result<std::unique_ptr<FactsCache>> open_kept(recovery::Recovery& recovery, const std::string& expected) {
  REQUEUE_TRY(const auto status, recovery.tree().status(facts_path()));
  // Something else in its place may be of any size, and would be read to its end.
  const auto most = facts_form.size() + recovery.state().snapshot->files * (record_head_size + longest_record);
  if (status.size > most) return failure(Exit::verification, "", files::to_text(facts_path()), "it has grown");
  REQUEUE_TRY(const auto digest, snapshot::hash_file(recovery.tree(), facts_path()));
  if (digest != expected)
    return failure(Exit::verification, "", files::to_text(facts_path()), "its bytes have changed");
  REQUEUE_TRY(auto file, recovery.tree().open(facts_path()));
  auto kept = std::make_unique<KeptFacts>(std::move(file));
  if (!kept->begin()) return failure(Exit::verification, "", files::to_text(facts_path()), "it has another form");
  return kept;
}

}  // namespace

std::unique_ptr<FactsCache> no_facts() {
  return std::make_unique<NoFacts>();
}

std::unique_ptr<FactsCache> open_facts(recovery::Recovery& recovery, Watcher& watcher) {
  const auto& snapshot = recovery.state().snapshot;
  // After a disposal there is none, and nothing to say about it.
  if (!snapshot || snapshot->facts_sha256.empty() || recovery.state().payload_destroyed())
    return std::make_unique<NoFacts>();
  auto kept = open_kept(recovery, snapshot->facts_sha256);
  if (kept) return std::move(*kept);
  watcher.say("what was learnt of the messages while they were copied cannot be used (" + printable(kept.error().path) +
              ": " + printable(kept.error().why) + "); they are read again");
  return std::make_unique<NoFacts>();
}

}  // namespace requeue::replay
