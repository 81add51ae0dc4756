#include <catch2/catch.hpp>

#include "mail/memory_stream.h"
#include "mail/message.h"

using namespace requeue;
using namespace requeue::mail;
using namespace requeue::tests;

namespace {

std::string value_of(const HeaderBlock& block, std::string_view name) {
  for (const auto& field : block.fields) {
    if (field.name == name) return field.value;
  }
  return "(none)";
}

std::string raw_of(std::string_view bytes) {
  return parse_header_block(bytes).raw;
}

}  // namespace

TEST_CASE("A header block ends with its blank line, whatever the line ends") {
  CHECK(raw_of("A: b\nC: d\n\nbody\n\n") == "A: b\nC: d\n\n");
  CHECK(raw_of("A: b\r\nC: d\r\n\r\nbody") == "A: b\r\nC: d\r\n\r\n");
  CHECK(raw_of("A: b\rC: d\r\rbody\r\r") == "A: b\rC: d\r\r");
  CHECK(raw_of("A: b\r\nC: d\n\r\nbody") == "A: b\r\nC: d\n\r\n");
  CHECK(raw_of("A: b\r\nC: d\r\n\nbody") == "A: b\r\nC: d\r\n\n");
  CHECK(raw_of("A: b\r\r\nC: d\r\r\n\r\r\nbody") == "A: b\r\r\nC: d\r\r\n\r\r\n");
  CHECK(raw_of("\nA: b\n") == "\n");
  CHECK(raw_of("") == "");
}

TEST_CASE("A header block also ends where the file ends") {
  const auto block = parse_header_block("A: b\nC: d");
  CHECK(block.complete);
  CHECK(block.raw == "A: b\nC: d");
  CHECK(value_of(block, "C") == "d");
  CHECK(value_of(parse_header_block("A: b\nC: d\r"), "C") == "d");
}

TEST_CASE("Stray CRs in an LF file neither end the block nor hide a field") {
  const auto block = parse_header_block("Subject: a\r\rb\nTo: c@d\rCc: e@f\n\nbody");
  CHECK(block.raw == "Subject: a\r\rb\nTo: c@d\rCc: e@f\n\n");
  CHECK(value_of(block, "To") == "c@d");
  CHECK(value_of(block, "Cc") == "e@f");
}

TEST_CASE("Values are unfolded and trimmed, bytes kept") {
  const auto block =
      parse_header_block("Subject:  one\r\n two\r\n\tthree \r\nX:\r\n folded only\r\nY: \xE4\r\nZ:\r\n\r\n");
  CHECK(value_of(block, "Subject") == "one two\tthree");
  CHECK(value_of(block, "X") == "folded only");
  CHECK(value_of(block, "Y") == "\xE4");
  CHECK(value_of(block, "Z").empty());
}

TEST_CASE("Lines that are no field are passed over, with what looks like their continuation") {
  const auto block = parse_header_block(
      "A: 1\nno colon here\n glued?\n: empty name\n folded\nbad name: x\n\xC3\xA4: x\nB : 2\n \t\nC: 3\n\nbody: x");
  REQUIRE(block.fields.size() == 3);
  CHECK(value_of(block, "A") == "1");
  CHECK(value_of(block, "B") == "2");
  CHECK(value_of(block, "C") == "3");
}

TEST_CASE("A BOM or an mbox line may stand first") {
  CHECK(parse_header_block("\xEF\xBB\xBF"
                           "From: a@b\n\n")
            .is_header);
  CHECK(value_of(parse_header_block("\xEF\xBB\xBF"
                                    "From: a@b\n\n"),
                 "From") == "a@b");
  CHECK(parse_header_block("From a@b Mon Jan  1 00:00:00 2001\nTo: c@d\n\n").is_header);
  CHECK(parse_header_block(">From a@b Mon Jan  1 00:00:00 2001\nTo: c@d\n\n").is_header);
  CHECK(value_of(parse_header_block(">From a@b\nTo: c@d\n\n"), "To") == "c@d");
}

TEST_CASE("What does not begin with a field is no header block") {
  CHECK_FALSE(parse_header_block("").is_header);
  CHECK_FALSE(parse_header_block("\n").is_header);
  CHECK_FALSE(parse_header_block("just text\nA: b\n\n").is_header);
  CHECK_FALSE(parse_header_block(" A: b\n\n").is_header);
  CHECK_FALSE(parse_header_block(": b\n\n").is_header);
  CHECK_FALSE(parse_header_block("From a@b\nFrom c@d\n\n").is_header);
  CHECK_FALSE(parse_header_block(std::string("\0\0\0\0", 4)).is_header);
}

TEST_CASE("NUL is read as a blank and cuts nothing") {
  const std::string bytes("Subject: a\0b\nTo: c@d\n\n", 22);
  CHECK(value_of(parse_header_block(bytes), "Subject") == "a b");
  CHECK(value_of(parse_header_block(bytes), "To") == "c@d");
}

TEST_CASE("The value of Content-Type stays as written") {
  const auto block =
      parse_header_block("Content-Type: Multipart/REPORT;report-type = x ;; boundary=\"a\n b\"\n\n--a b\n");
  CHECK(value_of(block, "Content-Type") == "Multipart/REPORT;report-type = x ;; boundary=\"a b\"");
}

TEST_CASE("A field over the parser's bounds is read whole") {
  const auto recipients = repeated("somebody@example.com, ", 20'000) + "last@example.com";
  const auto block = parse_header_block("A: 1\nTo: " + recipients + "\nB: 2\n\n");
  REQUIRE(block.fields.size() == 3);
  CHECK(block.fields[1].value == recipients);
  CHECK(block.fields[2].name == "B");
}

TEST_CASE("Reading stops behind the block, at every border of the pieces") {
  const std::string header = "From: a@b\r\nTo: c@d\r\n\r\n";
  const auto bytes = header + repeated("body\r\n", 100'000);
  for (std::size_t piece = 1; piece <= header.size() + 2; ++piece) {
    MemoryReader reader(bytes, piece);
    std::string rest;
    const auto block = read_header_block(reader, &rest);
    REQUIRE(block);
    CHECK(block->raw == header);
    CHECK(block->complete);
    CHECK(rest == bytes.substr(header.size(), rest.size()));
    CHECK(reader.taken() == header.size() + rest.size());
    CHECK(rest.size() <= piece);
  }
}

TEST_CASE("A block longer than the limit is kept up to it and is not complete") {
  const auto bytes = repeated("A: b\n", 1000) + "\nbody";
  MemoryReader reader(bytes, 100);
  std::string rest;
  const auto block = read_header_block(reader, &rest, 250);
  REQUIRE(block);
  CHECK_FALSE(block->complete);
  CHECK(block->raw == bytes.substr(0, 250));
  CHECK(block->raw + rest == bytes.substr(0, reader.taken()));
  CHECK_FALSE(facts_of(*block).is_message);
}

TEST_CASE("A reader's error is handed on") {
  BrokenReader reader;
  const auto block = read_header_block(reader, nullptr);
  REQUIRE_FALSE(block);
  CHECK(block.error().why == "EIO");
}
