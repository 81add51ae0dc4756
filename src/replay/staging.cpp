#include "replay/staging.h"

#include <algorithm>
#include <cassert>
#include <iterator>

#include "core/text.h"

namespace requeue::replay {
namespace {

// Of one flush of the volume: enough that its wait is shared by many, few enough that a stop is soon heard and that
// little is thrown away. Twice as much stands in staging while the next batch is composed.
constexpr std::size_t groups_in_batch = 4;
constexpr std::uint64_t bytes_in_batch = std::uint64_t{32} << 20U;
constexpr std::size_t gathered = std::size_t{64} << 10U;

// Gathers what is written in small pieces. Tells a full disk (ends the run) from a source that cannot be read (that
// message fails, the others go on).
class StagedWriter final : public ByteWriter {
 public:
  explicit StagedWriter(ByteWriter& inner) : inner_(inner) {}
  Result<void> write(std::string_view bytes) override {
    if (buffer_.size() + bytes.size() > gathered) REQUEUE_CHECK(write_out());
    if (bytes.size() > gathered) return keep(inner_.write(bytes));
    buffer_ += bytes;
    return {};
  }
  Result<void> write_out() {
    if (buffer_.empty()) return {};
    auto written = keep(inner_.write(buffer_));
    buffer_.clear();
    return written;
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  Result<void> keep(Result<void> written) {
    if (!written && !error_) error_ = written.error();
    return written;
  }

  ByteWriter& inner_;
  std::string buffer_;
  std::optional<Error> error_;
};

mail::ComposeOptions options_for(const Message& message, const PlanOptions& plan_options) {
  auto options = plan_options.compose;
  options.as_found = message.as_found && !message.add_from;
  options.add_from = message.add_from;
  // It is in Pickup's own form already, and only gets a From.
  if (message.as_found && message.add_from) options.dot_stuff = false;
  return options;
}

}  // namespace

Staging::Staging(recovery::Recovery& recovery, const Plan& plan, const PlanOptions& options, Place& place,
                 unsigned jobs, Watcher& watcher)
    : recovery_(recovery),
      plan_(plan),
      options_(options),
      place_(place),
      id_(recovery.state().id),
      watcher_(watcher),
      // Each message adds a line to the journal at least, before the one behind it gets its intent. So the number of an
      // intent is not above that of its line, and the next run begins with a higher one: none is given to two.
      number_(static_cast<std::uint64_t>(recovery.records())),
      crew_(jobs),
      batches_(crew_, [this](Batch batch) { return take_over(std::move(batch)); }) {}

Staging::~Staging() {
  stopped_ = true;
}

Result<std::vector<Prepared>> Staging::take(const Indexes& group, const Indexes& coming) {
  batch_size_ = std::max<std::size_t>(group.size(), 1) * groups_in_batch;
  if (ready_.size() < group.size()) REQUEUE_CHECK(batches_.finish());
  if (ready_.size() < group.size() && !is_stopped()) {
    REQUEUE_CHECK(begin(group, coming));
    REQUEUE_CHECK(batches_.finish());
  }
  if (ready_.size() < group.size()) {
    discard();
    if (failed_) return failure(*failed_);
    return std::vector<Prepared>{};
  }
  std::vector<Prepared> taken;
  taken.reserve(group.size());
  for (const auto index : group) {
    assert(ready_.front().index == index);
    taken.push_back(std::move(ready_.front()));
    ready_.pop_front();
  }
  begun_ -= group.size();
  const bool idle = begun_ == ready_.size();
  if (crew_.jobs() > 1 && idle) REQUEUE_CHECK(begin({}, coming));
  return taken;
}

// What is under way reads of the plan only its own messages, and nothing of them is changed before they are taken.
Result<void> Staging::begin(const Indexes& group, const Indexes& coming) {
  auto batch = next_batch(group, coming);
  if (batch.empty() || failed_) return {};
  begun_ += batch.size();
  const auto number = number_ + 1;
  number_ += batch.size();
  return batches_.add([this, batch = std::move(batch), number] { return stage(batch, number); });
}

// At least what the group lacks; of the rest as much as stays within the bounds.
Staging::Indexes Staging::next_batch(const Indexes& group, const Indexes& coming) const {
  Indexes batch;
  std::uint64_t bytes = 0;
  for (std::size_t i = begun_; i < group.size() + coming.size(); ++i) {
    const auto index = i < group.size() ? group[i] : coming[i - group.size()];
    bytes += plan_.messages[index].size;
    const bool full = batch.size() >= batch_size_ || bytes > bytes_in_batch;
    if (full && i >= group.size() && !batch.empty()) break;
    batch.push_back(index);
  }
  return batch;
}

// In any thread: nothing is recorded here and nobody is told anything.
Staging::Batch Staging::stage(const Indexes& indexes, std::uint64_t number) {
  Batch batch;
  const auto remove = [&](const Prepared& prepared) {
    if (auto warning = remove_staged(place_, prepared.staged.name)) batch.warnings.push_back(std::move(*warning));
  };
  InOrder<Attempt> composing(crew_, [&](Attempt attempt) -> Result<void> {
    const bool wanted = !batch.error && !attempt.error;
    if (attempt.stands && (!wanted || !attempt.prepared.rule.empty())) remove(attempt.prepared);
    if (wanted)
      batch.ready.push_back(std::move(attempt.prepared));
    else if (!batch.error)
      batch.error = std::move(attempt.error);
    return {};
  });
  // A turn that failed (too little memory) is no message that may be passed over: the batch ends with it.
  const auto keep = [&](Result<void> turn) {
    if (!turn && !batch.error) batch.error = std::move(turn.error());
  };
  for (const auto index : indexes) {
    if (batch.error || is_stopped()) break;
    keep(composing.add([this, index, number] { return compose_one(index, number); }));
    ++number;
  }
  keep(composing.finish());
  const bool whole = !is_stopped();
  auto durable = whole ? make_durable(batch.ready) : Result<void>{};
  if (whole && durable) return batch;
  for (const auto& prepared : batch.ready) {
    if (prepared.rule.empty()) remove(prepared);
  }
  batch.ready.clear();
  if (!durable) batch.error = std::move(durable.error());
  return batch;
}

Staging::Attempt Staging::compose_one(std::size_t index, std::uint64_t number) {
  const Message& message = plan_.messages[index];
  Attempt attempt;
  auto& prepared = attempt.prepared;
  prepared.index = index;
  prepared.options = options_for(message, options_);
  prepared.staged.source = message.source;
  prepared.staged.sha256 = to_hex(message.sha256);
  prepared.staged.name = written_name(message.sha256, id_, number);
  const auto reading = read_message(recovery_, plan_, message, options_);
  const auto personal = reading ? personal_fields(index + 1, message, plan_, *reading) : Json::object();
  prepared.personal = to_line(personal);
  if (!reading) {
    prepared.rule = source_damaged;
    return attempt;
  }
  if (personal.contains(too_long)) {
    // Whom it went to could not be recorded, and nothing is sent of which that is so.
    prepared.rule = compose_failed;
    return attempt;
  }
  // Readable by the service, whose account is not ours; never read-only, or it could not remove the file.
  const auto writer = place_.beside->create(files::join(place_.staging, prepared.staged.name), 0644);
  if (!writer) {
    attempt.error = writer.error();
    return attempt;
  }
  attempt.stands = true;
  auto whole = compose_into(message, *reading, prepared, **writer);
  auto closed = (*writer)->close();
  if (whole) prepared.rule = *whole;
  if (!whole)
    attempt.error = std::move(whole.error());
  else if (!closed)
    attempt.error = std::move(closed.error());
  return attempt;
}

// The rule by which it is not handed over, or empty. An error: staging cannot be written, which ends the run.
Result<std::string_view> Staging::compose_into(const Message& message, const Reading& reading, Prepared& prepared,
                                               ByteWriter& out) {
  const auto source = open_source(recovery_, message);
  if (!source) return source_damaged;
  HashingReader hashing(**source);
  StagedWriter staged(out);
  auto composed = mail::compose(hashing, reading.envelope, prepared.options, staged);
  static_cast<void>(staged.write_out());
  if (staged.error()) return failure(*staged.error());
  // The digest is of the very bytes that were composed, not of another reading of the file.
  if (!hashing.drain() || hashing.hex() != prepared.staged.sha256) return source_damaged;
  if (!composed) return compose_failed;
  prepared.staged.written_sha256 = composed->sha256;
  return std::string_view{};
}

// The rest of step 1: written first and flushed together, which lets the device order the writes.
Result<void> Staging::make_durable(const std::vector<Prepared>& prepared) {
  std::vector<files::Relative> staged;
  for (const auto& one : prepared) {
    if (one.rule.empty()) staged.push_back(files::join(place_.staging, one.staged.name));
  }
  REQUEUE_CHECK(place_.beside->flush_files(staged));
  return place_.beside->flush_folder(place_.staging);
}

Result<void> Staging::take_over(Batch batch) {
  for (const auto& warning : batch.warnings) watcher_.warn(warning);
  std::move(batch.ready.begin(), batch.ready.end(), std::back_inserter(ready_));
  if (batch.error) failed_ = std::move(batch.error);
  return {};
}

void Staging::discard() {
  stopped_ = true;
  static_cast<void>(batches_.finish());
  // One that cannot be removed is told; of the rest as much is to be expected.
  for (const auto& prepared : ready_) {
    if (!prepared.rule.empty()) continue;
    if (const auto warning = remove_staged(place_, prepared.staged.name)) {
      watcher_.warn(*warning);
      break;
    }
  }
  ready_.clear();
  begun_ = 0;
}

}  // namespace requeue::replay
