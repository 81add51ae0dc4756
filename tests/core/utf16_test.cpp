#include <catch2/catch.hpp>

#include "core/text.h"
#include "core/utf16.h"

using namespace requeue;

TEST_CASE("text goes to UTF-16 and back") {
  for (const std::string text : {"", "NTFS_1.EML", "Übergröße.eml", "日本", "\xF0\x9F\x93\xAC.eml", "a\\b"}) {
    CAPTURE(text);
    REQUIRE(to_utf16(text));
    CHECK(from_utf16(*to_utf16(text)) == text);
    CHECK(to_utf16_text(text) == *to_utf16(text));
  }
  CHECK(to_utf16("\xF0\x9F\x93\xAC") == std::u16string({char16_t{0xD83D}, char16_t{0xDCEC}}));
}

TEST_CASE("every row of units comes back, halves of characters too, and only whole ones are text") {
  const std::u16string parts = {u'a', u'é', char16_t{0xD800}, char16_t{0xDBFF}, char16_t{0xDC00}, char16_t{0xDFFF}};
  for (const auto a : parts) {
    for (const auto b : parts) {
      for (const auto c : parts) {
        const std::u16string name{a, b, c};
        CAPTURE(escape_bytes(from_utf16(name)));
        REQUIRE(to_utf16(from_utf16(name)));
        CHECK(*to_utf16(from_utf16(name)) == name);
      }
    }
  }
  CHECK_FALSE(is_utf8(from_utf16(std::u16string(1, char16_t{0xD800}))));
  CHECK(is_utf8(from_utf16(std::u16string({char16_t{0xD83D}, char16_t{0xDCEC}}))));
}

TEST_CASE("bytes that no name of Windows has are refused, and shown as a mark") {
  // Not UTF-8; too long a form; beyond the last character; cut short; one character as two halves.
  for (const std::string bytes : {"\xFF", "\xC0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xED\xA0\xBD\xED\xB3\xAC"}) {
    CAPTURE(escape_bytes(bytes));
    CHECK_FALSE(to_utf16(bytes));
  }
  CHECK(to_utf16_text("a\xFF"
                      "b") ==
        u"a\xFFFD"
        u"b");
}
