// The manifest: one record a message, drawn from the journal, messages.jsonl and the snapshot. Nothing else is asked,
// so that it says the same on every machine. Records stream; what is kept of each message is what the journal told of
// it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include "recovery/recovery.h"
#include "replay/plan.h"
#include "report/personal.h"
#include "report/redaction.h"
#include "report/told.h"

namespace requeue::report {

// The columns, in order: spec section 4, "Manifest record".
extern const std::vector<std::string> columns;

using VisitRecord = std::function<Result<void>(const Json& record)>;

class Manifest {
 public:
  // The snapshot's lists are checked here, and messages.jsonl is read for where its lines stand. All must outlive it.
  static Result<Manifest> open(recovery::Recovery& recovery, const Told& told, Watcher& watcher);

  // Visits each record as a JSON object with all columns, `seq` from 1, in the order of sources; as often as it is
  // asked. Messages that no replay has decided yet are read from the snapshot with the default rules and stand as
  // pending (or held, ...: as planned).
  Result<replay::Counts> each(const VisitRecord& visit);

 private:
  // What files.jsonl says of a message.
  struct Row {
    std::string source;  // true bytes
    std::string sha256;
    std::uint64_t size = 0;
    Timestamp written;
    std::size_t streams = 0;
    std::uint64_t seq = 0;
  };
  // Planned now, because no replay has decided on some messages yet.
  struct Planned {
    replay::Plan plan;
    std::unordered_map<std::string_view, std::size_t> index;  // by source; views into the plan
  };

  Manifest(recovery::Recovery& recovery, const Told& told, Watcher& watcher, PersonalLines personal, bool has_details);

  static Json row_record(const Row& row);
  Result<Json> record(const Row& row);
  Result<Json> planned_record(const Row& row);
  Result<void> add_planned_arrival(Json& record, const Row& row);
  void add_standing(Json& record, const Row& row, const Account* account) const;
  static void add_written(Json& record, const Account* account);
  // nullptr: it is not in the plan, or none can be made any more.
  Result<const replay::Message*> planned(const std::string& source);
  [[nodiscard]] bool is_message_here(const snapshot::Entry& entry) const;
  Result<bool> anything_undecided();

  recovery::Recovery* recovery_;
  const Told* told_;
  Watcher* watcher_;
  PersonalLines personal_;
  bool has_details_;
  replay::PlanOptions options_;
  std::unique_ptr<Planned> planned_;
  std::optional<bool> undecided_;  // once it was asked
};

// RFC 4180 lines (CRLF); UTF-8; formula cells defused; lists joined by ';'.
std::string csv_head();
std::string csv_row(const Json& record);
std::string jsonl_row(const Json& record);

}  // namespace requeue::report
