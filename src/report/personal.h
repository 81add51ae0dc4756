// The personal fields of messages, from the lines of messages.jsonl that the journal names by their hash.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/json.h"
#include "files/files.h"

namespace requeue::report {

// The columns of the manifest that are personal, or stand with them in messages.jsonl only.
extern const std::vector<std::string> personal_columns;

// How many messages' fields are held at a time: one reading of messages.jsonl for each so many messages.
inline constexpr std::size_t personal_at_a_time = 65536;

using Personal = std::unordered_map<std::string, Json>;  // by the line's hash: the personal columns that it has

// `wanted` has the hashes as keys; what is found is filled in. One reading of the file, whatever its size.
Result<void> read_personal(files::Tree& recovery, Personal& wanted);

}  // namespace requeue::report
