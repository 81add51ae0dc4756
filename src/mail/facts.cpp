#include <charconv>

#include "core/text.h"
#include "mail/address_list.h"
#include "mail/envelope.h"
#include "mail/header_lines.h"
#include "mail/header_text.h"
#include "mail/message.h"

namespace requeue::mail {
namespace {

// FILETIME=[LOW:HIGH], both hex: "[27F8B200:01CF4A76]" is 2014-03-28 11:09:15.424 UTC.
std::optional<std::uint64_t> filetime_in(std::string_view value) {
  constexpr std::string_view key = "filetime=[";
  const auto begin = ascii_lower(value).find(key);
  if (begin == std::string::npos) return std::nullopt;
  const auto inside = value.substr(begin + key.size());
  const auto colon = inside.find(':');
  const auto end = inside.find(']');
  if (colon == std::string_view::npos || end == std::string_view::npos || end < colon) return std::nullopt;
  const auto half = [](std::string_view hex) -> std::optional<std::uint32_t> {
    std::uint32_t number = 0;
    const auto [last, error] = std::from_chars(hex.data(), hex.data() + hex.size(), number, 16);
    if (hex.empty() || error != std::errc() || last != hex.data() + hex.size()) return std::nullopt;
    return number;
  };
  const auto low = half(inside.substr(0, colon));
  const auto high = half(inside.substr(colon + 1, end - colon - 1));
  if (!low || !high) return std::nullopt;
  return (std::uint64_t{*high} << 32U) | *low;
}

// The date of a hop stands behind the last ";".
std::optional<Timestamp> date_of_received(std::string_view value) {
  const auto plain = without_comments(value);
  const auto semicolon = plain.rfind(';');
  if (semicolon == std::string::npos) return std::nullopt;
  return parse_date(std::string_view(plain).substr(semicolon + 1));
}

bool is_bounce_report(std::string_view content_type) {
  const auto plain = without_comments(content_type);
  if (!ascii_iequals(trim(std::string_view(plain).substr(0, plain.find(';'))), "multipart/report")) return false;
  return is_one_of(parameter_of(plain, "report-type"), {"delivery-status", "disposition-notification"});
}

void keep_first(std::string& kept, const Field& field, std::string_view name) {
  if (kept.empty() && ascii_iequals(field.name, name)) kept = field.value;
}

void read_field(const Field& field, Facts& facts, AddressList& from) {
  keep_first(facts.message_id, field, "Message-ID");
  keep_first(facts.date, field, "Date");
  keep_first(facts.subject, field, "Subject");
  keep_first(facts.from, field, "From");
  if (ascii_iequals(field.name, "From")) from.add_field(field.value);
  if (ascii_iequals(field.name, "Received")) {
    if (++facts.received_count == 1) facts.top_received = date_of_received(field.value);
  }
  if (ascii_iequals(field.name, "X-OriginalArrivalTime")) facts.arrival_filetime = filetime_in(field.value);
  if (ascii_iequals(field.name, "Content-Type")) facts.bounce_report |= is_bounce_report(field.value);
  facts.list_mail |= is_one_of(field.name, {"List-Id", "List-Post", "Mailing-List", "X-Mailing-List", "Delivered-To"});
}

}  // namespace

Facts facts_of(const HeaderBlock& block) {
  Facts facts;
  facts.header_size = block.raw.size();
  // A block without an end that could be found is not read in part: its recipients would be incomplete.
  facts.is_message = block.is_header && block.complete;
  // What does not begin as a header block has no header: a batch of SMTP commands holds other people's fields.
  if (!block.is_header) return facts;
  AddressList from;
  for (const auto& field : block.fields) read_field(field, facts, from);
  facts.from_addresses = from.take();
  read_envelopes(block, facts);
  return facts;
}

}  // namespace requeue::mail
