#include "core/digest.h"

#include <cstdlib>
#include <cstring>

#include <gcrypt.h>

#include "core/gcrypt_ready.h"
#include "core/text.h"

namespace requeue {

// Secure memory is for keys that live long; the only key here is read, used once and gone.
void make_gcrypt_ready() {
  static const bool done = [] {
    if (gcry_check_version(GCRYPT_VERSION) == nullptr) std::abort();
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    return true;
  }();
  static_cast<void>(done);
}
struct Sha256::State {
  gcry_md_hd_t handle = nullptr;
  State() {
    make_gcrypt_ready();
    if (gcry_md_open(&handle, GCRY_MD_SHA256, 0) != 0) std::abort();  // out of memory: nothing sane can follow
  }
  ~State() { gcry_md_close(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  gcry_md_write(state_->handle, bytes.data(), bytes.size());
}

Sha256Bytes Sha256::finish() {
  Sha256Bytes digest{};
  std::memcpy(digest.data(), gcry_md_read(state_->handle, GCRY_MD_SHA256), digest.size());
  return digest;
}

std::string Sha256::hex() {
  return to_hex(finish());
}

std::string sha256_hex(std::string_view bytes) {
  make_gcrypt_ready();
  Sha256Bytes digest{};
  gcry_md_hash_buffer(GCRY_MD_SHA256, digest.data(), bytes.data(), bytes.size());
  return to_hex(digest);
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  make_gcrypt_ready();
  gcry_md_hd_t handle = nullptr;
  if (gcry_md_open(&handle, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC) != 0) std::abort();  // out of memory
  gcry_md_setkey(handle, key.data(), key.size());
  gcry_md_write(handle, bytes.data(), bytes.size());
  Sha256Bytes digest{};
  std::memcpy(digest.data(), gcry_md_read(handle, GCRY_MD_SHA256), digest.size());
  gcry_md_close(handle);
  return to_hex(digest);
}

std::string md5_hex(std::string_view bytes) {
  make_gcrypt_ready();
  std::array<char, 16> digest{};
  gcry_md_hash_buffer(GCRY_MD_MD5, digest.data(), bytes.data(), bytes.size());
  return to_hex(std::string_view(digest.data(), digest.size()));
}

std::string to_hex(const Sha256Bytes& digest) {
  return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace requeue
