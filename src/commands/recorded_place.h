// Whether a folder is the place that the record speaks of: not the bare folder on which its volume is to be mounted,
// and not one beside a Pickup into which the record hands mail.
#pragma once

#include <optional>

#include "commands/context.h"
#include "recovery/state.h"

namespace requeue::commands {

// The snapshot of that recovery folder was taken of this very folder, wherever it stands now: moved, or mounted
// elsewhere, it has another path. The time of its making tells it from one that was given its number after it was gone.
// nullopt: that cannot be told (adopted, in several places, a volume without file ids).
Result<std::optional<bool>> was_taken_of(const Context& context, const files::Path& recovery,
                                         const recovery::State& state, files::Tree& found);
// The folder under the recorded path lacks Queue and Pickup and stands on another volume than that of the snapshot
// (Exit::precondition). A Mailroot in several places, and one that was adopted, cannot be told.
Result<void> require_mounted(Context& context, const recovery::State& state, files::Tree& found);
// The same of one that is not there any more, by the nearest folder that is.
Result<void> require_mounted_above(Context& context, const recovery::State& state, const files::Path& missing);
// Of an emptying that was cut short: its mark is not there, nor is this the folder of the snapshot.
Result<void> require_marked_folder(const Context& context, const recovery::State& state, files::Tree& found);

// What is put back beside a Pickup of the record, as a plain copy, the service sends, and a replay too.
Result<void> require_no_pickup_of_record(Context& context, const recovery::State& state, files::Tree& target);
// The same of a folder that is not there (any more), by its path.
Result<void> require_no_pickup_of_record(Context& context, const recovery::State& state, const files::Path& missing);

// An adopted backup whose Mailroot may have another path now, or was never named: what it has sent, or is to replay,
// would stand before the eyes of a service. Nothing of the snapshot tells the two folders apart. One that still is
// where the record says tells enough.
Result<void> require_no_mailroot_of_adopted(Context& context, const recovery::State& state, files::Tree& target);

// Slips of who restores: the tree would stand in another one's record, or in a folder of the recorded Mailroot.
Result<void> require_no_recovery_folder(Context& context, const files::Path& target);
Result<void> require_not_in_mailroot(const recovery::State& state, const files::Path& target);

// As each Mailroot has; false where it cannot be read.
bool has_queue_or_pickup(files::Tree& tree);
// Of a Pickup that was given: the service takes mail from it, as far as names tell. Of any Mailroot, recorded or not,
// the other folders are refused (Exit::precondition): nobody would ever send what lies there.
Result<void> require_taken_from(Context& context, const recovery::State& state, const files::Path& pickup);
// The same path, or the same volume and file id; where that cannot be told, it is the same.
Result<bool> is_folder(const Context& context, files::Tree& target, const files::Path& recorded);

}  // namespace requeue::commands
