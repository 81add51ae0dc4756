// Dates as mail writes them. Anything that is not clearly a date is none: a wrong arrival would reorder a replay.
#include <array>
#include <charconv>

#include "core/text.h"
#include "mail/header_text.h"
#include "mail/message.h"

namespace requeue::mail {
namespace {

constexpr std::size_t longest_date = 256;

std::optional<int> number_of(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty() || text[0] == '-') return std::nullopt;
  return value;
}

std::optional<int> month_of(std::string_view word) {
  constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                    "jul", "aug", "sep", "oct", "nov", "dec"};
  for (std::size_t i = 0; i < months.size(); ++i) {
    if (word.size() >= 3 && ascii_iequals(word.substr(0, 3), months[i])) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

// RFC 5322 4.3: two digits are 1950 to 2049, three are counted from 1900.
int full_year(int year, std::size_t digits) {
  if (digits <= 2) return year < 50 ? year + 2000 : year + 1900;
  return digits == 3 ? year + 1900 : year;
}

// Seconds east of Greenwich; an unknown zone counts as UTC, as the RFC says of "-0000" and of the military letters.
int zone_of(std::string_view word) {
  struct Zone {
    std::string_view name;
    int hours;
  };
  constexpr std::array<Zone, 8> zones{
      {{"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}}};
  for (const auto& zone : zones) {
    if (ascii_iequals(word, zone.name)) return zone.hours * 3600;
  }
  if (word.size() != 5 || (word[0] != '+' && word[0] != '-')) return 0;
  const auto digits = number_of(word.substr(1));
  if (!digits) return 0;
  const int seconds = (*digits / 100 * 60 + *digits % 100) * 60;
  return word[0] == '-' ? -seconds : seconds;
}

struct Clock {
  int hour = 0, minute = 0, second = 0;
};

std::optional<Clock> clock_of(std::string_view word) {
  std::array<int, 3> parts{};
  std::size_t count = 0;
  while (count < 3) {
    const auto end = word.find(':');
    const auto part = word.substr(0, end);
    const auto value = number_of(count == 2 ? part.substr(0, part.find('.')) : part);
    if (!value || part.size() > 9) return std::nullopt;
    parts[count++] = *value;
    if (end == std::string_view::npos) break;
    word.remove_prefix(end + 1);
  }
  if (count < 2) return std::nullopt;
  // A leap second has no place in the count of seconds.
  return Clock{parts[0], parts[1], parts[2] == 60 ? 59 : parts[2]};
}

std::vector<std::string> words_of(std::string_view value) {
  std::vector<std::string> words(1);
  bool parted = false;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t' || c == ',' || c == '\r' || c == '\n';
    // 28-Mar-2014; but the "-" of a zone stands at a word's beginning.
    const bool dash = c == '-' && !parted && !words.back().empty();
    if (blank || dash) {
      parted = true;
      continue;
    }
    // The obsolete syntax allows blanks around the ":" of a time.
    if (parted && c != ':' && !words.back().ends_with(':') && !words.back().empty()) words.emplace_back();
    parted = false;
    words.back() += c;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

struct Parts {
  std::optional<int> day, month, year;
  std::optional<Clock> clock;
  int zone = 0;
};

void read_word(Parts& parts, std::string_view word) {
  const auto number = number_of(word);
  if (!parts.month && !number) {
    parts.month = month_of(word);
  } else if (number && word.size() <= 4 && word[0] != '+') {
    if (!parts.day && word.size() <= 2)
      parts.day = number;
    else if (!parts.year)
      parts.year = full_year(*number, word.size());
  } else if (!parts.clock && word.find(':') != std::string_view::npos) {
    parts.clock = clock_of(word);
  } else if (parts.clock && parts.zone == 0) {
    parts.zone = zone_of(word);
  }
}

}  // namespace

std::optional<Timestamp> parse_date(std::string_view value) {
  const auto plain = without_comments(value.substr(0, longest_date));
  Parts parts;
  for (const auto& word : words_of(plain)) read_word(parts, word);
  if (!parts.day || !parts.month || !parts.year || !parts.clock) return std::nullopt;
  auto time =
      from_civil(*parts.year, *parts.month, *parts.day, parts.clock->hour, parts.clock->minute, parts.clock->second);
  if (time) time->seconds -= parts.zone;
  return time;
}

}  // namespace requeue::mail
