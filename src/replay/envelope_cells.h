// Sender and recipients as a person writes them into a cell, of --envelopes and of a plan.
#pragma once

#include <string>
#include <string_view>

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

}  // namespace requeue::replay
