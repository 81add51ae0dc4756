// The mark in a Mailroot that is being emptied (mailroot/evacuation_mark.h), and the journal's word of it.
#pragma once

#include "recovery/recovery.h"

namespace requeue::snapshot {

// Before the first removal; durable, the journal's word of it with the next flush. On a full volume there may be none:
// that is warned of, and nothing is held up by it.
Result<void> set_mark(recovery::Recovery& recovery, files::Tree& mailroot, Watcher& watcher);
// Before anything is concluded from a file that is gone. One that the journal knows as set and that does not stand was
// removed by somebody, who may have evacuated this Mailroot into another recovery folder since: recorded, for good.
Result<void> note_lost_mark(recovery::Recovery& recovery, files::Tree& mailroot);
// After the last removal, or once all was put back. The journal has it first: were it the other way round, a crash in
// between would look like a mark that somebody took away.
Result<void> take_mark_away(recovery::Recovery& recovery, files::Tree& mailroot);

}  // namespace requeue::snapshot
