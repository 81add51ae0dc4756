#include <limits>

#include <catch2/catch.hpp>

#include "core/time.h"

using namespace requeue;

TEST_CASE("a FILETIME is shown as its moment") {
  const auto time = from_filetime(0x01CF4A7627F8B200U);
  CHECK(to_iso8601(time) == "2014-03-28T11:09:15.424Z");
  CHECK(to_filetime(time) == 0x01CF4A7627F8B200U);
}

TEST_CASE("a FILETIME keeps its 100 ns") {
  for (const std::uint64_t filetime : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{116444736000000001U}}) {
    CHECK(to_filetime(from_filetime(filetime)) == filetime);
  }
  CHECK(to_iso8601_exact(from_filetime(1)) == "1601-01-01T00:00:00.000000100Z");
  CHECK(from_filetime(116444736000000000U) == Timestamp{0, 0});
}

TEST_CASE("ISO 8601 goes both ways") {
  const Timestamp times[] = {{0, 0}, {1395997755, 424000000}, {-1, 999999999}, {951782399, 1}, {4102444800, 0}};
  for (const auto time : times) CHECK(from_iso8601(to_iso8601_exact(time)) == time);
  CHECK(from_iso8601("2026-11-24T02:13:05.123Z") == Timestamp{1795486385, 123000000});
  CHECK(to_iso8601(Timestamp{1795486385, 123999999}) == "2026-11-24T02:13:05.123Z");
}

TEST_CASE("what is not a time in UTC is none") {
  for (const char* text :
       {"", "2026-11-24", "2026-11-24T02:13:05", "2026-11-24T02:13:05+01:00", "2026-13-24T02:13:05Z",
        "2026-02-29T02:13:05Z", "2026-11-24T24:13:05Z", "2026-11-24T02:13:05.Z", "2026-11-24T02:13:05.1234567890Z",
        "2026-11-24T02:13:05.12xZ", "2026-11-24 02:13:05Z", "2026-11-24T02:13:05ZZ"}) {
    CAPTURE(text);
    CHECK_FALSE(from_iso8601(text));
  }
}

TEST_CASE("civil fields are checked and counted from 1970") {
  CHECK(from_civil(1970, 1, 1, 0, 0, 0) == Timestamp{0, 0});
  CHECK(from_civil(2000, 2, 29, 23, 59, 59) == Timestamp{951868799, 0});
  CHECK_FALSE(from_civil(1900, 2, 29, 0, 0, 0));
  CHECK_FALSE(from_civil(2000, 1, 32, 0, 0, 0));
  CHECK_FALSE(from_civil(std::numeric_limits<std::int64_t>::max(), 1, 1, 0, 0, 0));
}
