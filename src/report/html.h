// The report as one page: self-contained, readable with scripts off, printable, and safe whatever the mail contains.
#pragma once

#include "report/figures.h"
#include "report/manifest.h"
#include "report/redaction.h"

namespace requeue::report {

// Streams: memory is the manifest's and the charts', not the table's. `figures`: of a pass over that manifest, redacted
// as this page is.
// `redaction`: what is personal is replaced, and so are the names of server, account, operator and Mailroot.
Result<void> write_html(recovery::Recovery& recovery, const Told& told, Manifest& manifest, const Figures& figures,
                        ByteWriter& out, const Redaction* redaction = nullptr);

}  // namespace requeue::report
