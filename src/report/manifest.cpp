#include "report/manifest.h"

#include "core/text.h"
#include "mailroot/mailroot.h"
#include "replay/csv.h"
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

Result<Manifest> Manifest::open(recovery::Recovery& recovery, const Told& told, Watcher& watcher) {
  const auto& snapshot = recovery.state().snapshot;
  if (snapshot) REQUEUE_CHECK(snapshot::check_tags(recovery.tree(), snapshot->root));
  REQUEUE_TRY(auto personal, PersonalLines::open(recovery.tree(), told.handovers));
  const bool has_details = recovery.tree().status(files::Relative(journal::details_name)).has_value();
  return Manifest(recovery, told, watcher, std::move(personal), has_details);
}

Manifest::Manifest(recovery::Recovery& recovery, const Told& told, Watcher& watcher, PersonalLines personal,
                   bool has_details)
    : recovery_(&recovery),
      told_(&told),
      watcher_(&watcher),
      personal_(std::move(personal)),
      has_details_(has_details) {}

Result<replay::Counts> Manifest::each(const VisitRecord& visit) {
  replay::Counts counts;
  const auto& state = recovery_->state();
  if (!state.snapshot) return counts;
  watcher_->phase("manifest", state.snapshot->files, 0);
  const auto see = [&](const snapshot::Entry& entry) -> Result<void> {
    watcher_->advance(1, 0);
    if (watcher_->stop_requested()) {
      return failure({Exit::interrupted, Cause::interrupted, "the report was interrupted", "", "",
                      "nothing in the recovery folder was changed; run the same command again"});
    }
    if (!is_message_here(entry)) return {};
    ++counts.found;
    REQUEUE_TRY(const auto one, record({entry.source, entry.sha256, entry.status.size, entry.status.written,
                                        entry.streams.size(), counts.found}));
    ++counter(counts, replay::disposition_of(text_of(one, "disposition")).value_or(replay::Disposition::pending));
    return visit(one);
  };
  // In the order of sources: files.jsonl is refused if it is not.
  REQUEUE_CHECK(snapshot::read_entries(recovery_->tree(), see));
  return counts;
}

// A message that the journal knows is one, also where its bytes can no longer be read.
bool Manifest::is_message_here(const snapshot::Entry& entry) const {
  if (entry.status.kind != files::Kind::file) return false;
  return told_->ledger.find(entry.source) != nullptr ||
         is_message(recovery_->tree(), entry, recovery_->state().replayed_folders);
}

Result<bool> Manifest::anything_undecided() {
  if (undecided_) return *undecided_;
  undecided_ = false;
  REQUEUE_CHECK(snapshot::read_entries(recovery_->tree(), [&](const snapshot::Entry& entry) -> Result<void> {
    if (!*undecided_) undecided_ = told_->ledger.find(entry.source) == nullptr && is_message_here(entry);
    return {};
  }));
  return *undecided_;
}

Json Manifest::row_record(const Row& row) {
  Json record;
  for (const auto& column : columns) record[column] = nullptr;
  record["seq"] = row.seq;
  record["source"] = escape_bytes(row.source);
  record["folder"] = escape_bytes(mailroot::top_of(row.source));
  record["size"] = row.size;
  record["mtime"] = to_iso8601(row.written);
  record["sha256"] = row.sha256;
  record["streams"] = row.streams;
  return record;
}

// Made when the first message asks for it: mostly every message was decided on, and none does.
Result<const replay::Message*> Manifest::planned(const std::string& source) {
  if (recovery_->state().payload_destroyed()) return nullptr;
  if (!planned_) {
    REQUEUE_TRY(auto plan, replay::make_plan(*recovery_, told_->ledger, options_, *watcher_));
    planned_ = std::make_unique<Planned>(Planned{std::move(plan), {}});
    const auto& messages = planned_->plan.messages;
    for (std::size_t i = 0; i < messages.size(); ++i) planned_->index.emplace(messages[i].source.view(), i);
  }
  const auto found = planned_->index.find(source);
  return found == planned_->index.end() ? nullptr : &planned_->plan.messages[found->second];
}

Result<Json> Manifest::record(const Row& row) {
  if (told_->ledger.find(row.source) == nullptr) return planned_record(row);
  Json record = row_record(row);
  const auto& accounts = told_->handovers.accounts();
  const auto place = accounts.place_of(row.source);
  const auto* const account = place == Account::none ? nullptr : &accounts.at(place).value;
  if (account != nullptr) {
    REQUEUE_TRY(const auto personal, personal_.of(place));
    for (const auto& [column, value] : personal.items()) record[column] = value;
  }
  REQUEUE_CHECK(add_planned_arrival(record, row));
  add_standing(record, row, account);
  add_written(record, account);
  return record;
}

// Also where the message cannot be read any more: what the snapshot's tag files say of it is told all the same.
Result<Json> Manifest::planned_record(const Row& row) {
  Json record = row_record(row);
  record["disposition"] = replay::to_string(replay::Disposition::pending);
  REQUEUE_TRY(const auto* const message, planned(row.source));
  if (message == nullptr) return record;
  const auto reading = replay::read_message(*recovery_, planned_->plan, *message, options_);
  if (!reading && reading.error().exit == Exit::interrupted) return failure(reading.error());
  const auto read = reading ? *reading : replay::Reading{};
  const Json from_plan = replay::record_of(row.seq, *message, read, planned_->plan, false);
  for (const auto& [column, value] : from_plan.items()) {
    if (record.contains(column)) record[column] = value;
  }
  record["disposition"] = replay::to_string(message->disposition);
  return record;
}

// The arrival is not personal, but stands with what is: without messages.jsonl it is learnt from the snapshot again.
// Beside one, only where a plan has to be made for others anyway.
Result<void> Manifest::add_planned_arrival(Json& record, const Row& row) {
  if (!record["arrival"].is_null() || recovery_->state().payload_destroyed()) return {};
  if (has_details_) {
    REQUEUE_TRY(const bool made_anyway, anything_undecided());
    if (!made_anyway) return {};
  }
  REQUEUE_TRY(const auto* const message, planned(row.source));
  if (message != nullptr) record["arrival"] = to_iso8601(message->arrival);
  return {};
}

void Manifest::add_standing(Json& record, const Row& row, const Account* account) const {
  const auto& ledger = told_->ledger;
  const auto* standing = ledger.find(row.source);
  record["disposition"] = replay::to_string(standing->disposition);
  if (const auto& rule = ledger.rule_text(standing->rule); !rule.empty()) record["rule"] = escape_bytes(rule);
  if (account != nullptr && account->duplicate_of != Account::none) {
    record["duplicate_of"] = escape_bytes(told_->handovers.accounts().at(account->duplicate_of).key);
  }
}

void Manifest::add_written(Json& record, const Account* account) {
  // How a server answered to what it did not take in is the explanation of a rule; of anything else it is a rest.
  const bool by_smtp = account != nullptr && account->committed && account->committed->name.empty();
  const auto disposition = text_of(record, "disposition");
  if (!by_smtp && disposition != "failed" && disposition != "in_doubt") record.erase("smtp");
  if (account == nullptr || !account->committed) return;
  const auto& committed = *account->committed;
  record["written_name"] = escape_bytes(committed.name);
  if (is_set(committed.written_sha256)) record["written_sha256"] = to_hex(committed.written_sha256);
  if (committed.written_at) record["written_at"] = to_iso8601(*committed.written_at);
}

std::string csv_head() {
  return replay::csv_line(columns);
}

std::string csv_row(const Json& record) {
  return replay::csv_line(replay::csv_fields(record, columns));
}

std::string jsonl_row(const Json& record) {
  return to_line(record) + "\n";
}

}  // namespace requeue::report
