// --envelopes FILE: who a person says that a message is from and for.
#include <algorithm>

#include "core/text.h"
#include "replay/envelope_cells.h"
#include "replay/plan.h"

namespace requeue::replay {
namespace {

constexpr std::string_view purpose = "the envelopes file";

}  // namespace

Result<std::unordered_map<std::string, Override>> parse_envelopes(std::string_view csv, const std::string& path) {
  REQUEUE_TRY(const auto table, parse_csv(csv, path, purpose));
  const auto source = table.column("source");
  const auto sender = table.column("sender");
  const auto recipients = table.column("recipients");
  if (std::max({source, sender, recipients}) == CsvTable::npos) {
    return csv_error(purpose, path, 1, "a column is missing", "The header line is source,sender,recipients.");
  }
  constexpr std::string_view known[] = {"source", "sender", "recipients"};
  REQUEUE_CHECK(check_columns(table, known, path, purpose));
  std::unordered_map<std::string, Override> out;
  for (const auto& row : table.rows) {
    Override named;
    named.line = row.line;
    REQUEUE_TRY(named.envelope, read_envelope_cells({purpose, path, sender, recipients}, row));
    const EnvelopeCells cells{purpose, path, sender, recipients};
    REQUEUE_CHECK(check_whole(purpose, path, row.line, recipients_cell(cells, row), {}));
    REQUEUE_CHECK(check_written(purpose, path, row.line, named.envelope, {}));
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
