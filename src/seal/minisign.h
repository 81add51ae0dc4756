// Keys and signatures as the program `minisign` has them (its man page and web page, "Signature format"), so that a
// seal can be checked without requeue. Only keys without a password: an unattended run has nobody to ask.
#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace requeue::seal {

struct PublicKey {
  std::string id;                          // 8 bytes, as the files have them
  std::string key;                         // 32 bytes
  [[nodiscard]] std::string name() const;  // the id as minisign prints it: 16 hex digits
};

struct SecretKey {
  PublicKey public_half;
  std::string seed;  // 32 bytes
};

// `path` is only named in errors (Exit::usage).
Result<SecretKey> read_secret_key(std::string_view text, const std::string& path);
// A public key file, or its second line alone.
Result<PublicKey> read_public_key(std::string_view text, const std::string& path);

// The text of a .minisig file: of the BLAKE2b-512 digest of `bytes` ("hashed", minisign's default), and of the trusted
// comment, which is one line.
Result<std::string> sign(const SecretKey& key, std::string_view bytes, std::string_view trusted_comment);

struct Signed {
  std::string key_name;         // whose signature it says it is
  std::string trusted_comment;  // bytes of somebody; not yet safe to show
};

// Reads a .minisig text without a key. Exit::verification when it is none.
Result<Signed> read_signature(std::string_view text, const std::string& path);
// And checks it: another key, other bytes and a changed trusted comment are each told apart (Exit::verification).
Result<Signed> check_signature(std::string_view text, const std::string& path, const PublicKey& key,
                               std::string_view bytes);

}  // namespace requeue::seal
