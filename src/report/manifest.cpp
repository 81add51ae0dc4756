#include "report/manifest.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include "core/text.h"
#include "mailroot/mailroot.h"
#include "replay/csv.h"
#include "report/handovers.h"
#include "report/personal.h"
#include "report/selection.h"
#include "report/tally.h"
#include "snapshot/bag.h"

namespace requeue::report {

const std::vector<std::string> columns{"seq",
                                       "source",
                                       "folder",
                                       "size",
                                       "mtime",
                                       "sha256",
                                       "streams",
                                       "message_id",
                                       "mih",
                                       "date",
                                       "subject",
                                       "from",
                                       "envelope_sender",
                                       "envelope_recipients",
                                       "envelope_source",
                                       "arrival",
                                       "disposition",
                                       "rule",
                                       "duplicate_of",
                                       "written_name",
                                       "written_sha256",
                                       "written_at",
                                       "taken_at"};

namespace {

// What files.jsonl says of a message.
struct Row {
  std::string source;  // true bytes
  std::string sha256;
  std::uint64_t size = 0;
  Timestamp written;
  std::size_t streams = 0;
};

// Planned now, because no replay has decided on some messages yet.
struct Planned {
  replay::Plan plan;
  std::unordered_map<std::string_view, std::size_t> index;  // by source; views into the plan
};

class Manifest {
 public:
  Manifest(recovery::Recovery& recovery, const replay::Ledger& ledger, Watcher& watcher,
           const std::function<Result<void>(const Json&)>& visit)
      : recovery_(recovery), ledger_(ledger), watcher_(watcher), visit_(visit) {}

  Result<replay::Counts> run();

 private:
  Result<void> read_handovers();
  Result<void> read_rows();
  Result<void> plan_undecided();
  Result<void> tell(std::span<const Row> rows);
  Result<Json> record(const Row& row, const Personal& personal);
  Result<Json> planned_record(const Row& row);
  void add_standing(Json& record, const Row& row) const;
  void add_planned_arrival(Json& record, const Row& row) const;
  void add_written(Json& record, const Row& row) const;
  [[nodiscard]] const replay::Message* planned(const std::string& source) const;
  [[nodiscard]] bool anything_undecided() const;

  recovery::Recovery& recovery_;
  const replay::Ledger& ledger_;
  Watcher& watcher_;
  const std::function<Result<void>(const Json&)>& visit_;
  replay::PlanOptions options_;
  Handovers handovers_;
  std::vector<Row> rows_;
  std::optional<Planned> planned_;
  replay::Counts counts_;
  std::uint64_t seq_ = 0;
};

Json row_record(std::uint64_t seq, const Row& row) {
  Json record;
  for (const auto& column : columns) record[column] = nullptr;
  record["seq"] = seq;
  record["source"] = escape_bytes(row.source);
  record["folder"] = escape_bytes(mailroot::top_of(row.source));
  record["size"] = row.size;
  record["mtime"] = to_iso8601(row.written);
  record["sha256"] = row.sha256;
  record["streams"] = row.streams;
  return record;
}

Result<replay::Counts> Manifest::run() {
  if (!recovery_.state().snapshot) return counts_;
  REQUEUE_CHECK(snapshot::check_tags(recovery_.tree(), recovery_.state().snapshot->root));
  REQUEUE_CHECK(read_handovers());
  REQUEUE_CHECK(read_rows());
  REQUEUE_CHECK(plan_undecided());
  watcher_.phase("manifest", rows_.size(), 0);
  const std::span<const Row> all(rows_);
  for (std::size_t first = 0; first < all.size(); first += personal_at_a_time) {
    REQUEUE_CHECK(tell(all.subspan(first, std::min(personal_at_a_time, all.size() - first))));
  }
  counts_.found = rows_.size();
  return counts_;
}

Result<void> Manifest::read_handovers() {
  const auto visit = [&](const journal::Line& line) { return handovers_.see(line); };
  REQUEUE_TRY([[maybe_unused]] const auto chain, journal::read(recovery_.tree(), visit));
  return {};
}

Result<void> Manifest::read_rows() {
  const auto& folders = recovery_.state().replayed_folders;
  const auto visit = [&](const snapshot::Entry& entry) -> Result<void> {
    const bool file = entry.status.kind == files::Kind::file;
    // A message that the journal knows is one, also where its bytes can no longer be read.
    if (!file || (ledger_.find(entry.source) == nullptr && !is_message(recovery_.tree(), entry, folders))) return {};
    rows_.push_back({entry.source, entry.sha256, entry.status.size, entry.status.written, entry.streams.size()});
    return {};
  };
  REQUEUE_CHECK(snapshot::read_entries(recovery_.tree(), visit));
  std::sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.source < b.source; });
  return {};
}

bool Manifest::anything_undecided() const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) { return ledger_.find(row.source) == nullptr; });
}

// The arrival is not personal, but stands with what is: without messages.jsonl it is learnt from the snapshot again.
Result<void> Manifest::plan_undecided() {
  if (recovery_.state().payload_destroyed()) return {};
  const bool has_details = recovery_.tree().status(files::Relative(journal::details_name)).has_value();
  if (rows_.empty() || (has_details && !anything_undecided())) return {};
  REQUEUE_TRY(auto plan, replay::make_plan(recovery_, ledger_, options_, watcher_));
  planned_.emplace(Planned{std::move(plan), {}});
  const auto& messages = planned_->plan.messages;
  for (std::size_t i = 0; i < messages.size(); ++i) planned_->index.emplace(messages[i].source, i);
  return {};
}

const replay::Message* Manifest::planned(const std::string& source) const {
  if (!planned_) return nullptr;
  const auto found = planned_->index.find(source);
  return found == planned_->index.end() ? nullptr : &planned_->plan.messages[found->second];
}

Result<void> Manifest::tell(std::span<const Row> rows) {
  Personal personal;
  for (const auto& row : rows) {
    const auto* account = handovers_.find(row.source);
    if (account != nullptr && !account->details.empty()) personal.emplace(account->details, Json::object());
  }
  REQUEUE_CHECK(read_personal(recovery_.tree(), personal));
  for (const auto& row : rows) {
    if (watcher_.stop_requested()) {
      return failure({Exit::interrupted, Cause::interrupted, "the report was interrupted", "", "",
                      "nothing in the recovery folder was changed; run the same command again"});
    }
    ++seq_;
    REQUEUE_TRY(const auto one, record(row, personal));
    ++counter(counts_, replay::disposition_of(text_of(one, "disposition")).value_or(replay::Disposition::pending));
    REQUEUE_CHECK(visit_(one));
    watcher_.advance(1, 0);
  }
  return {};
}

Result<Json> Manifest::record(const Row& row, const Personal& personal) {
  if (ledger_.find(row.source) == nullptr) return planned_record(row);
  Json record = row_record(seq_, row);
  const auto* account = handovers_.find(row.source);
  if (account != nullptr) {
    if (const auto found = personal.find(account->details); found != personal.end()) {
      for (const auto& [column, value] : found->second.items()) record[column] = value;
    }
  }
  add_planned_arrival(record, row);
  add_standing(record, row);
  add_written(record, row);
  return record;
}

// Also where the message cannot be read any more: what the snapshot's tag files say of it is told all the same.
Result<Json> Manifest::planned_record(const Row& row) {
  Json record = row_record(seq_, row);
  record["disposition"] = replay::to_string(replay::Disposition::pending);
  const auto* message = planned(row.source);
  if (message == nullptr) return record;
  const auto reading = replay::read_message(recovery_, planned_->plan, *message, options_);
  if (!reading && reading.error().exit == Exit::interrupted) return failure(reading.error());
  const auto read = reading ? *reading : replay::Reading{};
  const Json from_plan = replay::record_of(seq_, *message, read, planned_->plan, false);
  for (const auto& [column, value] : from_plan.items()) {
    if (record.contains(column)) record[column] = value;
  }
  record["disposition"] = replay::to_string(message->disposition);
  return record;
}

void Manifest::add_planned_arrival(Json& record, const Row& row) const {
  if (!record["arrival"].is_null()) return;
  if (const auto* message = planned(row.source)) record["arrival"] = to_iso8601(message->arrival);
}

void Manifest::add_standing(Json& record, const Row& row) const {
  const auto* standing = ledger_.find(row.source);
  record["disposition"] = replay::to_string(standing->disposition);
  if (const auto& rule = ledger_.rule_text(standing->rule); !rule.empty()) record["rule"] = escape_bytes(rule);
  const auto* account = handovers_.find(row.source);
  if (account != nullptr && !account->duplicate_of.empty()) {
    record["duplicate_of"] = escape_bytes(account->duplicate_of);
  }
}

void Manifest::add_written(Json& record, const Row& row) const {
  const auto* account = handovers_.find(row.source);
  // How a server answered to what it did not take in is the explanation of a rule; of anything else it is a rest.
  const bool by_smtp = account != nullptr && account->committed && account->committed->name.empty();
  const auto disposition = text_of(record, "disposition");
  if (!by_smtp && disposition != "failed" && disposition != "in_doubt") record.erase("smtp");
  if (account == nullptr || !account->committed) return;
  record["written_name"] = escape_bytes(account->committed->name);
  record["written_sha256"] = escape_bytes(account->committed->written_sha256);
  record["written_at"] = escape_bytes(account->committed->written_at);
}

}  // namespace

Result<replay::Counts> each_record(recovery::Recovery& recovery, const replay::Ledger& ledger, Watcher& watcher,
                                   const std::function<Result<void>(const Json& record)>& visit) {
  return Manifest(recovery, ledger, watcher, visit).run();
}

Result<void> write_csv(recovery::Recovery& recovery, const replay::Ledger& ledger, ByteWriter& out, Watcher& watcher,
                       const Redaction* redaction) {
  REQUEUE_CHECK(out.write(replay::csv_line(columns)));
  const auto visit = [&](const Json& record) {
    return out.write(replay::csv_line(replay::csv_fields(redaction ? redaction->record(record) : record, columns)));
  };
  REQUEUE_TRY([[maybe_unused]] const auto counts, each_record(recovery, ledger, watcher, visit));
  return {};
}

Result<void> write_jsonl(recovery::Recovery& recovery, const replay::Ledger& ledger, ByteWriter& out, Watcher& watcher,
                         const Redaction* redaction) {
  const auto visit = [&](const Json& record) {
    return out.write(to_line(redaction ? redaction->record(record) : record) + "\n");
  };
  REQUEUE_TRY([[maybe_unused]] const auto counts, each_record(recovery, ledger, watcher, visit));
  return {};
}

}  // namespace requeue::report
