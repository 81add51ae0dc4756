#include "snapshot/copy.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "core/sleep.h"
#include "core/text.h"
#include "snapshot/bag_layout.h"

namespace requeue::snapshot {
namespace {

constexpr int attempts = 3;
constexpr std::chrono::milliseconds pause{100};

// Causes that say "somebody is at work on this file", not "it cannot be read".
bool is_change(Cause cause) {
  return cause == Cause::not_found || cause == Cause::is_link || cause == Cause::busy;
}

Error in_words(Error error, const files::Relative& path) {
  error.what = "cannot copy a file into the snapshot";
  if (error.path.empty()) error.path = escape_bytes(path);
  if (error.exit == Exit::precondition) {  // a link that cannot be had
    error.hint =
        "Nothing was removed from the Mailroot. Run again with --method copy, or with a recovery folder on the "
        "Mailroot's own volume.";
    return error;
  }
  error.hint = error.cause == Cause::no_space
                   ? "Nothing was removed from the Mailroot. Make room for the recovery folder, then run again."
                   : "Nothing was removed from the Mailroot. Mend the cause, then run the same command again.";
  return error;
}

Error keeps_changing(const files::Path& path) {
  return {Exit::precondition,
          Cause::other,
          "a file of the Mailroot changes while it is copied",
          files::to_text(path),
          "it was changed, replaced, held open or gone in each of three tries",
          "Nothing was removed. Make sure that the service is stopped and that no other program (a virus scanner, a "
          "second server) works in the Mailroot, then run the same command again."};
}

}  // namespace

bool same_state(const files::Status& a, const files::Status& b) {
  return a.kind == b.kind && a.size == b.size && a.identity == b.identity && a.written == b.written &&
         a.changed == b.changed;
}

Result<CopiedFile> Copier::copy(const mailroot::Item& item, const files::Relative& stored) {
  if (item.status.kind == files::Kind::folder) {
    auto made = recovery_.make_folder(files::join(folder, stored));
    if (!made) return failure(in_words(std::move(made.error()), item.path));
  }
  CopiedFile copied;
  std::optional<mailroot::Item> current = item;
  for (int count = 0; count < attempts; ++count) {
    if (count > 0) {
      sleep_for(pause);
      REQUEUE_CHECK(take_back(copied));
      REQUEUE_TRY(current, look_again(item.path));
    }
    if (!current || current->status.kind != item.status.kind) continue;
    const auto whole = attempt(*current, stored, copied);
    if (!whole) return failure(in_words(whole.error(), item.path));
    if (*whole) return copied;
  }
  REQUEUE_CHECK(take_back(copied));
  return failure(keeps_changing(mailroot_.path_of(item.path)));
}

Result<bool> Copier::attempt(const mailroot::Item& item, const files::Relative& stored, CopiedFile& copied) {
  auto& entry = copied.entry;
  entry.source = item.path;
  entry.status = item.status;
  entry.stored = stored;
  if (item.status.kind == files::Kind::file) {
    if (learner_ != nullptr) copied.lesson = learner_->begin();
    REQUEUE_TRY(const bool main, copy_main(item, copied));
    if (!main) return false;
  }
  REQUEUE_TRY(const bool streams, copy_streams(item, copied));
  if (!streams) return false;
  entry.acl = mailroot_.rights(item.path);
  const auto after = mailroot_.status(item.path);
  if (!after && !is_change(after.error().cause)) return failure(after.error());
  if (!after || !same_state(*after, entry.status)) return false;
  if (copied.lesson) copied.learnt = copied.lesson->finish();
  copied.lesson.reset();
  return true;
}

Result<bool> Copier::copy_main(const mailroot::Item& item, CopiedFile& copied) {
  auto reader = mailroot_.open(item.path);
  if (!reader && is_change(reader.error().cause)) return false;
  if (!reader) return failure(std::move(reader.error()));
  REQUEUE_TRY(const auto opened, (*reader)->status());
  if (!same_state(opened, item.status)) return false;
  // The removal of a read-only name makes all its names writable on Windows.
  constexpr std::uint32_t read_only = 1;
  const bool may_link = how_.method != Method::copy && how_.scope.removes(item.path);
  if (may_link && opened.names == 1 && (opened.attributes & read_only) == 0) {
    REQUEUE_TRY(const auto linked, link_main(item, **reader, copied));
    if (linked) return *linked;
  }
  REQUEUE_TRY(const auto size, pour(**reader, copied.entry.stored, true, copied));
  copied.entry.sha256 = to_hex(copied.payload.back().sha256);
  return size == item.status.size;
}

// Linked first and read afterwards: the link itself changes the change time, and what is read must be what stands there
// from then on. Read under its name in the bag and past the cache: no byte is written that would have to be compared,
// so that this reading may serve the verification too.
Result<std::optional<bool>> Copier::link_main(const mailroot::Item& item, files::Reader& reader, CopiedFile& copied) {
  auto made = recovery_.create_link(reader, files::join(folder, copied.entry.stored));
  if (!made) {
    const auto cause = made.error().cause;
    const bool cannot = cause == Cause::not_supported || cause == Cause::cross_volume || cause == Cause::denied;
    if (cannot && how_.method == Method::automatic) return std::optional<bool>();
    if (cannot) made.error().exit = Exit::precondition;
    return failure(std::move(made.error()));
  }
  copied.payload.push_back({copied.entry.stored, {}});
  REQUEUE_TRY(const auto linked, reader.status());
  const bool same = linked.identity == item.status.identity && linked.size == item.status.size &&
                    linked.written == item.status.written && linked.names == 2;
  if (!same) return std::optional<bool>(false);
  copied.entry.status = linked;
  REQUEUE_TRY(auto past, recovery_.open(files::join(folder, copied.entry.stored), files::CacheUse::past));
  REQUEUE_TRY(const auto in_bag, past->status());
  if (!same_state(in_bag, linked)) return std::optional<bool>(false);
  PassingReader passing(*past);
  REQUEUE_TRY(const auto size, read_through(passing, true, copied));
  copied.payload.back().sha256 = passing.digest();
  copied.entry.sha256 = to_hex(copied.payload.back().sha256);
  copied.linked = true;
  copied.from_disk = past->reached_disk();
  return std::optional<bool>(size == linked.size);
}

Result<bool> Copier::copy_streams(const mailroot::Item& item, CopiedFile& copied) {
  for (const auto& stream : item.streams) {
    REQUEUE_TRY(const auto stored, next_stream_place());
    auto reader = mailroot_.open_stream(item.path, stream.name);
    if (!reader && is_change(reader.error().cause)) return false;
    if (!reader) return failure(std::move(reader.error()));
    REQUEUE_TRY(const auto size, pour(**reader, stored, false, copied));
    copied.entry.streams.push_back({stream.name, size, to_hex(copied.payload.back().sha256), stored});
  }
  return true;
}

Result<files::Relative> Copier::next_stream_place() {
  const std::lock_guard hold(streams_mutex_);
  if (!streams_folder_made_) REQUEUE_CHECK(recovery_.make_folder(files::join(folder, streams_folder)));
  streams_folder_made_ = true;
  char name[32];
  const int length = std::snprintf(name, sizeof name, "%08llu", static_cast<unsigned long long>(++streams_));
  return files::join(streams_folder, {name, static_cast<std::size_t>(length)});
}

// The payload is listed before the first byte is written, so that take_back() finds a copy that was cut short.
Result<std::uint64_t> Copier::pour(files::Reader& reader, const files::Relative& stored, bool main,
                                   CopiedFile& copied) {
  REQUEUE_TRY(auto writer, recovery_.create(files::join(folder, stored), 0600));
  copied.payload.push_back({stored, {}});
  PassingReader passing(reader, writer.get());
  REQUEUE_TRY(const auto size, read_through(passing, main, copied));
  REQUEUE_CHECK(writer->close());
  copied.payload.back().sha256 = passing.digest();
  return size;
}

// To the end, whatever somebody reads of it on the way to learn what it holds.
Result<std::uint64_t> Copier::read_through(PassingReader& reader, bool main, CopiedFile& copied) {
  // No destructor: on Windows those of a thread run after its memory has been given back.
  thread_local std::array<char, std::size_t{256} * 1024> buffer;
  if (copied.lesson) main ? copied.lesson->main(reader, copied.entry.status.size) : copied.lesson->stream(reader);
  for (;;) {
    REQUEUE_TRY(const auto count, reader.read(buffer.data(), buffer.size()));
    if (count == 0) return reader.size();
  }
}

Result<void> Copier::take_back(CopiedFile& copied) {
  for (; !copied.payload.empty(); copied.payload.pop_back()) {
    const auto removed = recovery_.remove_file(files::join(folder, copied.payload.back().path));
    if (!removed && removed.error().cause != Cause::not_found) return removed;  // gone is as good
  }
  copied = CopiedFile();
  return {};
}

Result<std::optional<mailroot::Item>> Copier::look_again(const files::Relative& path) {
  mailroot::Item item;
  item.path = path;
  auto status = mailroot_.status(path);
  if (!status && is_change(status.error().cause)) return std::optional<mailroot::Item>();
  if (!status) return failure(in_words(std::move(status.error()), path));
  item.status = *status;
  if (item.status.kind == files::Kind::link || item.status.kind == files::Kind::special) {
    return std::optional<mailroot::Item>();
  }
  auto streams = mailroot_.streams(path);
  if (!streams && is_change(streams.error().cause)) return std::optional<mailroot::Item>();
  if (!streams) return failure(in_words(std::move(streams.error()), path));
  item.streams = std::move(*streams);
  return std::optional<mailroot::Item>(std::move(item));
}

}  // namespace requeue::snapshot
