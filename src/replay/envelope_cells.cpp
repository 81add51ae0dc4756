#include "replay/envelope_cells.h"

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

}  // namespace

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
