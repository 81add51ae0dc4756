#include <catch2/catch.hpp>

#include "mail/content.h"
#include "mail/memory_stream.h"

using namespace requeue;
using namespace requeue::mail;
using namespace requeue::tests;

namespace {

std::string digest(std::string_view bytes, std::size_t piece = 1U << 20U) {
  MemoryReader reader(bytes, piece);
  std::string rest;
  const auto block = read_header_block(reader, &rest);
  REQUIRE(block);
  const auto content = canonical_content_digest(*block, rest, reader);
  REQUIRE(content);
  return to_hex(*content);
}

std::string header_digest(std::string_view bytes) {
  return to_hex(canonical_header_digest(parse_header_block(bytes)));
}

}  // namespace

TEST_CASE("The canonical content, byte for byte") {
  const std::string canonical = "From: a@b\nTo: c@d,\n e@f\n\nbody\n\n.x";
  CHECK(header_digest("From: a@b\r\nTo: c@d,\r\n e@f\r\n\r\n") == sha256_hex("From: a@b\nTo: c@d,\n e@f\n\n"));
  CHECK(digest("From: a@b\r\nTo: c@d,\r\n e@f\r\n\r\nbody\r\n\r\n.x") == sha256_hex(canonical));
  CHECK(digest("From: a@b\nTo: c@d,\n e@f\n\nbody\n\n.x") == sha256_hex(canonical));
  CHECK(digest("From: a@b\rTo: c@d,\r e@f\r\rbody\r\r.x") == sha256_hex(canonical));
}

TEST_CASE("Line ends that fall on the border of two pieces are one") {
  const std::string bytes = "From: a@b\r\nTo: c@d\r\n\r\nbody\r\n\r\nmore\r\r\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) CHECK(digest(bytes, piece) == digest(bytes));
}

TEST_CASE("Trace fields do not count, wherever they stand") {
  const std::string plain = "From: a@b\nTo: c@d\n\nbody";
  CHECK(
      digest("x-sender: a@b\r\nx-receiver: c@d\r\nReceived: x;\r\n\tdate\r\nFrom: a@b\r\nX-Receiver: e@f\r\nTo: c@d\r\n"
             "Return-Path: z@z\r\nx-originalarrivaltime: FILETIME=[1:2]\r\n\r\nbody") == digest(plain));
}

TEST_CASE("Everything else counts") {
  const std::string plain = "From: a@b\nTo: c@d\n\nbody";
  for (const auto* other : {"From: a@b\nTo: c@D\n\nbody", "To: c@d\nFrom: a@b\n\nbody", "From: a@b\nTo:  c@d\n\nbody",
                            "From: a@b\nTo: c@d\n\nbody\n", "From: a@b\nTo: c@d\nBcc: x@y\n\nbody",
                            "From: a@b\njunk\nTo: c@d\n\nbody", "From: a@b\nTo: c@d\n\n\nbody"}) {
    CHECK(digest(other) != digest(plain));
  }
}

TEST_CASE("A missing blank line before an empty body makes no difference") {
  CHECK(digest("From: a@b\nTo: c@d") == digest("From: a@b\r\nTo: c@d\r\n\r\n"));
}

TEST_CASE("A body that cannot be read gives no digest") {
  BrokenReader reader;
  CHECK_FALSE(canonical_content_digest(parse_header_block("From: a@b\n\n"), "", reader));
}
