#include "seal/minisign.h"

#include <algorithm>
#include <vector>

#include "core/base64.h"
#include "core/signature.h"
#include "core/text.h"

namespace requeue::seal {
namespace {

// Sizes of the binary parts, in bytes.
constexpr std::size_t id_size = 8;
constexpr std::size_t public_size = 2 + id_size + ed25519_key_size;
constexpr std::size_t signature_size = 2 + id_size + ed25519_signature_size;
constexpr std::size_t secret_size = 158;
constexpr std::size_t derivation_at = 2;  // "Sc": encrypted with a password; two NULs: not
constexpr std::size_t secret_id_at = 54;
constexpr std::size_t seed_at = secret_id_at + id_size;
constexpr std::string_view trusted_prefix = "trusted comment: ";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

tl::unexpected<Error> no_key(const std::string& path, std::string why) {
  return failure(Exit::usage, "this is no key that requeue can use", path, std::move(why),
                 "Nothing was written. A pair is made by: minisign -G -W -p requeue.pub -s requeue.key");
}

tl::unexpected<Error> wrong(const std::string& path, std::string why) {
  return failure(Exit::verification, "the signature of the seal does not hold", path, std::move(why),
                 "Nothing was changed.");
}

struct Parts {
  std::string algorithm, id, signature, trusted_comment, over_comment;
};

Result<Parts> parts_of(std::string_view text, const std::string& path) {
  const auto lines = lines_of(text);
  if (lines.size() != 4 || !lines[2].starts_with(trusted_prefix)) return wrong(path, "it is no minisign signature");
  const auto whole = from_base64(lines[1]);
  const auto over_comment = from_base64(lines[3]);
  if (!whole || whole->size() != signature_size || !over_comment || over_comment->size() != ed25519_signature_size) {
    return wrong(path, "it is no minisign signature");
  }
  return Parts{whole->substr(0, 2), whole->substr(2, id_size), whole->substr(2 + id_size),
               std::string(lines[2].substr(trusted_prefix.size())), *over_comment};
}

Signed told(const Parts& parts) {
  return {PublicKey{parts.id, {}}.name(), parts.trusted_comment};
}

}  // namespace

std::string PublicKey::name() const {
  std::string reversed(id.rbegin(), id.rend());  // minisign prints it as a little-endian number
  auto hex = to_hex(reversed);
  std::ranges::transform(hex, hex.begin(), [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  return hex;
}

Result<SecretKey> read_secret_key(std::string_view text, const std::string& path) {
  const auto lines = lines_of(text);
  const auto raw = lines.empty() ? std::nullopt : from_base64(lines.back());
  if (!raw || raw->size() != secret_size || !raw->starts_with("Ed"))
    return no_key(path, "it is no minisign secret key");
  if (raw->compare(derivation_at, 2, std::string_view("\0\0", 2)) != 0) {
    return no_key(path, "it is protected by a password");
  }
  SecretKey key;
  key.public_half.id = raw->substr(secret_id_at, id_size);
  key.seed = raw->substr(seed_at, ed25519_key_size);
  key.public_half.key = raw->substr(seed_at + ed25519_key_size, ed25519_key_size);
  return key;
}

Result<PublicKey> read_public_key(std::string_view text, const std::string& path) {
  const auto lines = lines_of(text);
  const auto raw = lines.empty() ? std::nullopt : from_base64(lines.back());
  if (!raw || raw->size() != public_size || !raw->starts_with("Ed"))
    return no_key(path, "it is no minisign public key");
  return PublicKey{raw->substr(2, id_size), raw->substr(2 + id_size)};
}

Result<std::string> sign(const SecretKey& key, std::string_view bytes, std::string_view trusted_comment) {
  const auto& half = key.public_half;
  const auto signature = ed25519_sign(key.seed, half.key, blake2b_512(bytes));
  const auto over_comment =
      signature ? ed25519_sign(key.seed, half.key, *signature + std::string(trusted_comment)) : std::nullopt;
  if (!over_comment) {
    return failure(Exit::usage, "cannot sign", {}, "the two halves of the secret key do not belong together",
                   "Use the key file as minisign wrote it.");
  }
  std::string text = "untrusted comment: signature from requeue, key " + half.name() + "\n";
  text += base64("ED" + half.id + *signature) + "\n";
  text += std::string(trusted_prefix) + std::string(trusted_comment) + "\n";
  return text + base64(*over_comment) + "\n";
}

Result<Signed> read_signature(std::string_view text, const std::string& path) {
  REQUEUE_TRY(const auto parts, parts_of(text, path));
  return told(parts);
}

Result<Signed> check_signature(std::string_view text, const std::string& path, const PublicKey& key,
                               std::string_view bytes) {
  REQUEUE_TRY(const auto parts, parts_of(text, path));
  if (parts.id != key.id) {
    return wrong(path, "it was made with key " + told(parts).key_name + ", not with " + key.name());
  }
  // "ED" signs the digest, "Ed" (older programs) the bytes themselves.
  const bool hashed = parts.algorithm == "ED";
  if (!hashed && parts.algorithm != "Ed") return wrong(path, "it uses an algorithm that this version does not know");
  if (!ed25519_holds(key.key, hashed ? blake2b_512(bytes) : std::string(bytes), parts.signature)) {
    return wrong(path, "the signed file was changed, or another key signed it");
  }
  if (!ed25519_holds(key.key, parts.signature + parts.trusted_comment, parts.over_comment)) {
    return wrong(path, "its trusted comment was changed");
  }
  return told(parts);
}

}  // namespace requeue::seal
