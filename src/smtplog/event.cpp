#include "smtplog/event.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text.h"
#include "core/time.h"

namespace requeue::smtplog {
namespace {

constexpr std::string_view none = "-";

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    if (end != 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

// Blanks are logged as +.
std::string_view without_blanks(std::string_view text) {
  const auto begin = text.find_first_not_of("+ ");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of("+ ") - begin + 1);
}

void set_side(Event& event) {
  if (ascii_iequals(event.user, "OutboundConnectionCommand")) event.side = Side::command;
  if (ascii_iequals(event.user, "OutboundConnectionResponse")) event.side = Side::response;
}

// 11/Oct/2006:13:16:39 -0600
std::optional<std::int64_t> ncsa_time(std::string_view text) {
  constexpr std::string_view months = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (text.size() != 26 || text[2] != '/' || text[6] != '/' || text[11] != ':') return std::nullopt;
  const auto month = months.find(ascii_lower(text.substr(3, 3)));
  const auto part = [&](std::size_t at, std::size_t size) {
    return number_of<int>(text.substr(at, size)).value_or(-1);
  };
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  const auto time =
      from_civil(part(7, 4), static_cast<int>(month / 3) + 1, part(0, 2), part(12, 2), part(15, 2), part(18, 2));
  const auto zone = number_of<int>(text.substr(22, 4));
  if (!time || !zone) return std::nullopt;
  const std::int64_t seconds = (*zone / 100 * 60 + *zone % 100) * 60;
  return time->seconds - (text[21] == '-' ? -seconds : seconds);
}

// What follows an address without brackets is one of these.
bool is_parameter(std::string_view text) {
  constexpr std::array<std::string_view, 9> names = {
      "SIZE=", "BODY=", "NOTIFY=", "ORCPT=", "RET=", "ENVID=", "AUTH=", "SMTPUTF8", "BY="};
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return ascii_iequals(text.substr(0, name.size()), name); });
}

std::string_view bare_path(std::string_view text) {
  if (text.starts_with('<'))
    return text.substr(1, text.find('>') == std::string_view::npos ? text.size() : text.find('>') - 1);
  for (auto plus = text.find('+'); plus != std::string_view::npos; plus = text.find('+', plus + 1)) {
    if (is_parameter(text.substr(plus + 1))) return text.substr(0, plus);
  }
  return text;
}

}  // namespace

void EventReader::begin_file() {
  fields_.clear();
  date_.clear();
}

std::optional<Event> EventReader::read(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.empty() || line.starts_with('\0'))
    return std::nullopt;  // a log is made longer by zeros ahead of its writing
  if (line.front() == '#') {
    read_header(line);
    return std::nullopt;
  }
  auto event = fields_.empty() ? read_ncsa(line) : read_w3c(line);
  if (!event) {
    ++unread_;
    return std::nullopt;
  }
  event->method = upper(event->method);
  set_side(*event);
  return event;
}

void EventReader::read_header(std::string_view line) {
  constexpr std::string_view fields = "#fields:";
  constexpr std::string_view date = "#date:";
  const auto lower = ascii_lower(line);
  if (lower.starts_with(fields)) {
    fields_.clear();
    for (const auto word : words_of(std::string_view(lower).substr(fields.size()))) fields_.emplace_back(word);
  }
  if (lower.starts_with(date)) date_ = trim(line.substr(date.size())).substr(0, 10);
}

std::optional<Event> EventReader::read_w3c(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() != fields_.size()) return std::nullopt;
  Event event;
  std::string date = date_;
  std::string time;
  std::string stem;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& name = fields_[i];
    const auto value = words[i] == none ? std::string_view() : words[i];
    if (name == "date") date = value;
    if (name == "time") time = value;
    if (name == "c-ip") event.peer = value;
    if (name == "cs-username") event.user = value;
    if (name == "s-sitename") event.site = value;
    if (name == "cs-method") event.method = value;
    if (name == "cs-uri-stem") stem = value;
    if (name == "cs-uri-query") event.argument = value;
    if (name == "sc-status") event.status = number_of<int>(value);
  }
  if (event.argument.empty()) event.argument = stem;
  const auto moment = from_iso8601(date + "T" + time + ".000Z");
  if (moment) event.time = moment->seconds;
  return event;
}

// 10.0.0.1 - HELO-NAME [11/Oct/2006:13:16:39 -0600] "RCPT -?+TO:<a@b> SMTP" 250 46
std::optional<Event> EventReader::read_ncsa(std::string_view line) {
  const auto open = line.find(" [");
  const auto close = line.find("] \"", open == std::string_view::npos ? 0 : open);
  const auto quote = line.rfind('"');
  if (open == std::string_view::npos || close == std::string_view::npos || quote < close + 3) return std::nullopt;
  const auto who = words_of(line.substr(0, open));
  const auto numbers = words_of(line.substr(quote + 1));
  if (who.size() < 3 || numbers.empty()) return std::nullopt;
  Event event;
  event.peer = who[0];
  if (who[2] != none) event.user = who[2];
  event.time = ncsa_time(line.substr(open + 2, close - open - 2));
  auto said = line.substr(close + 3, quote - close - 3);
  constexpr std::string_view protocol = " SMTP";
  if (said.ends_with(protocol)) said.remove_suffix(protocol.size());
  const auto blank = std::min(said.find(' '), said.size());
  event.method = said.substr(0, blank) == none ? "" : std::string(said.substr(0, blank));
  said.remove_prefix(std::min(blank + 1, said.size()));
  if (said.starts_with("-?")) event.argument = said.substr(2);
  event.status = number_of<int>(numbers[0]);
  return event;
}

std::optional<std::string> address_in(std::string_view argument) {
  auto text = without_blanks(argument);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto word = without_blanks(text.substr(0, colon));
  if (!ascii_iequals(word, "from") && !ascii_iequals(word, "to")) return std::nullopt;
  text = without_blanks(text.substr(colon + 1));
  if (text.empty()) return std::nullopt;
  const bool brackets = text.starts_with('<');
  auto path = without_blanks(bare_path(text));
  // A route is no part of the address.
  if (path.starts_with('@') && path.find(':') != std::string_view::npos) path.remove_prefix(path.find(':') + 1);
  if (path.empty() && !brackets) return std::nullopt;
  return std::string(path);
}

std::optional<std::uint64_t> size_in(std::string_view argument) {
  constexpr std::string_view name = "+size=";
  const auto lower = ascii_lower(argument);
  const auto at = lower.find(name);
  if (at == std::string::npos) return std::nullopt;
  const auto value = std::string_view(lower).substr(at + name.size());
  return number_of<std::uint64_t>(value.substr(0, value.find('+')));
}

std::string message_id_in(std::string_view argument) {
  auto text = without_blanks(argument);
  if (text == none) return {};
  if (text.starts_with('<')) text.remove_prefix(1);
  if (text.ends_with('>')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace requeue::smtplog
