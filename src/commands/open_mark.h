// The mark of another recovery folder in a Mailroot (mailroot/evacuation_mark.h), and what it holds up.
#pragma once

#include "commands/context.h"
#include "mailroot/mailroot.h"
#include "recovery/state.h"

namespace requeue::commands {

// A mark whose recovery folder has nothing open holds nobody up.
enum class StaleMark { take_away, leave };  // leave: in a person's backup, where nothing is to be written

// No evacuation of this Mailroot into another recovery folder that was cut short: what it took out would be taken for
// gone, or sent by both. Nor a copy of a Mailroot, by the mark that it was copied with.
Result<void> require_no_other_mark(Context& context, const recovery::State& state, files::Tree& mailroot,
                                   StaleMark stale = StaleMark::take_away);
// A mark whose recovery folder has nothing open, left by a run that was killed before its first step or after its last
// one: it holds nobody up, and the above takes it away.
bool is_stale(Context& context, const mailroot::Token& token);
// That, and no copies that a restore of another one left under temporary names: they would be taken for mail that came
// in. Not for restore itself, which clears its own away.
Result<void> require_only_evacuation(Context& context, const recovery::State& state, files::Tree& mailroot,
                                     StaleMark stale = StaleMark::take_away);

// A restore is open, and its Mailroot is there: it is to be ended first. Where that folder is gone, or on another
// platform, nobody can end it; then that is told, and nothing waits for it.
bool waits_for_restore(Context& context, const recovery::State& state);

}  // namespace requeue::commands
