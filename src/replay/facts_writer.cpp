// cache/facts: one line that names the form; then for each file of files.jsonl, in its order, the length of its record
// (4 bytes, lowest first), the SHA-256 of the file, and the record, which is empty where nothing was learnt.
#include "core/text.h"
#include "replay/facts_cache.h"
#include "replay/facts_form.h"
#include "snapshot/bag_layout.h"

namespace requeue::replay {
namespace {

// Of a larger message the content's digest is taken when a plan asks for it, which is only where another has the same
// header block: the time until the service may start again is dearer than that of a plan.
constexpr std::uint64_t largest_digested = std::uint64_t{1} << 20U;
constexpr std::size_t block_size = std::size_t{256} << 10U;

class MessageLesson final : public snapshot::Lesson {
 public:
  void main(ByteReader& bytes, std::uint64_t size) override {
    std::string rest;
    auto block = mail::read_header_block(bytes, &rest);
    if (!block) return;
    block_ = std::move(*block);
    known_ = message_facts_of(block_);
    if (!known_->is_header || size > largest_digested) return;
    const auto content = mail::canonical_content_digest(block_, rest, bytes);
    if (content) known_->content = *content;
  }

  void stream(ByteReader& bytes) override {
    if (known_ && !find_unknown_addresses(bytes, block_, known_->only_in_streams)) known_.reset();
  }

  std::string finish() override {
    auto record = known_ ? to_record(*known_) : std::string();
    if (record.size() > longest_record) record.clear();
    return record;
  }

 private:
  std::optional<MessageFacts> known_;
  mail::HeaderBlock block_;
};

class FactsWriter final : public snapshot::Learner {
 public:
  FactsWriter(files::Tree& recovery, Watcher& watcher) : recovery_(recovery), watcher_(watcher) {
    pending_ = facts_form;
  }

  std::unique_ptr<snapshot::Lesson> begin() override { return std::make_unique<MessageLesson>(); }

  void keep(const snapshot::Entry& entry, const std::string& learnt) override {
    if (failed_ || entry.status.kind != files::Kind::file) return;
    pending_ += record_head(learnt.size(), from_hex(entry.sha256).value_or(""));
    pending_ += learnt;
    if (pending_.size() >= block_size) check(write_out());
  }

  // Not flushed: one that a power cut tears has another digest than the journal, and is passed over.
  std::string finish() override {
    if (!failed_) check(write_out());
    if (!failed_) check(file_->close());
    return failed_ ? std::string() : digest_.hex();
  }

 private:
  Result<void> write_out() {
    if (!file_) {
      REQUEUE_TRY(file_, create());
    }
    digest_.update(pending_);
    REQUEUE_CHECK(file_->write(pending_));
    pending_.clear();
    return {};
  }

  Result<std::unique_ptr<files::Writer>> create() {
    const auto made = recovery_.make_folder(files::Relative(snapshot::cache_folder));
    if (!made && made.error().cause != Cause::exists) return failure(made.error());
    const auto removed = recovery_.remove_file(facts_path());
    if (!removed && removed.error().cause != Cause::not_found) return failure(removed.error());
    return recovery_.create(facts_path());
  }

  void check(const Result<void>& result) {
    if (result) return;
    failed_ = true;
    watcher_.warn("what was learnt of the messages cannot be kept, so that plans will read them again: " +
                  printable(result.error().path) + ": " + printable(result.error().why));
  }

  files::Tree& recovery_;
  Watcher& watcher_;
  std::unique_ptr<files::Writer> file_;
  Sha256 digest_;
  std::string pending_;
  bool failed_ = false;
};

}  // namespace

std::unique_ptr<snapshot::Learner> make_facts_writer(files::Tree& recovery, Watcher& watcher) {
  return std::make_unique<FactsWriter>(recovery, watcher);
}

}  // namespace requeue::replay
