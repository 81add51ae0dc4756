#include "snapshot/superseded.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/digest.h"
#include "core/text.h"
#include "snapshot/bag_layout.h"
#include "snapshot/bag_tags.h"
#include "snapshot/files_jsonl.h"
#include "snapshot/subtree.h"

namespace requeue::snapshot {
namespace {

using files::Kind;

Result<void> remove_tree(files::Tree& tree, const files::Relative& root) {
  REQUEUE_TRY(const auto folders,
              each_file_below(tree, root, [&](const files::Relative& path) { return tree.remove_file(path); }));
  for (auto each = folders.rbegin(); each != folders.rend(); ++each) REQUEUE_CHECK(tree.remove_folder(*each));
  return {};
}

Result<std::vector<files::Relative>> superseded_bags(files::Tree& recovery) {
  std::vector<files::Relative> bags;
  const files::Relative parent(superseded_folder);
  const auto entries = recovery.list(parent);
  if (!entries && entries.error().cause == Cause::not_found) return bags;
  if (!entries) return failure(entries.error());
  for (const auto& entry : *entries) {
    if (entry.kind == Kind::folder) bags.push_back(files::join(parent, entry.name));
  }
  return bags;
}

Result<files::Relative> next_place(files::Tree& recovery) {
  for (int number = 1;; ++number) {
    auto path = files::join(superseded_folder, std::to_string(number));
    const auto status = recovery.status(path);
    if (!status && status.error().cause == Cause::not_found) return path;
    if (!status) return failure(status.error());
  }
}

using Key = std::array<unsigned char, 16>;

// Half a digest of (source, stream, bytes): enough to tell files apart, and small for 100,000 of them.
Key key_of(std::string_view source, std::string_view stream, std::string_view sha256) {
  Sha256 digest;
  digest.update(source);
  digest.update(std::string_view("\0", 1));
  digest.update(stream);
  digest.update(std::string_view("\0", 1));
  digest.update(sha256);
  const auto bytes = digest.finish();
  Key key{};
  std::memcpy(key.data(), bytes.data(), key.size());
  return key;
}

Result<std::vector<Key>> keys_of_snapshot(files::Tree& recovery) {
  std::vector<Key> keys;
  REQUEUE_CHECK(read_entries(recovery, [&](const Entry& entry) -> Result<void> {
    if (entry.status.kind == Kind::file) keys.push_back(key_of(entry.source, "", entry.sha256));
    for (const auto& stream : entry.streams) keys.push_back(key_of(entry.source, stream.name, stream.sha256));
    return {};
  }));
  std::sort(keys.begin(), keys.end());
  return keys;
}

class Pruning {
 public:
  Pruning(files::Tree& recovery, const std::vector<Key>& held) : recovery_(recovery), held_(held) {}

  Result<void> prune(const files::Relative& bag) {
    const auto before = remaining_.size();
    std::vector<files::Relative> folders;
    auto read = entries(bag, folders);
    if (!read && read.error().exit == Exit::verification) {
      // Unreadable: nothing tells what is in it, so all of it stays.
      remaining_.resize(before);
      remaining_.push_back(escape_bytes(bag));
      return {};
    }
    if (!read) return read;
    const bool done = remaining_.size() == before;
    folders.push_back(files::join(bag, streams_folder));
    std::sort(folders.begin(), folders.end());
    for (auto each = folders.rbegin(); each != folders.rend(); ++each) remove_if_empty(*each);
    if (done) remove_shell(bag);
    return {};
  }

  [[nodiscard]] std::vector<std::string>& remaining() { return remaining_; }

 private:
  Result<void> entries(const files::Relative& bag, std::vector<files::Relative>& folders) {
    REQUEUE_TRY(auto reader, open_entries(recovery_, bag));
    for (;;) {
      REQUEUE_TRY(const auto entry, reader.next());
      if (!entry) return {};
      if (entry->status.kind == Kind::folder) folders.push_back(files::join(bag, entry->stored));
      if (entry->status.kind == Kind::file) {
        REQUEUE_CHECK(settle(files::join(bag, entry->stored), key_of(entry->source, "", entry->sha256)));
      }
      for (const auto& stream : entry->streams) {
        REQUEUE_CHECK(settle(files::join(bag, stream.stored), key_of(entry->source, stream.name, stream.sha256)));
      }
    }
  }

  Result<void> settle(const files::Relative& path, const Key& key) {
    const auto status = recovery_.status(path);
    if (!status && status.error().cause == Cause::not_found) return {};
    if (!status) return failure(status.error());
    if (status->kind == Kind::file && std::binary_search(held_.begin(), held_.end(), key)) {
      return recovery_.remove_file(path);
    }
    remaining_.push_back(escape_bytes(path));
    return {};
  }

  // A folder that still holds something stays, and that is all there is to it.
  void remove_if_empty(const files::Relative& path) { static_cast<void>(recovery_.remove_folder(path)); }

  // Only what is known to be ours: a file that a person put there keeps its folder.
  void remove_shell(const files::Relative& bag) {
    for (const auto tag : {tagmanifest_txt, manifest_txt, bag_info_txt, bagit_txt, files_jsonl}) {
      static_cast<void>(recovery_.remove_file(files::join(bag, tag)));
    }
    remove_if_empty(files::join(bag, data_folder));
    remove_if_empty(bag);
    remove_if_empty(files::Relative(superseded_folder));
  }

  files::Tree& recovery_;
  const std::vector<Key>& held_;
  std::vector<std::string> remaining_;
};

}  // namespace

Result<void> move_aside(files::Tree& recovery) {
  const files::Relative current(folder);
  const auto status = recovery.status(current);
  if (!status && status.error().cause == Cause::not_found) return {};
  if (!status) return failure(status.error());
  if (status->kind != Kind::folder) return failure(damage(current, "it is not a folder"));
  REQUEUE_TRY(const bool sealed, is_sealed(recovery, current));
  if (!sealed) return remove_tree(recovery, current);
  auto made = recovery.make_folder(files::Relative(superseded_folder));
  if (!made && made.error().cause != Cause::exists) return made;
  REQUEUE_TRY(const auto place, next_place(recovery));
  REQUEUE_CHECK(recovery.rename(current, place));
  REQUEUE_CHECK(recovery.flush_folder(files::Relative(superseded_folder)));
  return recovery.flush_folder("");
}

Result<std::vector<std::string>> prune_superseded(files::Tree& recovery) {
  REQUEUE_TRY(const auto bags, superseded_bags(recovery));
  if (bags.empty()) return std::vector<std::string>();
  REQUEUE_TRY(const auto held, keys_of_snapshot(recovery));
  Pruning pruning(recovery, held);
  for (const auto& bag : bags) REQUEUE_CHECK(pruning.prune(bag));
  return std::move(pruning.remaining());
}

}  // namespace requeue::snapshot
