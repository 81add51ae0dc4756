// The pair and the signature were made by minisign 0.11; the pair guards nothing else.
#include <catch2/catch.hpp>

#include "core/signature.h"
#include "core/text.h"
#include "seal/minisign.h"

using namespace requeue;

namespace {

const std::string public_text =
    "untrusted comment: minisign public key 2863A464287A1C78\n"
    "RWR4HHooZKRjKPC2U4ySs+E7atI5ZR0AxvejNfnM/Zjj1W/SKEoxBvJy\n";
const std::string secret_text =
    "untrusted comment: minisign encrypted secret key\n"
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAeBx6KGSkYygeFEs9cEwkEfSXWNajwdogq4c+hC4t"
    "O3F7dLXZ0NyUIfC2U4ySs+E7atI5ZR0AxvejNfnM/Zjj1W/SKEoxBvJyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
const std::string theirs =
    "untrusted comment: signature from minisign secret key\n"
    "RUR4HHooZKRjKIJK9vlqafwEmFhpfujpgAHD+4yD56uDDJCyLmaAhvVMm3nmE0HPA6pp4pXAI/zj499lqDMPd/Ua1ffU850Bbws=\n"
    "trusted comment: timestamp:1795639359\tfile:f\thashed\n"
    "Vi9Owm7nQWXGMyEVXF+XmH/QEiKsdOc16/1B1BT1T0wvUg/9vGZCND6w+TQJOj9z+xbD2JisP12aURDpyJw8Aw==\n";

std::string changed(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

}  // namespace

TEST_CASE("BLAKE2b-512 and Ed25519 give what their RFCs print", "[seal]") {
  CHECK(to_hex(blake2b_512("abc")) ==
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  // RFC 8032, 7.1, TEST 2: one byte.
  const auto seed = *from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const auto key = *from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const auto signature = ed25519_sign(seed, key, "\x72");
  REQUIRE(signature);
  CHECK(to_hex(*signature) ==
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
        "eeb0"
        "0d291612bb0c00");
  CHECK(ed25519_holds(key, "\x72", *signature));
  CHECK_FALSE(ed25519_holds(key, "\x73", *signature));
  CHECK_FALSE(ed25519_holds(seed, "\x72", *signature));
  CHECK_FALSE(ed25519_sign(seed, seed, "\x72"));  // the halves do not belong together
  CHECK_FALSE(ed25519_sign("short", key, "\x72"));
}

TEST_CASE("What minisign signed holds, and each part of it is checked", "[seal]") {
  const auto key = seal::read_public_key(public_text, "k.pub");
  REQUIRE(key);
  CHECK(key->name() == "2863A464287A1C78");
  const auto held = seal::check_signature(theirs, "f.minisig", *key, "hello\n");
  REQUIRE(held);
  CHECK(held->trusted_comment == "timestamp:1795639359\tfile:f\thashed");
  CHECK(seal::check_signature(theirs, "f.minisig", *key, "hellO\n").error().why ==
        "the signed file was changed, or another key signed it");
  CHECK(seal::check_signature(changed(theirs, "file:f", "file:g"), "f.minisig", *key, "hello\n").error().why ==
        "its trusted comment was changed");
  CHECK(seal::check_signature(changed(theirs, "RUR4H", "RUR5H"), "f.minisig", *key, "hello\n").error().exit ==
        Exit::verification);
  CHECK(seal::check_signature("nothing of the sort", "f.minisig", *key, "hello\n").error().exit == Exit::verification);
  CHECK(seal::read_signature(theirs, "f.minisig")->key_name == key->name());
}

TEST_CASE("What is signed here holds with the public half alone", "[seal]") {
  const auto secret = seal::read_secret_key(secret_text, "k.sec");
  REQUIRE(secret);
  const auto key = seal::read_public_key("RWR4HHooZKRjKPC2U4ySs+E7atI5ZR0AxvejNfnM/Zjj1W/SKEoxBvJy", "k.pub");
  REQUIRE(key);
  const auto text = seal::sign(*secret, "a seal", "timestamp:1\tfile:seal.json");
  REQUIRE(text);
  CHECK(seal::check_signature(*text, "s", *key, "a seal"));
  CHECK_FALSE(seal::check_signature(*text, "s", *key, "a seaL"));
}

TEST_CASE("Keys that are none, or have a password, are refused with the way to make one", "[seal]") {
  auto raw = secret_text;
  raw = changed(raw, "RWQAAEIy", "RWRTY0Iy");  // "Sc": scrypt
  CHECK(seal::read_secret_key(raw, "k").error().why == "it is protected by a password");
  CHECK(seal::read_secret_key(public_text, "k").error().exit == Exit::usage);
  CHECK(seal::read_public_key(secret_text, "k").error().exit == Exit::usage);
  CHECK(seal::read_public_key("", "k").error().hint.find("minisign -G -W") != std::string::npos);
}
