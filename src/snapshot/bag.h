// The snapshot on disk: a BagIt 1.0 bag (RFC 8493) in RECOVERY/snapshot, and files.jsonl, the tag file that keeps what
// a bag cannot: times, attributes, streams, folders, links, and true names.
//
// files.jsonl: one object a line, sorted by source: {path, kind, stored, size, sha256, written, changed, created, mode,
// attributes, owner, group, volume, file, acl, streams: [{name, size, sha256, stored}], target, name_hex}. `path` is
// escape_bytes of the true name below the Mailroot; `name_hex` its bytes where path alone is not enough. The root is
// the object with path "".
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "files/files.h"

namespace requeue::snapshot {

inline constexpr std::string_view folder = "snapshot";

struct StoredStream {
  std::string name;
  std::uint64_t size = 0;
  std::string sha256;
  files::Relative stored;  // below the bag: data/streams/...
};

struct Entry {
  files::Relative source;  // true name, bytes, below the Mailroot
  files::Status status;    // as found; kind, times, identity
  std::string sha256;      // of files
  files::Relative stored;  // below the bag: data/mailroot/...; empty for links and special files
  std::vector<StoredStream> streams;
  std::string target;  // of links
  std::string acl;     // SDDL; empty: none was kept
};

// Names that a bag, a ZIP and Windows can hold: the stored name for each folder's names, in the order of the walk.
class SafeNames {
 public:
  // `name` itself; or a safe form of it (ASCII, unique in the folder) when it has %, CR, LF or bytes that are not
  // UTF-8, when Windows cannot hold it, or when it differs from one given out before only by case or normalisation.
  std::string name_for(const std::string& stored_folder, const std::string& name);

 private:
  // Stored folder -> the first 64 bits of the SHA-256 of each folded name. Two that meet by chance cost one safe name.
  std::unordered_map<std::string, std::unordered_set<std::uint64_t>> taken_;
};

// Tag files against tagmanifest-sha256.txt, and that one against `root` (empty: not asked). Exit::verification naming
// the tag file that differs. Payload is not read.
Result<void> check_tags(files::Tree& recovery, std::string_view root);

// Streams files.jsonl (check_tags first). Any path that leaves the bag or the Mailroot is damage (Exit::verification).
// `visit` is called by the caller's thread, in the order of the lines; with several jobs, lines are parsed ahead of it.
Result<void> read_entries(files::Tree& recovery, const std::function<Result<void>(const Entry&)>& visit,
                          unsigned jobs = 1);

// Streams manifest-sha256.txt: digest and path as decoded.
Result<void> read_manifest(
    files::Tree& recovery,
    const std::function<Result<void>(const std::string& sha256, const std::string& path)>& visit);

}  // namespace requeue::snapshot
