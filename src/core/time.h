// Points in time. Stored and shown in UTC; the disk's full resolution is kept.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace requeue {

struct Timestamp {
  std::int64_t seconds = 0;      // since 1970-01-01T00:00:00Z, leap seconds not counted
  std::int32_t nanoseconds = 0;  // 0 to 999,999,999
  auto operator<=>(const Timestamp&) const = default;
};

Timestamp now();

// 2026-11-24T02:13:05.123Z
std::string to_iso8601(Timestamp time);
// With nine decimals: what files.jsonl keeps, so that a restore gives back the very times.
std::string to_iso8601_exact(Timestamp time);
// Either of the two; nullopt when it is neither.
std::optional<Timestamp> from_iso8601(std::string_view text);

// 100 ns units since 1601-01-01 (Windows).
Timestamp from_filetime(std::uint64_t filetime);
std::uint64_t to_filetime(Timestamp time);

// Days and time of day to a Timestamp (proleptic Gregorian, UTC); nullopt when a field is out of range.
std::optional<Timestamp> from_civil(std::int64_t year, int month, int day, int hour, int minute, int second);

}  // namespace requeue
