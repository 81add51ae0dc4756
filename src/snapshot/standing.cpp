#include "snapshot/standing.h"

#include <algorithm>

#include "core/digest.h"
#include "snapshot/bag_tags.h"
#include "snapshot/copy.h"

namespace requeue::snapshot {
namespace {

Result<std::string> hash_stream(files::Tree& tree, const files::Relative& path, const std::string& stream) {
  REQUEUE_TRY(auto reader, tree.open_stream(path, stream));
  std::vector<char> buffer(std::size_t{64} * 1024);
  Sha256 digest;
  for (;;) {
    REQUEUE_TRY(const auto count, reader->read(buffer.data(), buffer.size()));
    if (count == 0) return digest.hex();
    digest.update({buffer.data(), count});
  }
}

// A copy of the file counts as the file; but one that is changed while it is read does not.
Result<bool> equal_bytes(files::Tree& tree, const Entry& entry, const files::Status& before) {
  REQUEUE_TRY(const auto sha256, hash_file(tree, entry.source));
  if (sha256 != entry.sha256) return false;
  REQUEUE_TRY(const bool streams, equal_streams(tree, entry));
  if (!streams) return false;
  REQUEUE_TRY(const auto after, tree.status(entry.source));
  return same_state(before, after);
}

Result<Standing> told_by_cause(Error error) {
  if (error.cause == Cause::not_found) return Standing::absent;
  if (error.cause == Cause::is_link) return Standing::other;
  return failure(std::move(error));
}

Result<Standing> look_at(files::Tree& mailroot, const Entry& entry) {
  auto status = mailroot.status(entry.source);
  if (!status) return told_by_cause(std::move(status.error()));
  if (status->kind != files::Kind::file || status->size != entry.status.size) return Standing::other;
  const bool identified = status->identity != files::Identity{};
  if (identified && same_state(*status, entry.status)) return Standing::same;
  auto equal = equal_bytes(mailroot, entry, *status);
  if (!equal) return told_by_cause(std::move(equal.error()));
  return *equal ? Standing::same : Standing::other;
}

}  // namespace

Result<bool> equal_streams(files::Tree& tree, const Entry& entry) {
  REQUEUE_TRY(const auto streams, tree.streams(entry.source));
  if (streams.size() != entry.streams.size()) return false;
  for (const auto& copied : entry.streams) {
    const auto found = std::find_if(streams.begin(), streams.end(),
                                    [&](const files::Stream& each) { return each.name == copied.name; });
    if (found == streams.end() || found->size != copied.size) return false;
    REQUEUE_TRY(const auto sha256, hash_stream(tree, entry.source, copied.name));
    if (sha256 != copied.sha256) return false;
  }
  return true;
}

Result<Standing> standing_of(files::Tree& mailroot, const Entry& entry) {
  auto seen = look_at(mailroot, entry);
  // Who sends a message hangs on its file being gone: that is asked twice, as a share of another host may err once.
  const bool settled =
      seen ? *seen != Standing::absent : seen.error().cause != Cause::denied && seen.error().cause != Cause::busy;
  return settled ? seen : look_at(mailroot, entry);
}

}  // namespace requeue::snapshot
