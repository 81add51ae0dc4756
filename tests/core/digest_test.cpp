#include <catch2/catch.hpp>

#include "core/digest.h"

using namespace requeue;

// FIPS 180-2 and RFC 1321.
TEST_CASE("digests have their published values") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(md5_hex("abc") == "900150983cd24fb0d6963f7d28e17f72");
}

TEST_CASE("a digest is the same however its bytes are cut") {
  Sha256 digest;
  for (const char c : std::string("abc")) digest.update(std::string_view(&c, 1));
  Sha256 moved = std::move(digest);
  CHECK(moved.hex() == sha256_hex("abc"));
}

TEST_CASE("random values have their length and are not repeated") {
  CHECK(random_hex(16).size() == 32);
  CHECK(random_hex(16) != random_hex(16));
}

TEST_CASE("a keyed digest is that of the standard's example") {
  // RFC 4231, test case 2.
  CHECK(requeue::hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
