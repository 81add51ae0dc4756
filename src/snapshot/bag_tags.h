// A bag's tag files and payload manifest, whichever folder it stands in: "snapshot", or "superseded/N".
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "snapshot/bag.h"
#include "snapshot/line_reader.h"

namespace requeue::snapshot {

struct ManifestLine {
  std::string sha256;
  std::string path;  // below the bag
};

// "<64 hex>  <path>", the path with %25, %0A and %0D decoded (RFC 8493 2.1.3).
std::optional<ManifestLine> parse_manifest_line(std::string_view line);
// The whole of it, hashed from the disk.
Result<std::string> hash_file(files::Tree& tree, const files::Relative& path,
                              files::CacheUse use = files::CacheUse::normal);
// Sealed: the tag manifest stands. It is written last, and takes its name only when all else is on the disk.
Result<bool> is_sealed(files::Tree& recovery, const files::Relative& bag);

}  // namespace requeue::snapshot
