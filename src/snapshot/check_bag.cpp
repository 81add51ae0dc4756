// Whether the bag on the disk is what was copied: tag files, manifest and files.jsonl against each other, and every
// payload file against the manifest. Memory: 64 bytes a file, whatever the names.
#include <algorithm>
#include <array>
#include <cstring>

#include "core/crew.h"
#include "core/digest.h"
#include "core/text.h"
#include "snapshot/bag_layout.h"
#include "snapshot/bag_tags.h"
#include "snapshot/strays.h"
#include "snapshot/take.h"

namespace requeue::snapshot {
namespace {

using files::Kind;
using Key = std::array<unsigned char, 16>;

struct Listed {
  Key key{};  // half the digest of the path
  Sha256Bytes sha256{};
  std::uint64_t state = 0;  // state_of() of one that may have been read already; 0: it is read
  bool described = false;   // in files.jsonl, with the same digest
  bool present = false;     // in data/, seen
};

Key key_of(std::string_view path) {
  Sha256 digest;
  digest.update(path);
  const auto bytes = digest.finish();
  Key key{};
  std::memcpy(key.data(), bytes.data(), key.size());
  return key;
}

Sha256Bytes bytes_of(std::string_view hex) {
  const auto raw = from_hex(hex).value_or("");
  Sha256Bytes bytes{};
  std::memcpy(bytes.data(), raw.data(), std::min(raw.size(), bytes.size()));
  return bytes;
}

// Which file it is and how it stands, in short; never 0.
std::uint64_t state_of(const files::Status& status) {
  std::string text;
  for (const auto number :
       {status.identity.volume, status.identity.file, status.size, static_cast<std::uint64_t>(status.written.seconds),
        static_cast<std::uint64_t>(status.written.nanoseconds), static_cast<std::uint64_t>(status.changed.seconds),
        static_cast<std::uint64_t>(status.changed.nanoseconds)}) {
    text += std::to_string(number) + ' ';
  }
  std::uint64_t state = 0;
  std::memcpy(&state, key_of(text).data(), sizeof state);
  return state | 1U;
}

// A write within the clock's step of the link itself leaves no other time behind. What was written so shortly before it
// was linked is read again.
bool is_settled(const files::Status& linked) {
  constexpr std::int64_t seconds = 2;  // FAT's step, the coarsest there is
  return linked.written.seconds + seconds < linked.changed.seconds;
}

class Manifest {
 public:
  Result<void> load(files::Tree& recovery) {
    REQUEUE_CHECK(read_manifest(recovery, [&](const std::string& sha256, const std::string& path) -> Result<void> {
      listed_.push_back({key_of(path), bytes_of(sha256)});
      return {};
    }));
    std::sort(listed_.begin(), listed_.end(), [](const Listed& a, const Listed& b) { return a.key < b.key; });
    return {};
  }

  // Of two lines for one path only the first would ever be compared, and which one comes first is chance.
  [[nodiscard]] bool names_a_path_twice() const {
    return std::adjacent_find(listed_.begin(), listed_.end(),
                              [](const Listed& a, const Listed& b) { return a.key == b.key; }) != listed_.end();
  }

  [[nodiscard]] bool all_found() const {
    return std::ranges::all_of(listed_, [](const Listed& each) { return each.present && each.described; });
  }

  Listed* find(std::string_view path) {
    const auto key = key_of(path);
    const auto found = std::lower_bound(listed_.begin(), listed_.end(), key,
                                        [](const Listed& each, const Key& wanted) { return each.key < wanted; });
    return found != listed_.end() && found->key == key ? &*found : nullptr;
  }

 private:
  std::vector<Listed> listed_;
};

struct Hashed {
  Sha256Bytes sha256{};
  std::uint64_t size = 0;
  bool reached_disk = false;
  bool earlier = false;  // by the run that linked it
};

Result<Hashed> hash_payload(files::Tree& tree, const files::Relative& path) {
  thread_local std::array<char, std::size_t{256} * 1024> buffer;  // see copy.cpp
  REQUEUE_TRY(auto reader, tree.open(path, files::CacheUse::past));
  Sha256 digest;
  Hashed hashed;
  for (;;) {
    REQUEUE_TRY(const auto count, reader->read(buffer.data(), buffer.size()));
    if (count == 0) break;
    digest.update({buffer.data(), count});
    hashed.size += count;
  }
  hashed.sha256 = digest.finish();
  hashed.reached_disk = reader->reached_disk();
  return hashed;
}

struct Read {
  files::Relative path;
  const Listed* listed = nullptr;
  Result<Hashed> hashed;
};

Error checking_interrupted() {
  return {Exit::interrupted,
          Cause::interrupted,
          "interrupted while the snapshot was verified",
          {},
          {},
          "Nothing was changed. Run the same command again."};
}

class Check {
 public:
  Check(files::Tree& recovery, bool payload, unsigned jobs, Links links, Watcher& watcher)
      : recovery_(recovery),
        payload_(payload),
        jobs_(jobs),
        links_(links),
        watcher_(watcher),
        crew_(payload ? jobs : 1),
        reading_(
            crew_, [this](Read read) { return compare(std::move(read)); }, small_work) {}

  Result<void> run(const std::string& root) {
    REQUEUE_CHECK(check_tags(recovery_, root));
    REQUEUE_CHECK(manifest_.load(recovery_));
    if (manifest_.names_a_path_twice()) {
      return failure(damage(files::join(folder, manifest_txt), "it names a path twice"));
    }
    REQUEUE_CHECK(check_entries());
    REQUEUE_CHECK(check_data());
    REQUEUE_CHECK(name_missing());
    return find_strays(recovery_, known_folders_, wrong_);
  }

  // Damage of the tag files ends the check; what they would say of the payload is worth nothing.
  void add(const Error& error) { wrong_.push_back({error.path, error.why}); }

  VerifyResult result(const std::string& root) {
    VerifyResult result;
    result.verified = {wrong_.empty(), files_, bytes_, payload_ && all_from_disk_ ? "disk" : "cache", root};
    result.read_once = read_once_;
    result.wrong = std::move(wrong_);
    return result;
  }

 private:
  Result<void> check_entries() {
    return read_entries(
        recovery_,
        [&](const Entry& entry) -> Result<void> {
          if (entry.status.kind == Kind::file) describe(entry.stored, entry.sha256, &entry.status);
          for (const auto& stream : entry.streams) describe(stream.stored, stream.sha256, nullptr);
          known_folders_.add_of(entry);
          return {};
        },
        jobs_);
  }

  void describe(const files::Relative& path, const std::string& sha256, const files::Status* status) {
    auto* listed = manifest_.find(path);
    if (listed == nullptr) {
      wrong_.push_back({path, "not in the manifest"});
    } else if (listed->described) {
      wrong_.push_back({path, "named twice in files.jsonl"});
    } else {
      listed->described = true;
      const bool may_be_link =
          links_ != Links::none && status != nullptr && status->identity != files::Identity{} && is_settled(*status);
      if (may_be_link) listed->state = state_of(*status);
      if (listed->sha256 != bytes_of(sha256)) wrong_.push_back({path, "manifest and files.jsonl differ"});
    }
  }

  Result<void> check_data() {
    std::vector<files::Relative> folders{files::Relative(data_folder)};
    while (!folders.empty()) {
      const auto current = std::move(folders.back());
      folders.pop_back();
      auto entries = recovery_.list(files::join(folder, current));
      if (!entries) {
        wrong_.push_back({current, "the folder cannot be read: " + entries.error().why});
        continue;
      }
      for (const auto& entry : *entries) {
        if (watcher_.stop_requested()) return failure(checking_interrupted());
        auto path = files::join(current, entry.name);
        if (entry.kind == Kind::folder) {
          folders.push_back(std::move(path));
        } else {
          REQUEUE_CHECK(check_file(path, entry.kind));
        }
      }
    }
    return reading_.finish();
  }

  Result<void> check_file(const files::Relative& path, Kind kind) {
    auto* listed = manifest_.find(path);
    if (listed == nullptr) {
      wrong_.push_back({path, "not in the manifest"});
      return {};
    }
    listed->present = true;
    if (kind != Kind::file) {
      wrong_.push_back({path, kind == Kind::link ? "a link stands in its place" : "no regular file"});
      return {};
    }
    return reading_.add([this, path, listed] { return Read{path, listed, read(path, *listed)}; });
  }

  // By several threads at once.
  Result<Hashed> read(const files::Relative& path, const Listed& listed) {
    const auto whole = files::join(folder, path);
    if (payload_ && listed.state == 0) return hash_payload(recovery_, whole);
    REQUEUE_TRY(const auto status, recovery_.status(whole));
    Hashed hashed;
    hashed.size = status.size;
    if (!payload_) return hashed;
    if (state_of(status) != listed.state) return hash_payload(recovery_, whole);  // a copy, or no longer that file
    hashed.sha256 = listed.sha256;
    hashed.reached_disk = links_ == Links::read_from_disk;
    hashed.earlier = true;
    return hashed;
  }

  Result<void> compare(Read read) {
    const auto& hashed = read.hashed;
    if (!hashed) wrong_.push_back({read.path, "cannot be read: " + hashed.error().why});
    if (hashed && payload_) {
      if (hashed->sha256 != read.listed->sha256) wrong_.push_back({read.path, "other bytes"});
      all_from_disk_ = all_from_disk_ && hashed->reached_disk;
      if (hashed->earlier) ++read_once_;
    }
    const bool is_stream = read.path.substr(0, streams_folder.size()) == streams_folder;
    if (is_stream) return {};
    ++files_;
    bytes_ += hashed ? hashed->size : 0;
    watcher_.advance(1, hashed ? hashed->size : 0);
    return {};
  }

  // The names are read once more, so that they need not be kept.
  Result<void> name_missing() {
    if (manifest_.all_found()) return {};
    return read_manifest(recovery_, [&](const std::string&, const std::string& path) -> Result<void> {
      const auto* listed = manifest_.find(path);
      if (listed == nullptr || !listed->present) wrong_.push_back({path, "missing"});
      if (listed != nullptr && !listed->described) wrong_.push_back({path, "not in files.jsonl"});
      return {};
    });
  }

  files::Tree& recovery_;
  bool payload_;
  unsigned jobs_;
  Links links_;
  Watcher& watcher_;
  Manifest manifest_;
  KnownFolders known_folders_;
  std::vector<Wrong> wrong_;
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t read_once_ = 0;
  bool all_from_disk_ = true;
  Crew crew_;
  InOrder<Read> reading_;
};

Result<VerifyResult> check_whole(recovery::Recovery& recovery, bool payload, Watcher& watcher, unsigned jobs,
                                 Links links) {
  const auto& facts = recovery.state().snapshot;
  if (!facts) {
    return failure(Exit::precondition, "there is no snapshot to verify", files::to_text(recovery.tree().path()),
                   "the journal records none", "Nothing was touched. Next: requeue snapshot.");
  }
  const auto root = facts->root;
  watcher.phase("verify", facts->files, facts->bytes);
  Check check(recovery.tree(), payload, jobs, links, watcher);
  auto checked = check.run(root);
  if (!checked && checked.error().exit != Exit::verification) return failure(std::move(checked.error()));
  if (!checked) check.add(checked.error());
  return check.result(root);
}

}  // namespace

Result<VerifyResult> check_bag(recovery::Recovery& recovery, bool payload, Watcher& watcher, unsigned jobs) {
  return check_whole(recovery, payload, watcher, jobs, Links::none);
}

Result<VerifyResult> verify(recovery::Recovery& recovery, Watcher& watcher, unsigned jobs, Links links) {
  REQUEUE_TRY(auto result, check_whole(recovery, true, watcher, jobs, links));
  const auto& verified = result.verified;
  Json fields{{"ok", verified.ok},       {"files", verified.files}, {"bytes", verified.bytes},
              {"level", verified.level}, {"root", verified.root},   {"wrong", result.wrong.size()}};
  if (result.read_once > 0) fields["read_once"] = result.read_once;
  REQUEUE_CHECK(recovery.record("verified", fields));
  REQUEUE_CHECK(recovery.flush());
  return result;
}

}  // namespace requeue::snapshot
