// Sender and recipients as a person writes them into a cell, of --envelopes and of a plan.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mail/message.h"
#include "replay/csv.h"

namespace requeue::replay {

struct EnvelopeCells {
  std::string_view purpose;  // what the file is, for an error
  const std::string& path;
  std::size_t sender, recipients;  // columns
};

// Exit::usage with the line's number for an address that is none, no sender, no recipient.
Result<mail::Envelope> read_envelope_cells(const EnvelopeCells& cells, const CsvRow& row);

// What tells whether a spreadsheet cut the cell: Excel keeps 32,767 characters of one, and says nothing.
struct RecipientsCell {
  std::size_t length = 0;  // UTF-16 units, as Excel counts
  std::string last;        // what stands behind the last separator
};
RecipientsCell recipients_cell(const EnvelopeCells& cells, const CsvRow& row);
// Exit::usage for a cell of that length, or a long one whose last address is but the beginning of one of `known`: the
// recipients behind it would get nothing.
Result<void> check_whole(std::string_view purpose, const std::string& path, int line, const RecipientsCell& cell,
                         const std::vector<std::string>& known);

// Exit::usage for an address that no person writes (mail::is_plain_address), unless it is one of `known`: what the
// message itself says goes as it stands.
Result<void> check_written(std::string_view purpose, const std::string& path, int line, const mail::Envelope& written,
                           const mail::Envelope& known);

}  // namespace requeue::replay
