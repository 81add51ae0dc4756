// Ed25519 (RFC 8032) and BLAKE2b-512 (RFC 7693), both from libgcrypt. Keys and signatures are raw bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace requeue {

inline constexpr std::size_t ed25519_key_size = 32;
inline constexpr std::size_t ed25519_signature_size = 64;

std::string blake2b_512(std::string_view bytes);  // 64 bytes

// The signature of `bytes`, 64 bytes; nullopt when the keys are not 32 bytes each, or do not belong together.
std::optional<std::string> ed25519_sign(std::string_view secret_seed, std::string_view public_key,
                                        std::string_view bytes);
bool ed25519_holds(std::string_view public_key, std::string_view bytes, std::string_view signature);

}  // namespace requeue
