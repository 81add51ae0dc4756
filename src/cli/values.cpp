#include "cli/values.h"

#include <charconv>
#include <utility>

#include "commands/options.h"
#include "core/text.h"

namespace requeue::cli {
namespace {

// The digits at the start of `text`; `rest` is what follows them.
std::optional<std::uint64_t> leading_number(const std::string& text, std::string& rest) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  rest = ascii_lower(std::string(end, text.data() + text.size()));
  return number;
}

}  // namespace

std::optional<std::uint64_t> whole_number(const std::string& text) {
  std::string rest;
  const auto number = leading_number(text, rest);
  return rest.empty() ? number : std::nullopt;
}

std::optional<std::uint64_t> parse_size(const std::string& text) {
  std::string unit;
  const auto number = leading_number(text, unit);
  if (!number) return std::nullopt;
  static constexpr std::array<std::pair<std::string_view, unsigned>, 7> units{
      {{"", 0}, {"k", 10}, {"kb", 10}, {"m", 20}, {"mb", 20}, {"g", 30}, {"gb", 30}}};
  for (const auto& [name, shift] : units) {
    if (unit == name && *number <= (UINT64_MAX >> shift)) return *number << shift;
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_age(const std::string& text) {
  std::string unit;
  const auto number = leading_number(text, unit);
  if (!number || *number > 1000000000U) return std::nullopt;
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
      {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}}};
  for (const auto& [name, seconds] : units) {
    if (unit == name) return static_cast<std::int64_t>(*number) * seconds;
  }
  return std::nullopt;
}

std::optional<Timestamp> parse_moment(const std::string& text, Timestamp now) {
  if (const auto age = parse_age(text)) return Timestamp{now.seconds - *age, now.nanoseconds};
  std::string whole = text.ends_with('Z') ? text.substr(0, text.size() - 1) : text;
  constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
  if (whole.size() > 10 && whole[10] == ' ') whole[10] = 'T';
  if (whole.size() != 10 && whole.size() != 16 && whole.size() != 19 && whole.size() != 23) return std::nullopt;
  return from_iso8601(whole + std::string(shape.substr(whole.size())));
}

std::string add_to_releases(const std::string& word, replay::Releases& releases) {
  if (word.find('/') != std::string::npos) {
    releases.sources.insert(unescape_bytes(word));
    return {};
  }
  const auto all = replay::releasable_rules();
  if ((" " + all + " ").find(" " + word + " ") == std::string::npos) {
    return "takes a message as plan --out names it (Queue/NAME), or one of the rules " + all +
           "; where no recipient is known, --envelopes FILE gives them";
  }
  releases.rules.insert(word);
  return {};
}

std::optional<replay::Policy> parse_policy(const std::string& text) {
  if (text == "hold") return replay::Policy::hold;
  if (text == "replay") return replay::Policy::replay;
  if (text == "skip") return replay::Policy::skip;
  return std::nullopt;
}

std::optional<snapshot::Method> parse_method(const std::string& text) {
  if (text == "copy") return snapshot::Method::copy;
  if (text == "link") return snapshot::Method::link;
  if (text == "auto") return snapshot::Method::automatic;
  return std::nullopt;
}

std::optional<replay::Dedup> parse_dedup(const std::string& text) {
  if (text == "content") return replay::Dedup::content;
  if (text == "exact") return replay::Dedup::exact;
  if (text == "off") return replay::Dedup::off;
  return std::nullopt;
}

std::string without_addresses(const std::vector<std::string>& arguments) {
  std::string line = "requeue";
  bool next_is_personal = false;
  for (const auto& argument : arguments) {
    line += ' ';
    if (std::exchange(next_is_personal, false)) {
      line += "(personal)";
      continue;
    }
    std::string shown = argument;
    for (const auto option : commands::personal_options) {
      if (argument == option) next_is_personal = true;
      if (argument.starts_with(std::string(option) + "=")) shown = std::string(option) + "=(personal)";
    }
    line += shown.find(' ') == std::string::npos ? shown : '"' + shown + '"';
  }
  return escape_bytes(line);
}

}  // namespace requeue::cli
