// Input made to hurt. Nothing here is timed: what is quadratic does not end within anybody's patience at these sizes.
#include <catch2/catch.hpp>

#include <random>

#include "mail/compose.h"
#include "mail/content.h"
#include "mail/memory_stream.h"
#include "support/share.h"

using namespace requeue;
using namespace requeue::mail;
using namespace requeue::tests;

namespace {

constexpr std::size_t megabyte = 1U << 20U;

Facts facts_read(const std::string& bytes) {
  MemoryReader reader(bytes);
  std::string rest;
  const auto block = read_header_block(reader, &rest);
  REQUIRE(block);
  canonical_header_digest(*block);
  return facts_of(*block);
}

Envelope somebody() {
  Envelope envelope;
  envelope.sender = "s@x";
  envelope.recipients = {"a@x"};
  return envelope;
}

}  // namespace

TEST_CASE("A line of 60 MB") {
  CHECK(facts_read("From: a@b\nTo: c@d\nSubject: " + std::string(60 * megabyte, 'x') + "\n\n")
            .headers.recipients.size() == 1);
  CHECK(facts_read(std::string(60 * megabyte, 'x')).is_message == false);
  CHECK(facts_read("From: a@b\nSubject: " + std::string(70 * megabyte, 'x') + "\nBcc: z@z\n\n").is_message == false);
}

TEST_CASE("Runs of CR") {
  const auto size = 20 * megabyte / every(8);
  CHECK_FALSE(facts_read(std::string(size, '\r')).is_message);
  CHECK(facts_read("From: a@b\nTo: c@d\nX: " + std::string(size, '\r') + "y\nCc: e@f\n\n").headers.recipients.size() ==
        2);
  CHECK(facts_read("From: a@b\nTo: c@d\nX: " + std::string(size, '\r')).headers.recipients.size() == 1);
}

TEST_CASE("A hundred thousand recipients in one field") {
  std::string to;
  for (int i = 0; i < 100'000; ++i)
    to += "\"R, " + std::to_string(i) + "\" <r" + std::to_string(i) + "@example.com>,\r\n ";
  const auto found = facts_read("From: a@b\r\nTo: " + to + "last@x\r\n\r\n");
  REQUIRE(found.headers.recipients.size() == 100'001);
  CHECK(found.headers.recipients.back() == "last@x");
}

TEST_CASE("A hundred thousand x-receivers, and as many fields") {
  std::string bytes = "x-sender: s@x\r\n";
  for (int i = 0; i < 100'000; ++i) bytes += "x-receiver: r" + std::to_string(i) + "@x\r\n";
  CHECK(facts_read(bytes + "From: a@b\r\n\r\n").x_headers.recipients.size() == 100'000);
  CHECK(facts_read(repeated("To: a@b\n", 100'000) + "From: a@b\n\n").headers.recipients.size() == 1);
  CHECK(facts_read("From: a@b\n" + repeated("Received: x; y\n", 100'000) + "\n").received_count == 100'000);
}

TEST_CASE("Millions of empty fields are not kept in memory: such a block is no message") {
  const auto bytes = "From: a@b\n" + repeated("a:\n", 5'000'000) + "\n";
  const auto block = parse_header_block(bytes);
  CHECK(block.fields.size() <= 200'000);
  CHECK_FALSE(facts_of(block).is_message);
}

TEST_CASE("Brackets, quotes and comments by the million") {
  const auto size = 2 * megabyte / every(8);
  for (const std::string unit : {"(", "((a)", "\"", "\\\"", "<",     ">",  "[",  ":",  ";",  ",",  "@",
                                 ".", "a:",   "<@", "(\\",  "a@b\"", "[a", "<a", "=?", "a ", ". ", "a@b:"}) {
    const auto text = repeated(unit, size / unit.size());
    addresses_of(text);
    CHECK(addresses_of(text + "\",>)\r\n ,last@x").size() < size);
  }
  CHECK(addresses_of(std::string(megabyte, '(') + std::string(megabyte, ')') + "a@b") ==
        std::vector<std::string>{"a@b"});
}

TEST_CASE("A header that names fifty thousand nested parts") {
  std::string bytes = "From: a@b\nTo: c@d\n";
  for (int i = 0; i < 50'000; ++i) bytes += "Content-Type: multipart/mixed; boundary=" + std::to_string(i) + "\n";
  bytes += "\n";
  for (int i = 0; i < 50'000; ++i)
    bytes += "--" + std::to_string(i) + "\nContent-Type: multipart/mixed; boundary=x\n\n";
  CHECK(facts_read(bytes).headers.recipients == std::vector<std::string>{"c@d"});
}

TEST_CASE("A stamp, a date and a content type of many megabytes") {
  CHECK_FALSE(
      facts_read("From: a@b\nX-OriginalArrivalTime: " + repeated("FILETIME=[", megabyte) + "\n\n").arrival_filetime);
  CHECK_FALSE(facts_read("From: a@b\nReceived: " + repeated("(;", megabyte) + "\n\n").top_received);
  CHECK_FALSE(facts_read("Content-Type: multipart/report" + repeated(";x=\"", megabyte) + "\n\n").bounce_report);
  CHECK_FALSE(parse_date(repeated("1 ", megabyte)));
}

TEST_CASE("A block without an end is not composed: a Bcc might stand behind the limit") {
  const auto bytes = "From: a@b\nSubject: " + std::string(65 * megabyte, 'x') + "\nBcc: z@z\n\n";
  MemoryReader reader(bytes);
  MemoryWriter writer;
  const auto composed = compose(reader, somebody(), {}, writer);
  REQUIRE_FALSE(composed);
  CHECK(writer.written.empty());
}

TEST_CASE("Random bytes of the alphabet that matters") {
  constexpr unsigned seed = 20'261'124;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const std::string alphabet("\r\n\t :;,<>@.()[]\"\\ab\0\xE4=?-", 25);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = round % 2 == 0 ? "From: a@b\nTo: " : "";
    for (auto length = random() % 60; length > 0; --length) bytes += alphabet[random() % alphabet.size()];
    const auto whole = parse_header_block(bytes);
    MemoryReader reader(bytes, 1 + random() % 5);
    std::string rest;
    const auto streamed = read_header_block(reader, &rest);
    REQUIRE(streamed);
    REQUIRE(streamed->raw == whole.raw);
    REQUIRE(streamed->fields.size() == whole.fields.size());
    facts_of(whole);
    addresses_of(bytes);
    parse_date(bytes);
    MemoryReader source(bytes);
    MemoryWriter writer;
    REQUIRE(compose(source, somebody(), {}, writer));
  }
}
