// --envelopes FILE: who a person says that a message is from and for.
#include <algorithm>
#include <unordered_set>

#include "core/text.h"
#include "replay/csv.h"
#include "replay/plan.h"

namespace requeue::replay {
namespace {

constexpr std::string_view purpose = "the envelopes file";

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

std::string not_an_address(const std::string& address) {
  return "not a bare address: " + escape_bytes(address);
}

Result<void> read_sender(const CsvRow& row, std::size_t column, const std::string& path, mail::Envelope& envelope) {
  const auto sender = bare(row.fields[column]);
  envelope.sender_known = true;
  envelope.null_sender = sender == "<>";
  if (envelope.null_sender) return {};
  if (sender.empty()) return csv_error(purpose, path, row.line, "no sender", "Write <> for the null sender.");
  if (!mail::is_writable_address(sender)) {
    return csv_error(purpose, path, row.line, not_an_address(sender), "Write user@example.org, or <>.");
  }
  envelope.sender = sender;
  return {};
}

Result<void> read_recipients(const CsvRow& row, std::size_t column, const std::string& path, mail::Envelope& envelope) {
  std::unordered_set<std::string> seen;
  for (const auto& item : split_addresses(row.fields[column])) {
    const auto recipient = bare(item);
    if (recipient.empty()) continue;
    if (!mail::is_writable_address(recipient)) {
      return csv_error(purpose, path, row.line, not_an_address(recipient), "Separate bare addresses by ';'.");
    }
    if (seen.insert(ascii_lower(recipient)).second) envelope.recipients.push_back(recipient);
  }
  if (envelope.recipients.empty()) {
    return csv_error(purpose, path, row.line, "no recipient", "Name one at least, or leave the line out.");
  }
  return {};
}

}  // namespace

Result<std::unordered_map<std::string, Override>> parse_envelopes(std::string_view csv, const std::string& path) {
  REQUEUE_TRY(const auto table, parse_csv(csv, path, purpose));
  const auto source = table.column("source");
  const auto sender = table.column("sender");
  const auto recipients = table.column("recipients");
  if (std::max({source, sender, recipients}) == CsvTable::npos) {
    return csv_error(purpose, path, 1, "a column is missing", "The header line is source,sender,recipients.");
  }
  std::unordered_map<std::string, Override> out;
  for (const auto& row : table.rows) {
    Override named;
    named.line = row.line;
    named.envelope.source = mail::EnvelopeSource::override_;
    REQUEUE_CHECK(read_sender(row, sender, path, named.envelope));
    REQUEUE_CHECK(read_recipients(row, recipients, path, named.envelope));
    const auto [place, fresh] = out.emplace(unescape_bytes(row.fields[source]), std::move(named));
    if (!fresh) {
      return csv_error(
          purpose, path, row.line,
          "the source stands in line " + std::to_string(place->second.line) + " already: " + row.fields[source],
          "Keep one line for each message.");
    }
  }
  return out;
}

}  // namespace requeue::replay
