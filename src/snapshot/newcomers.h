// What stands in the Mailroot and is not in the snapshot.
#pragma once

#include <functional>

#include "mailroot/mailroot.h"
#include "snapshot/bag.h"

namespace requeue::snapshot {

// Walks the Mailroot beside the entries of the snapshot, both in order. `expected` says of an entry under whose name
// something of the same kind stands whether that is as it should be; what is not, and what has no entry, is visited.
// Folders are nobody's mail.
Result<void> visit_newcomers(files::Tree& mailroot, files::Tree& recovery,
                             const std::function<Result<bool>(const Entry&)>& expected,
                             const std::function<void(const mailroot::Item&)>& visit);

}  // namespace requeue::snapshot
