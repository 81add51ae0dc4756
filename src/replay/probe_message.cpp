#include "replay/probe_message.h"

#include <array>
#include <string_view>

#include "mail/message.h"

namespace requeue::replay {
namespace {

constexpr std::array<std::string_view, 7> days{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};  // 1970-01-01 first
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::int64_t seconds_a_day = 86400;

}  // namespace

std::string to_rfc5322(Timestamp time) {
  const std::string iso = to_iso8601(time);  // 2026-11-24T02:13:05.123Z
  const std::int64_t day = time.seconds / seconds_a_day - (time.seconds % seconds_a_day < 0 ? 1 : 0);
  const auto weekday = static_cast<std::size_t>(((day % 7) + 7) % 7);
  const auto month = static_cast<std::size_t>((iso[5] - '0') * 10 + (iso[6] - '0') - 1);
  std::string text(days.at(weekday));
  text += ", " + iso.substr(8, 2) + " ";
  text += months.at(month);
  return text + " " + iso.substr(0, 4) + " " + iso.substr(11, 8) + " +0000";
}

std::string probe_message(const std::string& from, const std::string& to, const std::string& token, Timestamp time,
                          ProbeWay way) {
  const std::string domain = mail::domain_of(from);
  std::string text;
  const auto line = [&](std::string_view words) {
    text += words;
    text += "\r\n";
  };
  line("x-sender: " + from);
  line("x-receiver: " + to);
  line("From: <" + from + ">");
  line("To: <" + to + ">");
  line("Subject: requeue probe " + token);
  line("Date: " + to_rfc5322(time));
  line("Message-ID: <" + token + "@" + (domain.empty() ? "requeue.invalid" : domain) + ">");
  line("MIME-Version: 1.0");
  line("Content-Type: text/plain; charset=us-ascii");
  line("");
  if (way == ProbeWay::pickup) {
    line("This is a test message of requeue. It was put into the Pickup folder of an SMTP");
    line("service that is being recovered, to see whether mail is delivered again.");
  } else {
    line("This is a test message of requeue. It was sent by SMTP, the way that the mail of");
    line("a queue is to go that is being recovered, to see whether mail is delivered.");
  }
  line("");
  line("The next line begins with exactly one dot when all is right:");
  // Stuffed: Pickup removes one leading dot from each line.
  line("..this line begins with one dot");
  if (way == ProbeWay::pickup) line("Two dots: this Pickup removes none, so replay with --no-dot-stuff.");
  line("");
  line("Please tell the person who sent it what you see, and when it arrived.");
  line("Token: " + token);
  return text;
}

}  // namespace requeue::replay
