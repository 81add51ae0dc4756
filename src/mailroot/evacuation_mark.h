// A file of ours in the Mailroot while it is being emptied: it names the recovery folder that has what is gone already.
// Without it an evacuation that was cut short could not tell what it removed itself from what another one, into another
// recovery folder, took out after it; and both would send that.
#pragma once

#include <optional>
#include <string>

#include "mailroot/mailroot.h"

namespace requeue::mailroot {

// Two lines as a staging folder's token has them. nullopt: there is none, or one without its end, which a crash left
// while it was written: whoever wrote it had removed nothing yet. An error: something else stands under the name.
Result<std::optional<Token>> read_mark(files::Tree& mailroot);
// Durable when it returns. One without its end is replaced; a whole one is Cause::exists.
Result<void> set_mark(files::Tree& mailroot, const Token& token);
// Durable when it returns. None there: nothing to do.
Result<void> take_mark_away(files::Tree& mailroot);

// Refused (Exit::precondition) where the mark of another recovery folder than `id` stands; that one is named.
Result<void> check_no_other_evacuation(files::Tree& mailroot, const std::string& id);

}  // namespace requeue::mailroot
