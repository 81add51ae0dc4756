#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/text.h"

using namespace requeue;

namespace {

// Every string of up to `length` characters drawn from `alphabet`.
std::vector<std::string> strings_over(const std::string& alphabet, std::size_t length) {
  std::vector<std::string> all{""};
  for (std::size_t begin = 0, round = 0; round < length; ++round) {
    const auto end = all.size();
    for (; begin < end; ++begin) {
      for (const char c : alphabet) all.push_back(all[begin] + c);
    }
  }
  return all;
}

}  // namespace

TEST_CASE("ordinary names stay as they are") {
  for (const std::string name :
       {"", "NTFS_1.EML", "Übergröße.eml", "日本", "a\\b", "\\\\server\\share", "\\x4", "\\xg0"}) {
    CHECK(escape_bytes(name) == name);
    CHECK(unescape_bytes(name) == name);
  }
}

TEST_CASE("bytes that are not UTF-8 become hex, and then backslashes double") {
  CHECK(escape_bytes("a\xff") == "a\\xff");
  CHECK(escape_bytes("\\\xff") == "\\\\\\xff");
  CHECK(escape_bytes("\xc0\x80") == "\\xc0\\x80");                    // overlong
  CHECK(escape_bytes("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // a surrogate
  CHECK(escape_bytes("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
  CHECK(escape_bytes("\xe2\x82") == "\\xe2\\x82");                    // cut short
}

TEST_CASE("a name that looks escaped is told from one that is") {
  CHECK(escape_bytes("\\x41") == "\\\\x41");
  CHECK(unescape_bytes("\\\\x41") == "\\x41");
  CHECK(unescape_bytes("\\x41") == "A");
}

TEST_CASE("escaping is injective and goes back to the same bytes") {
  std::set<std::string> seen;
  for (const auto& bytes : strings_over("\\x4\xff\xc3\xa9", 6)) {
    const auto text = escape_bytes(bytes);
    REQUIRE(is_utf8(text));
    REQUIRE(unescape_bytes(text) == bytes);
    REQUIRE(seen.insert(text).second);
  }
}

TEST_CASE("what is printable cannot move the cursor, end the line or turn its direction") {
  CHECK(printable("plain é") == "plain é");
  CHECK(printable("\x1b[2J") == "\\x1b[2J");
  CHECK(printable("a\r\nb\t\x7f") == "a\\x0d\\x0ab\\x09\\x7f");
  CHECK(printable(std::string(1, '\0')) == "\\x00");
  CHECK(printable("\xe2\x80\xae"
                  "gpj.exe") == "\\u{202e}gpj.exe");
  CHECK(printable("\xe2\x81\xa6") == "\\u{2066}");
  CHECK(printable("\xc2\x9b") == "\\u{9b}");
  CHECK(printable("\xe2\x80\xa8") == "\\u{2028}");
  CHECK(printable("\xef\xbb\xbf") == "\\u{feff}");
  CHECK(printable("\x9b") == "\\x9b");
}

TEST_CASE("a cell holds no control character, and goes back to the same bytes") {
  for (const auto& bytes : strings_over("\\x1\x1b\xff", 6)) {
    const auto text = escape_controls(escape_bytes(bytes));
    REQUIRE(text.find('\x1b') == std::string::npos);
    REQUIRE(unescape_bytes(text) == bytes);
  }
  CHECK(escape_controls("a\tb\r\n") == "a\\x09b\\x0d\\x0a");
  CHECK(escape_controls("\xe2\x80\xaegpj.exe") == "\\xe2\\x80\\xaegpj.exe");
  CHECK(escape_controls("\xc2\x9b") == "\\xc2\\x9b");
  CHECK(escape_controls("C:\\mail é") == "C:\\mail é");
}

TEST_CASE("hex goes both ways and refuses what is not hex") {
  CHECK(to_hex(std::string_view("\x00\xff", 2)) == "00ff");
  CHECK(from_hex("00fF") == std::string("\x00\xff", 2));
  CHECK_FALSE(from_hex("0"));
  CHECK_FALSE(from_hex("0g"));
}

TEST_CASE("only ASCII is compared without case") {
  CHECK(ascii_iequals("Queue", "QUEUE"));
  CHECK_FALSE(ascii_iequals("É", "é"));
  CHECK(ascii_iends_with("a.EML", ".eml"));
  CHECK_FALSE(ascii_iends_with("eml", ".eml"));
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \r\n").empty());
}
