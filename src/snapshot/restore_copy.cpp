#include "snapshot/restore_copy.h"

#include <algorithm>

#include "core/digest.h"

namespace requeue::snapshot {
namespace {

constexpr std::size_t copy_step = 262144;
constexpr std::string_view temporary_prefix = ".requeue-restore-";

// Remembers whether it was the reading that failed: of a bag that is damaged, not of a target that is full.
class CheckedReader final : public ByteReader {
 public:
  explicit CheckedReader(ByteReader& inner) : inner_(inner) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    auto count = inner_.read(buffer, size);
    if (count) {
      digest_.update(std::string_view(buffer, *count));
    } else {
      why_ = count.error().why;
      failed_ = true;
    }
    return count;
  }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const std::string& why() const { return why_; }
  std::string hex() { return digest_.hex(); }

 private:
  ByteReader& inner_;
  Sha256 digest_;
  std::string why_;
  bool failed_ = false;
};

Result<CopyResult> impossible_or_error(Error error) {
  if (ends_the_run(error.cause)) return failure(std::move(error));
  return CopyResult{Copied::impossible, error.why.empty() ? error.what : error.why};
}

CopyResult damaged(std::string why) {
  return {Copied::damaged, std::move(why)};
}

Result<void> pump(ByteReader& from, ByteWriter& to) {
  std::vector<char> buffer(copy_step);
  for (;;) {
    REQUEUE_TRY(const std::size_t count, from.read(buffer.data(), buffer.size()));
    if (count == 0) return {};
    REQUEUE_CHECK(to.write(std::string_view(buffer.data(), count)));
  }
}

Result<CopyResult> copy_bytes(files::Tree& holder, const Entry& entry, files::Writer& out) {
  const auto source = holder.open(files::join(folder, entry.stored));
  if (!source) return damaged("its bytes in the snapshot cannot be read: " + source.error().why);
  CheckedReader checked(**source);
  auto pumped = pump(checked, out);
  if (checked.failed()) return damaged("its bytes in the snapshot cannot be read: " + checked.why());
  if (!pumped) return failure(std::move(pumped.error()));
  if (checked.hex() != entry.sha256) return damaged("its bytes in the snapshot are not those that were recorded");
  return CopyResult{};
}

Result<CopyResult> write_copy(files::Tree& holder, const Entry& entry, files::Tree& target,
                              const files::Relative& temporary, bool with_streams) {
  auto writer = target.create(temporary, 0600);
  if (!writer) return impossible_or_error(std::move(writer.error()));
  REQUEUE_TRY(auto copied, copy_bytes(holder, entry, **writer));
  // Flushed before it can be renamed: a name that outlives a power cut must not stand over an empty file. Before its
  // attributes are set, too: a read-only file cannot be flushed everywhere.
  if (copied.copied == Copied::whole) REQUEUE_CHECK((*writer)->flush());
  REQUEUE_CHECK((*writer)->close());
  if (copied.copied == Copied::whole && with_streams && !entry.streams.empty()) {
    REQUEUE_TRY(copied, put_streams(holder, entry, target, temporary));
    if (copied.copied == Copied::whole) REQUEUE_CHECK(target.flush_file(temporary));
  }
  if (copied.copied != Copied::whole) return copied;
  if (auto set = target.set_attributes(temporary, attributes_of(entry.status)); !set) {
    return impossible_or_error(std::move(set.error()));
  }
  // Last: they may take from this account what it needed so far.
  return CopyResult{Copied::whole, put_rights(entry, target, temporary)};
}

}  // namespace

bool ends_the_run(Cause cause) {
  return cause == Cause::no_space || cause == Cause::write_protected || cause == Cause::io ||
         cause == Cause::interrupted || cause == Cause::read_only;
}

std::string put_rights(const Entry& entry, files::Tree& target, const files::Relative& path) {
  if (entry.acl.empty()) return {};
  const auto set = target.set_rights(path, entry.acl);
  return set ? std::string() : "its owner or rights could not be set as they were: " + set.error().why;
}

Result<CopyResult> copy_out(files::Tree& holder, const Entry& entry, files::Tree& target,
                            const files::Relative& temporary, bool with_streams) {
  auto copied = write_copy(holder, entry, target, temporary, with_streams);
  if (!copied || copied->copied != Copied::whole) static_cast<void>(target.remove_file(temporary));
  return copied;
}

Result<CopyResult> put_streams(files::Tree& holder, const Entry& entry, files::Tree& target,
                               const files::Relative& path) {
  for (const auto& stream : entry.streams) {
    const auto source = holder.open(files::join(folder, stream.stored));
    if (!source) return damaged("its stream " + stream.name + " cannot be read: " + source.error().why);
    CheckedReader checked(**source);
    auto written = target.write_stream(path, stream.name, checked);
    if (checked.failed()) return damaged("its stream " + stream.name + " cannot be read: " + checked.why());
    if (!written) return impossible_or_error(std::move(written.error()));
    if (checked.hex() != stream.sha256) return damaged("its stream " + stream.name + " is not what was recorded");
  }
  return CopyResult{};
}

files::Attributes attributes_of(const files::Status& status) {
  files::Attributes attributes;
  attributes.written = status.written;
  attributes.created = status.created;
  // Each platform keeps one of the two; what was found on the other says nothing here.
  if (status.attributes != 0) {
    attributes.attributes = status.attributes;
  } else {
    attributes.mode = status.mode;
    attributes.owner = status.owner;
    attributes.group = status.group;
  }
  return attributes;
}

std::string temporary_name(std::uint64_t number) {
  return std::string(temporary_prefix) + std::to_string(number);
}

bool is_temporary_name(std::string_view name) {
  return name.size() > temporary_prefix.size() && name.substr(0, temporary_prefix.size()) == temporary_prefix &&
         std::all_of(name.begin() + temporary_prefix.size(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace requeue::snapshot
