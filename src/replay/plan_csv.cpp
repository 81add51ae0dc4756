// The plan as a file: written for a person by --out, read again as the person has reviewed it by --plan.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "core/text.h"
#include "replay/csv.h"
#include "replay/plan.h"

namespace requeue::replay {
namespace {

constexpr std::string_view purpose = "the plan";
constexpr std::array<std::string_view, 6> words = {"replay", "duplicate", "hold", "skip", "replayed", "in_doubt"};

tl::unexpected<Error> stale(const std::string& path, std::string why) {
  return failure(Exit::stale_plan, "the plan does not fit this recovery folder", path, std::move(why),
                 "Write a new one with `requeue plan --out FILE`. Nothing was sent.");
}

std::vector<std::string> keys_of(const Json& record) {
  std::vector<std::string> keys;
  for (const auto& item : record.items()) keys.push_back(item.key());
  return keys;
}

}  // namespace

Result<void> write_plan_csv(recovery::Recovery& recovery, const Plan& plan, const PlanOptions& options,
                            ByteWriter& out) {
  const auto columns = keys_of(record_of(0, Message{}, Reading{}, plan, true));
  REQUEUE_CHECK(out.write(csv_line(columns)));
  std::uint64_t seq = 0;
  for (const auto& message : plan.messages) {
    const auto reading = read_message(recovery, plan, message, options);
    if (!reading && reading.error().exit == Exit::interrupted) return failure(reading.error());
    const auto record = record_of(++seq, message, reading ? *reading : Reading{}, plan, true);
    REQUEUE_CHECK(out.write(csv_line(csv_fields(record, columns))));
  }
  return {};
}

Result<std::vector<PlanLine>> parse_plan(std::string_view csv, const std::string& path) {
  REQUEUE_TRY(const auto table, parse_csv(csv, path, purpose));
  const auto source = table.column("source");
  const auto sha256 = table.column("sha256");
  const auto disposition = table.column("disposition");
  if (std::max({source, sha256, disposition}) == CsvTable::npos) {
    return csv_error(purpose, path, 1, "the column source, sha256 or disposition is missing",
                     "Start from the file that `requeue plan --out FILE` writes.");
  }
  std::vector<PlanLine> out;
  std::unordered_map<std::string, int> lines;
  for (const auto& row : table.rows) {
    PlanLine line{unescape_bytes(row.fields[source]), ascii_lower(trim(row.fields[sha256])),
                  std::string(trim(row.fields[disposition]))};
    if (std::find(words.begin(), words.end(), line.disposition) == words.end()) {
      return csv_error(purpose, path, row.line, "no disposition of a plan: " + line.disposition,
                       "It is replay, duplicate, hold or skip (replayed and in_doubt keep their word).");
    }
    const auto [place, fresh] = lines.emplace(line.source, row.line);
    if (!fresh) {
      return csv_error(purpose, path, row.line,
                       "the source stands in line " + std::to_string(place->second) + " already: " + row.fields[source],
                       "Keep one line for each message.");
    }
    out.push_back(std::move(line));
  }
  return out;
}

Result<void> check_stale(const Plan& plan, const std::vector<PlanLine>& lines, const std::string& path) {
  std::unordered_map<std::string_view, const Message*> messages;
  for (const auto& message : plan.messages) messages.emplace(message.source, &message);
  for (const auto& line : lines) {
    const auto found = messages.find(line.source);
    if (found == messages.end())
      return stale(path, "it names a source that is no message here: " + escape_bytes(line.source));
    if (to_hex(found->second->sha256) != line.sha256) {
      return stale(path, "the SHA-256 of a source is not the snapshot's: " + escape_bytes(line.source));
    }
  }
  return {};
}

}  // namespace requeue::replay
