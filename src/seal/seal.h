// seal.json: what a recovery came to, in one small file that can be signed and kept apart. It is written beside the
// journal, and the journal's line `sealed` names its SHA-256: each speaks for the other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace requeue::seal {

inline constexpr std::string_view file_name = "seal.json";
inline constexpr std::string_view signature_name = "seal.json.minisig";
inline constexpr std::uint64_t size_limit = 256ULL << 20U;  // of seal.json; its open items may be many

// The trusted comment that minisign itself would write for this file; seconds since 1970.
std::string trusted_comment(std::int64_t seconds);

}  // namespace requeue::seal
