// The manifest: one record a message, drawn from the journal, messages.jsonl and the snapshot. Nothing else is asked,
// so that it says the same on every machine. Records stream; memory is the ledger's.
#pragma once

#include <functional>
#include <string>

#include "recovery/recovery.h"
#include "replay/ledger.h"
#include "replay/plan.h"
#include "report/redaction.h"

namespace requeue::report {

// The columns, in order: spec section 4, "Manifest record".
extern const std::vector<std::string> columns;

// Visits each record as a JSON object with all columns, `seq` from 1, in the order of sources. Messages that no replay
// has decided yet are read from the snapshot with the default rules and stand as pending (or held, ...: as planned).
Result<replay::Counts> each_record(recovery::Recovery& recovery, const replay::Ledger& ledger, Watcher& watcher,
                                   const std::function<Result<void>(const Json& record)>& visit);

// RFC 4180 lines (CRLF) with a header line; UTF-8; formula cells defused; lists joined by ';'.
// `redaction`: what is personal is replaced; nullptr: nothing is.
Result<void> write_csv(recovery::Recovery& recovery, const replay::Ledger& ledger, ByteWriter& out, Watcher& watcher,
                       const Redaction* redaction = nullptr);
Result<void> write_jsonl(recovery::Recovery& recovery, const replay::Ledger& ledger, ByteWriter& out, Watcher& watcher,
                         const Redaction* redaction = nullptr);

}  // namespace requeue::report
