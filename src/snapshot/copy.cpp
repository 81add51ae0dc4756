#include "snapshot/copy.h"

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

Error keeps_changing(const files::Relative& path) {
  return {Exit::precondition,
          Cause::other,
          "a file of the Mailroot changes while it is copied",
          escape_bytes(path),
          "it was changed, replaced, held open or gone in each of three tries",
          "Nothing was removed. Make sure that the service is stopped and that no other program (a virus scanner, a "
          "second server) works in the Mailroot, then run the same command again."};
}

}  // namespace

bool same_state(const files::Status& a, const files::Status& b) {
  return a.kind == b.kind && a.size == b.size && a.identity == b.identity && a.written == b.written &&
         a.changed == b.changed;
}

Result<Entry> Copier::copy(const mailroot::Item& item, const files::Relative& stored) {
  if (item.status.kind == files::Kind::folder) {
    auto made = recovery_.make_folder(files::join(folder, stored));
    if (!made) return failure(in_words(std::move(made.error()), item.path));
  }
  const auto kept = payload_.size();
  std::optional<mailroot::Item> current = item;
  for (int count = 0; count < attempts; ++count) {
    if (count > 0) {
      sleep_for(pause);
      REQUEUE_CHECK(take_back(kept));
      REQUEUE_TRY(current, look_again(item.path));
    }
    if (!current || current->status.kind != item.status.kind) continue;
    auto entry = attempt(*current, stored);
    if (!entry) return failure(in_words(std::move(entry.error()), item.path));
    if (*entry) return std::move(**entry);
  }
  REQUEUE_CHECK(take_back(kept));
  return failure(keeps_changing(item.path));
}

// nullopt: it changed meanwhile.
Result<std::optional<Entry>> Copier::attempt(const mailroot::Item& item, const files::Relative& stored) {
  Entry entry;
  entry.source = item.path;
  entry.status = item.status;
  entry.stored = stored;
  if (item.status.kind == files::Kind::file) {
    REQUEUE_TRY(const bool main, copy_main(item, entry));
    if (!main) return std::optional<Entry>();
  }
  REQUEUE_TRY(const bool streams, copy_streams(item, entry));
  if (!streams) return std::optional<Entry>();
  entry.acl = mailroot_.rights(item.path);
  const auto after = mailroot_.status(item.path);
  if (!after && !is_change(after.error().cause)) return failure(after.error());
  if (!after || !same_state(*after, entry.status)) return std::optional<Entry>();
  return std::optional<Entry>(std::move(entry));
}

Result<bool> Copier::copy_main(const mailroot::Item& item, Entry& entry) {
  auto reader = mailroot_.open(item.path);
  if (!reader && is_change(reader.error().cause)) return false;
  if (!reader) return failure(std::move(reader.error()));
  REQUEUE_TRY(const auto opened, (*reader)->status());
  if (!same_state(opened, item.status)) return false;
  // The removal of a read-only name makes all its names writable on Windows.
  constexpr std::uint32_t read_only = 1;
  if (method_ != Method::copy && opened.names == 1 && (opened.attributes & read_only) == 0) {
    REQUEUE_TRY(const auto linked, link_main(item, **reader, entry));
    if (linked) return *linked;
  }
  REQUEUE_TRY(const auto size, pour(**reader, entry.stored));
  entry.sha256 = to_hex(payload_.back().sha256);
  return size == item.status.size;
}

// Linked first and read afterwards: the link itself changes the change time, and what is read must be what stands there
// from then on.
Result<std::optional<bool>> Copier::link_main(const mailroot::Item& item, files::Reader& reader, Entry& entry) {
  auto made = recovery_.create_link(reader, files::join(folder, entry.stored));
  if (!made) {
    const auto cause = made.error().cause;
    const bool cannot = cause == Cause::not_supported || cause == Cause::cross_volume || cause == Cause::denied;
    if (cannot && method_ == Method::automatic) return std::optional<bool>();
    if (cannot) made.error().exit = Exit::precondition;
    return failure(std::move(made.error()));
  }
  payload_.push_back({entry.stored, {}});
  REQUEUE_TRY(const auto linked, reader.status());
  const bool same = linked.identity == item.status.identity && linked.size == item.status.size &&
                    linked.written == item.status.written && linked.names == 2;
  if (!same) return std::optional<bool>(false);
  entry.status = linked;
  REQUEUE_TRY(const auto size, digest(reader, payload_.back().sha256));
  entry.sha256 = to_hex(payload_.back().sha256);
  ++linked_;
  return std::optional<bool>(size == linked.size);
}

Result<std::uint64_t> Copier::digest(files::Reader& reader, Sha256Bytes& sha256) {
  Sha256 digest;
  std::uint64_t size = 0;
  for (;;) {
    REQUEUE_TRY(const auto count, reader.read(buffer_.data(), buffer_.size()));
    if (count == 0) break;
    digest.update({buffer_.data(), count});
    size += count;
  }
  sha256 = digest.finish();
  return size;
}

Result<bool> Copier::copy_streams(const mailroot::Item& item, Entry& entry) {
  for (const auto& stream : item.streams) {
    if (!streams_folder_made_) REQUEUE_CHECK(recovery_.make_folder(files::join(folder, streams_folder)));
    streams_folder_made_ = true;
    auto reader = mailroot_.open_stream(item.path, stream.name);
    if (!reader && is_change(reader.error().cause)) return false;
    if (!reader) return failure(std::move(reader.error()));
    char name[32];
    const int length = std::snprintf(name, sizeof name, "%08llu", static_cast<unsigned long long>(++streams_));
    const auto stored = files::join(streams_folder, {name, static_cast<std::size_t>(length)});
    REQUEUE_TRY(const auto size, pour(**reader, stored));
    entry.streams.push_back({stream.name, size, to_hex(payload_.back().sha256), stored});
  }
  return true;
}

// The payload is listed before the first byte is written, so that take_back() finds a copy that was cut short.
Result<std::uint64_t> Copier::pour(files::Reader& reader, const files::Relative& stored) {
  REQUEUE_TRY(auto writer, recovery_.create(files::join(folder, stored), 0600));
  payload_.push_back({stored, {}});
  Sha256 digest;
  std::uint64_t size = 0;
  for (;;) {
    REQUEUE_TRY(const auto count, reader.read(buffer_.data(), buffer_.size()));
    if (count == 0) break;
    const std::string_view bytes(buffer_.data(), count);
    digest.update(bytes);
    size += count;
    REQUEUE_CHECK(writer->write(bytes));
  }
  REQUEUE_CHECK(writer->close());
  payload_.back().sha256 = digest.finish();
  return size;
}

Result<void> Copier::take_back(std::size_t kept) {
  while (payload_.size() > kept) {
    REQUEUE_CHECK(recovery_.remove_file(files::join(folder, payload_.back().path)));
    payload_.pop_back();
  }
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
