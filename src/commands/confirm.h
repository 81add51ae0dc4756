// A person's word before the steps that cannot be taken back: emptying, replaying, disposing. Asked before anything is
// touched, recorded inside the run: who (the run's account), when, how.
#pragma once

#include <string>

#include "commands/context.h"
#include "recovery/recovery.h"

namespace requeue::commands {

struct Confirmation {
  std::string step;   // "empty", "replay", "dispose"
  std::string how;    // "typed", "option" (--confirm), "command_line" (nobody could be asked); empty: given earlier
  std::string place;  // what it was given for: the Mailroot, the Pickup, the recovery folder
};

// `sentence`: what will happen. `given`: a run before this one was confirmed for the same step and place, so nobody is
// asked again. Exit::precondition, nothing touched, when --confirm names another server or the answer is not its name.
Result<Confirmation> confirm(Context& context, const std::string& step, const std::string& place,
                             const std::string& sentence, bool given);

// --confirm, for a dry run, which asks nobody: Exit::precondition when it names another server.
Result<void> require_this_server(const Context& context);

Result<void> record(recovery::Recovery& recovery, const Confirmation& confirmation);

}  // namespace requeue::commands
