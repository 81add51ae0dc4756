// The names inside a bag, and the one rule for paths that a tampered bag could use to lead us outside it.
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "core/error.h"
#include "files/files.h"

namespace requeue::snapshot {

inline constexpr std::string_view bagit_txt = "bagit.txt";
inline constexpr std::string_view bag_info_txt = "bag-info.txt";
inline constexpr std::string_view manifest_txt = "manifest-sha256.txt";
inline constexpr std::string_view tagmanifest_txt = "tagmanifest-sha256.txt";
inline constexpr std::string_view files_jsonl = "files.jsonl";

inline constexpr std::string_view data_folder = "data";
inline constexpr std::string_view tree_folder = "data/mailroot";
inline constexpr std::string_view streams_folder = "data/streams";

inline constexpr std::string_view superseded_folder = "superseded";
inline constexpr std::string_view cache_folder = "cache";  // derived, never trusted

// Whether each component is a name and nothing else: not empty, not "." or "..", without NUL. The file layer refuses
// the same once more; here it is damage of the bag and is told as such.
bool is_plain_path(std::string_view path);
// A path that this program can have given out inside the bag: plain, below `parent`, and free of the characters that
// would mean something else on Windows ('\\' and ':').
bool is_stored_path(std::string_view path, std::string_view parent);
bool is_sha256(std::string_view text);

// Exit::verification: `path` (below the recovery folder) is not what the record says.
Error damage(std::string_view path, std::string why);
// The error with which a file of the bag could not be read: damage where something else stands in its place, nothing
// does, or it is larger than `limit`; else as it is.
Error as_damage(files::Tree& recovery, Error error, const files::Relative& path,
                std::uint64_t limit = std::numeric_limits<std::uint64_t>::max());

}  // namespace requeue::snapshot
