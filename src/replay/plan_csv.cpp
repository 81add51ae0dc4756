// The plan as a file: written for a person by --out, read again as the person has reviewed it by --plan.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "core/text.h"
#include "replay/envelope_cells.h"
#include "replay/plan.h"

namespace requeue::replay {
namespace {

constexpr std::string_view purpose = "the plan";
constexpr std::array<std::string_view, 6> words = {"replay", "duplicate", "hold", "skip", "replayed", "in_doubt"};

std::vector<std::string> keys_of(const Json& record) {
  std::vector<std::string> keys;
  for (const auto& item : record.items()) keys.push_back(item.key());
  return keys;
}

constexpr std::string_view known_columns[] = {"source", "sha256",          "disposition",
                                              "rule",   "envelope_sender", "envelope_recipients"};

struct PlanColumns {
  std::size_t source, sha256, disposition, rule, sender, recipients;
};

PlanColumns columns_of(const CsvTable& table) {
  return {table.column("source"), table.column("sha256"),          table.column("disposition"),
          table.column("rule"),   table.column("envelope_sender"), table.column("envelope_recipients")};
}

Result<PlanLine> read_line(const CsvRow& row, const PlanColumns& columns, const std::string& path) {
  PlanLine line;
  line.line = row.line;
  line.source = unescape_bytes(row.fields[columns.source]);
  line.sha256 = ascii_lower(trim(row.fields[columns.sha256]));
  line.disposition = trim(row.fields[columns.disposition]);
  if (std::find(words.begin(), words.end(), line.disposition) == words.end()) {
    return csv_error(purpose, path, row.line,
                     line.disposition.empty() ? "it has no disposition" : "unknown disposition: " + line.disposition,
                     "Write replay, duplicate, hold or skip (replayed and in_doubt keep their word).");
  }
  if (columns.rule != CsvTable::npos) line.rule = trim(row.fields[columns.rule]);
  // Of what is not to go out, the envelope may be as broken as it is.
  if (line.disposition != "replay" || columns.recipients == CsvTable::npos) return line;
  line.blank_envelope = trim(row.fields[columns.sender]).empty() && trim(row.fields[columns.recipients]).empty();
  if (line.blank_envelope) return line;
  const EnvelopeCells cells{purpose, path, columns.sender, columns.recipients};
  REQUEUE_TRY(line.envelope, read_envelope_cells(cells, row));
  line.cell = recipients_cell(cells, row);
  return line;
}

}  // namespace

Result<void> write_plan_csv(recovery::Recovery& recovery, const Plan& plan, const PlanOptions& options,
                            ByteWriter& out) {
  const auto columns = keys_of(record_of(0, Message{}, Reading{}, plan, true));
  REQUEUE_CHECK(out.write(csv_line(columns)));
  std::uint64_t seq = 0;
  for (const auto& message : plan.messages) {
    if (!message.chosen_now) continue;  // a line would send it; without one it stays pending
    const auto reading = read_message(recovery, plan, message, options);
    if (!reading && reading.error().exit == Exit::interrupted) return failure(reading.error());
    auto record = record_of(++seq, message, reading ? *reading : Reading{}, plan, true);
    // So that a person who writes replay in its place is told that it was sent.
    if (message.disposition == Disposition::replayed) record["rule"] = "replayed";
    REQUEUE_CHECK(out.write(csv_line(csv_fields(record, columns))));
  }
  return {};
}

Result<std::vector<PlanLine>> parse_plan(std::string_view csv, const std::string& path) {
  REQUEUE_TRY(const auto table, parse_csv(csv, path, purpose));
  const auto columns = columns_of(table);
  if (std::max({columns.source, columns.sha256, columns.disposition}) == CsvTable::npos) {
    return csv_error(purpose, path, 1, "the column source, sha256 or disposition is missing",
                     "Start from the file that `requeue plan --out FILE` writes.");
  }
  REQUEUE_CHECK(check_columns(table, known_columns, path, purpose));
  if ((columns.sender == CsvTable::npos) != (columns.recipients == CsvTable::npos)) {
    return csv_error(purpose, path, 1, "of the columns envelope_sender and envelope_recipients one is missing",
                     "Keep both; without both, each message goes to its own recipients.");
  }
  std::vector<PlanLine> out;
  std::unordered_map<std::string, int> lines;
  for (const auto& row : table.rows) {
    REQUEUE_TRY(auto line, read_line(row, columns, path));
    const auto [place, fresh] = lines.emplace(line.source, row.line);
    if (!fresh) {
      return csv_error(
          purpose, path, row.line,
          "the source stands in line " + std::to_string(place->second) + " already: " + row.fields[columns.source],
          "Keep one line for each message.");
    }
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace requeue::replay
