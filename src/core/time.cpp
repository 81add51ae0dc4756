#include "core/time.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace requeue {
namespace {

using namespace std::chrono;

struct Civil {
  std::int64_t year;
  unsigned month, day, hour, minute, second;
};

Civil to_civil(Timestamp time) {
  const sys_seconds point{seconds{time.seconds}};
  const auto date = floor<days>(point);
  const year_month_day ymd{date};
  const hh_mm_ss<seconds> clock{point - date};
  return {static_cast<int>(ymd.year()),
          static_cast<unsigned>(ymd.month()),
          static_cast<unsigned>(ymd.day()),
          static_cast<unsigned>(clock.hours().count()),
          static_cast<unsigned>(clock.minutes().count()),
          static_cast<unsigned>(clock.seconds().count())};
}

std::string format(Timestamp time, int decimals, std::int32_t fraction) {
  const auto c = to_civil(time);
  char text[64];
  const int length =
      std::snprintf(text, sizeof text, "%04lld-%02u-%02uT%02u:%02u:%02u.%0*dZ", static_cast<long long>(c.year), c.month,
                    c.day, c.hour, c.minute, c.second, decimals, fraction);
  return std::string(text, static_cast<std::size_t>(length));
}

bool number(std::string_view text, std::size_t at, std::size_t count, int& out) {
  if (at + count > text.size()) return false;
  out = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  return true;
}

constexpr std::int64_t filetime_epoch = -11644473600;  // 1601-01-01 in Unix seconds

}  // namespace

Timestamp now() {
  const auto since = system_clock::now().time_since_epoch();
  const auto whole = floor<seconds>(since);
  return {whole.count(), static_cast<std::int32_t>(duration_cast<nanoseconds>(since - whole).count())};
}

std::string to_iso8601(Timestamp time) {
  return format(time, 3, time.nanoseconds / 1000000);
}

std::string to_iso8601_exact(Timestamp time) {
  return format(time, 9, time.nanoseconds);
}

std::optional<Timestamp> from_civil(std::int64_t year, int month, int day, int hour, int minute, int second) {
  if (year < -9999 || year > 32000 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 60) {
    return std::nullopt;
  }
  const std::chrono::year_month_day ymd{std::chrono::year{static_cast<int>(year)},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return std::nullopt;
  const auto days_since = sys_days{ymd}.time_since_epoch().count();
  return Timestamp{static_cast<std::int64_t>(days_since) * 86400 + hour * 3600 + minute * 60 + second, 0};
}

std::optional<Timestamp> from_iso8601(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!number(text, 0, 4, year) || !number(text, 5, 2, month) || !number(text, 8, 2, day) ||
      !number(text, 11, 2, hour) || !number(text, 14, 2, minute) || !number(text, 17, 2, second)) {
    return std::nullopt;
  }
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
  auto time = from_civil(year, month, day, hour, minute, second);
  if (!time || text.size() < 20 || text.back() != 'Z') return std::nullopt;
  if (text[19] == 'Z') return text.size() == 20 ? time : std::nullopt;
  const auto decimals = text.size() - 21;
  int fraction = 0;
  if (text[19] != '.' || decimals == 0 || decimals > 9 || !number(text, 20, decimals, fraction)) return std::nullopt;
  for (auto i = decimals; i < 9; ++i) fraction *= 10;
  time->nanoseconds = fraction;
  return time;
}

Timestamp from_filetime(std::uint64_t filetime) {
  return {static_cast<std::int64_t>(filetime / 10000000U) + filetime_epoch,
          static_cast<std::int32_t>(filetime % 10000000U) * 100};
}

std::uint64_t to_filetime(Timestamp time) {
  if (time.seconds < filetime_epoch) return 0;
  return static_cast<std::uint64_t>(time.seconds - filetime_epoch) * 10000000U +
         static_cast<std::uint64_t>(time.nanoseconds / 100);
}

}  // namespace requeue
