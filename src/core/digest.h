// Digests and random values, all from libgcrypt.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace requeue {

using Sha256Bytes = std::array<unsigned char, 32>;

// A running SHA-256. Movable; feed with update(), read once with finish() or hex().
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  Sha256Bytes finish();
  std::string hex();  // finish(), as 64 lower-case hex digits

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view bytes);
std::string md5_hex(std::string_view bytes);  // for the EDRM message identification hash only
// RFC 2104.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
std::string to_hex(const Sha256Bytes& digest);

// `bytes` random bytes as lower-case hex, from the strong generator.
std::string random_hex(std::size_t bytes);

}  // namespace requeue
