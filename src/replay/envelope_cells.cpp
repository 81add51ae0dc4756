#include "replay/envelope_cells.h"

#include <algorithm>
#include <unordered_set>

#include "core/text.h"

namespace requeue::replay {
namespace {

// A ';' in a quoted local part ("a;b"@example.org) does not separate.
std::vector<std::string> split_addresses(std::string_view text) {
  std::vector<std::string> out(1);
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_quotes && c == '\\' && i + 1 < text.size()) {
      out.back() += c;
      out.back() += text[++i];
      continue;
    }
    if (c == '"') in_quotes = !in_quotes;
    if (c == ';' && !in_quotes) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::string bare(std::string_view text) {
  text = trim(text);
  if (text.size() > 2 && text.front() == '<' && text.back() == '>') text = trim(text.substr(1, text.size() - 2));
  return unescape_bytes(text);
}

constexpr std::string_view sender_hint = "Write user@example.org, or <>.";
constexpr std::string_view recipients_hint =
    "Recipients are separated by semicolons: user@example.org;other@example.org.";

std::string not_an_address(const std::string& address) {
  return "not a bare address: " + escape_bytes(address);
}

Result<void> read_sender(const EnvelopeCells& cells, const CsvRow& row, mail::Envelope& envelope) {
  const auto sender = bare(row.fields[cells.sender]);
  envelope.sender_known = true;
  envelope.null_sender = sender == "<>";
  if (envelope.null_sender) return {};
  if (sender.empty())
    return csv_error(cells.purpose, cells.path, row.line, "no sender", "Write <> for the null sender.");
  if (!mail::is_writable_address(sender)) {
    return csv_error(cells.purpose, cells.path, row.line, not_an_address(sender), std::string(sender_hint));
  }
  envelope.sender = sender;
  return {};
}

Result<void> read_recipients(const EnvelopeCells& cells, const CsvRow& row, mail::Envelope& envelope) {
  std::unordered_set<std::string> seen;
  for (const auto& item : split_addresses(row.fields[cells.recipients])) {
    const auto recipient = bare(item);
    if (recipient.empty()) continue;
    if (!mail::is_writable_address(recipient)) {
      return csv_error(cells.purpose, cells.path, row.line, not_an_address(recipient), std::string(recipients_hint));
    }
    if (seen.insert(ascii_lower(recipient)).second) envelope.recipients.push_back(recipient);
  }
  if (envelope.recipients.empty()) {
    return csv_error(cells.purpose, cells.path, row.line, "no recipient", "Name one at least, or leave the line out.");
  }
  return {};
}

constexpr std::size_t excel_limit = 32767;
// No program cuts shorter ones, where a person may well shorten the last address.
constexpr std::size_t shortest_cut = 255;

std::size_t utf16_length(std::string_view text) {
  std::size_t out = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) ++out;
    if (byte >= 0xF0U) ++out;  // a surrogate pair
  }
  return out;
}

// One that is whole is no beginning, be it the beginning of another.
bool is_cut(const std::string& last, const std::vector<std::string>& known) {
  if (last.empty()) return false;
  const auto is_last = [&](const std::string& one) { return ascii_iequals(one, last); };
  if (std::ranges::any_of(known, is_last)) return false;
  const auto start = ascii_lower(last);
  return std::ranges::any_of(known, [&](const std::string& one) { return ascii_lower(one).starts_with(start); });
}

}  // namespace

RecipientsCell recipients_cell(const EnvelopeCells& cells, const CsvRow& row) {
  const auto& text = row.fields[cells.recipients];
  return {utf16_length(defuse_cell(text)), bare(split_addresses(text).back())};
}

Result<void> check_whole(std::string_view purpose, const std::string& path, int line, const RecipientsCell& cell,
                         const std::vector<std::string>& known) {
  const bool at_limit = cell.length == excel_limit;
  if (!at_limit && (cell.length < shortest_cut || !is_cut(cell.last, known))) return {};
  return csv_error(purpose, path, line,
                   at_limit ? "its recipients have 32767 characters, where Excel cuts a cell: those behind are lost"
                            : "its recipients end within an address: " + escape_bytes(cell.last),
                   "Edit the file in a text editor. If the recipients are whole, put a ; behind them.");
}

Result<void> check_written(std::string_view purpose, const std::string& path, int line, const mail::Envelope& written,
                           const mail::Envelope& known) {
  const bool same_sender = ascii_iequals(written.sender, known.sender);
  if (!written.null_sender && !same_sender && !mail::is_plain_address(written.sender)) {
    return csv_error(purpose, path, line, not_an_address(written.sender), std::string(sender_hint));
  }
  std::unordered_set<std::string> theirs;
  for (const auto& recipient : known.recipients) theirs.insert(ascii_lower(recipient));
  for (const auto& recipient : written.recipients) {
    if (theirs.contains(ascii_lower(recipient)) || mail::is_plain_address(recipient)) continue;
    return csv_error(purpose, path, line, not_an_address(recipient), std::string(recipients_hint));
  }
  return {};
}

Result<mail::Envelope> read_envelope_cells(const EnvelopeCells& cells, const CsvRow& row) {
  mail::Envelope envelope;
  envelope.source = mail::EnvelopeSource::override_;
  REQUEUE_CHECK(read_sender(cells, row, envelope));
  REQUEUE_CHECK(read_recipients(cells, row, envelope));
  return envelope;
}

}  // namespace requeue::replay
