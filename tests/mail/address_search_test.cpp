#include "mail/address_search.h"

#include <catch2/catch.hpp>

namespace requeue::mail {
namespace {

std::string utf16(const std::string& text) {
  std::string out;
  for (const char c : text) out += std::string(1, c) + '\0';
  return out;
}

TEST_CASE("addresses are found in bytes of an unknown layout") {
  const std::string zero(3, '\0');
  CHECK(addresses_in_bytes("\x09\x20" + zero + "Hidden@Example.org" + zero + "b@example.net\x01") ==
        std::vector<std::string>{"hidden@example.org", "b@example.net"});
  CHECK(addresses_in_bytes("x" + utf16("c@example.org") + utf16("; d@example.org.")) ==
        std::vector<std::string>{"c@example.org", "d@example.org"});
  CHECK(addresses_in_bytes("a@example.org a@EXAMPLE.org") == std::vector<std::string>{"a@example.org"});
  for (const auto* const none : {"", "@", "a@", "@b.example", "a@local", "a@.example", "@@@@"}) {
    INFO(none);
    CHECK(addresses_in_bytes(none).empty());
  }
}

TEST_CASE("an address stands in a header block only by itself") {
  const auto block = parse_header_block(
      "From: Ann <ANN@example.org>\r\nTo: root, joann@example.net\r\nSubject: mail to bob@example.com. hidden\r\n\r\n");
  CHECK(stands_in_block("ann@example.org", block));
  CHECK(stands_in_block("bob@example.com", block));
  CHECK(stands_in_block("root@server.example", block));  // the service adds its default domain
  CHECK_FALSE(stands_in_block("ann@example.net", block));
  CHECK_FALSE(stands_in_block("joann@example.ne", block));
  CHECK_FALSE(stands_in_block("hidden@example.org", block));  // a word of the subject is no address
}

}  // namespace
}  // namespace requeue::mail
