// The report as one page: self-contained, readable with scripts off, printable, and safe whatever the mail contains.
#pragma once

#include "recovery/recovery.h"
#include "replay/ledger.h"
#include "report/redaction.h"

namespace requeue::report {

// Streams: memory is the ledger's and the charts', not the table's.
// `redaction`: what is personal is replaced, and so are the names of server, account, operator and Mailroot.
Result<void> write_html(recovery::Recovery& recovery, const replay::Ledger& ledger, ByteWriter& out, Watcher& watcher,
                        const Redaction* redaction = nullptr);

}  // namespace requeue::report
