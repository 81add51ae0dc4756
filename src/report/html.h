// The report as one page: self-contained, readable with scripts off, printable, and safe whatever the mail contains.
#pragma once

#include "recovery/recovery.h"
#include "replay/ledger.h"

namespace requeue::report {

// Streams: memory is the ledger's and the charts', not the table's.
Result<void> write_html(recovery::Recovery& recovery, const replay::Ledger& ledger, ByteWriter& out, Watcher& watcher);

}  // namespace requeue::report
