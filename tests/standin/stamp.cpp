#include "standin/stamp.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "standin/pickup_format.h"

namespace standin {
namespace {

constexpr std::int64_t seconds_from_1601 = 11644473600;

std::string strftime_utc(const char* format, std::int64_t milliseconds) {
  const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::array<char, 64> text{};
  // Only one thread of the stand-in runs, so the shared buffer of gmtime is safe.
  return {text.data(), std::strftime(text.data(), text.size(), format, std::gmtime(&seconds))};
}

std::string arrival_time(std::int64_t milliseconds) {
  const auto filetime = static_cast<std::uint64_t>(milliseconds + seconds_from_1601 * 1000) * 10000U;
  std::array<char, 64> rest{};
  std::snprintf(rest.data(), rest.size(), ".%04d (UTC) FILETIME=[%08lX:%08lX]", static_cast<int>(milliseconds % 1000),
                static_cast<unsigned long>(filetime & 0xFFFFFFFFU), static_cast<unsigned long>(filetime >> 32U));
  return strftime_utc("%d %b %Y %H:%M:%S", milliseconds) + rest.data();
}

// 27 characters before the @, as every known sample has: part of the host's name, filler, eight digits of a counter.
std::string message_id(const Stamp& stamp) {
  std::array<char, 24> counter{};
  std::snprintf(counter.data(), counter.size(), "%08lx", static_cast<unsigned long>(stamp.counter & 0xFFFFFFFFU));
  std::string local = stamp.host.substr(0, 15);
  local.append(19 - local.size(), 'x');
  return "<" + local + counter.data() + "@" + stamp.host + ">";
}

}  // namespace

std::string stamped(std::string_view content, const Stamp& stamp) {
  const auto end = header_end(content);
  std::string out = "Received: from mail pickup service by " + stamp.host + " with Microsoft SMTPSVC;\r\n\t " +
                    strftime_utc("%a, %d %b %Y %H:%M:%S +0000", stamp.milliseconds) + "\r\n";
  out += content.substr(0, end);
  if (out.back() != '\n') out += "\r\n";
  if (!has_field(content, "message-id")) out += "Message-ID: " + message_id(stamp) + "\r\n";
  out += "X-OriginalArrivalTime: " + arrival_time(stamp.milliseconds) + "\r\n";
  out += content.substr(end);
  return out;
}

}  // namespace standin
