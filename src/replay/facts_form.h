// How cache/facts is laid out: see facts_writer.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "files/files.h"
#include "snapshot/bag_layout.h"

namespace requeue::replay {

// Another form, another line: an older program passes it over.
inline constexpr std::string_view facts_form = "requeue facts 2\n";
inline constexpr std::size_t record_head_size = 4 + 32;
// Hostile mail has header fields of megabytes; such a message is read again for each plan.
inline constexpr std::size_t longest_record = std::size_t{64} << 10U;

inline files::Relative facts_path() {
  return files::join(snapshot::cache_folder, "facts");
}

inline std::string record_head(std::size_t length, std::string_view sha256) {
  std::string head;
  for (unsigned shift = 0; shift < 32; shift += 8) head += static_cast<char>((length >> shift) & 0xFFU);
  head.append(sha256);
  head.resize(record_head_size);
  return head;
}

inline std::size_t record_length(std::string_view head) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    length |= static_cast<std::size_t>(static_cast<unsigned char>(head[i])) << (8 * i);
  }
  return length;
}

}  // namespace requeue::replay
