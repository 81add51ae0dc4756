#include "core/signature.h"

#include <array>
#include <cstdlib>
#include <memory>

#include <gcrypt.h>

#include "core/gcrypt_ready.h"

namespace requeue {
namespace {

struct Release {
  void operator()(gcry_sexp_t expression) const { gcry_sexp_release(expression); }
};
using Expression = std::unique_ptr<gcry_sexp, Release>;

// libgcrypt's own notation for keys and signatures; null when it does not take it.
template <class... Values>
Expression built(const char* format, Values... values) {
  gcry_sexp_t made = nullptr;
  if (gcry_sexp_build(&made, nullptr, format, values...) != 0) return nullptr;
  return Expression(made);
}

int length_of(std::string_view bytes) {
  return static_cast<int>(bytes.size());
}

Expression message(std::string_view bytes) {
  return built("(data (flags eddsa)(hash-algo sha512)(value %b))", length_of(bytes), bytes.data());
}

Expression public_part(std::string_view key) {
  return built("(public-key (ecc (curve Ed25519)(flags eddsa)(q %b)))", length_of(key), key.data());
}

std::string part(const Expression& signature, const char* name) {
  const Expression found(gcry_sexp_find_token(signature.get(), name, 0));
  std::size_t length = 0;
  const char* data = found ? gcry_sexp_nth_data(found.get(), 1, &length) : nullptr;
  return data != nullptr ? std::string(data, length) : std::string();
}

}  // namespace

std::string blake2b_512(std::string_view bytes) {
  make_gcrypt_ready();
  std::array<char, 64> digest{};
  gcry_md_hash_buffer(GCRY_MD_BLAKE2B_512, digest.data(), bytes.data(), bytes.size());
  return {digest.data(), digest.size()};
}

std::optional<std::string> ed25519_sign(std::string_view secret_seed, std::string_view public_key,
                                        std::string_view bytes) {
  if (secret_seed.size() != ed25519_key_size || public_key.size() != ed25519_key_size) return std::nullopt;
  make_gcrypt_ready();
  const auto key = built("(private-key (ecc (curve Ed25519)(flags eddsa)(q %b)(d %b)))", length_of(public_key),
                         public_key.data(), length_of(secret_seed), secret_seed.data());
  const auto data = message(bytes);
  gcry_sexp_t made = nullptr;
  if (!key || !data || gcry_pk_sign(&made, data.get(), key.get()) != 0) return std::nullopt;
  const Expression signature(made);
  auto whole = part(signature, "r") + part(signature, "s");
  // A public half that is not the secret's own gives a signature that nobody can check.
  if (!ed25519_holds(public_key, bytes, whole)) return std::nullopt;
  return whole;
}

bool ed25519_holds(std::string_view public_key, std::string_view bytes, std::string_view signature) {
  if (public_key.size() != ed25519_key_size || signature.size() != ed25519_signature_size) return false;
  make_gcrypt_ready();
  const auto key = public_part(public_key);
  const auto data = message(bytes);
  const auto sides = built("(sig-val (eddsa (r %b)(s %b)))", 32, signature.data(), 32, signature.data() + 32);
  return key && data && sides && gcry_pk_verify(sides.get(), data.get(), key.get()) == 0;
}

}  // namespace requeue
