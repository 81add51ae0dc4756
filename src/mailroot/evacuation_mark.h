// A file of ours in the Mailroot while it is being emptied: it names the recovery folder that has what is gone already.
// Without it an evacuation that was cut short could not tell what it removed itself from what another one, into another
// recovery folder, took out after it; and both would send that. Of a Mailroot in several places each folder that holds
// one bears it: the other evacuation may know one of them only.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "mailroot/mailroot.h"

namespace requeue::mailroot {

// Two lines as a staging folder's token has them; of several places, the first that is found, one of another than `id`
// before one of it, and none if one of `id` is missing somewhere. nullopt: there is none, or one without its end, which
// a crash left while it was written: whoever wrote it had removed nothing yet. An error: something else stands under
// the name.
Result<std::optional<Token>> read_mark(files::Tree& mailroot, const std::string& id = {});
// Durable when it returns. One without its end is replaced, one that is there already stays.
Result<void> set_mark(files::Tree& mailroot, const Token& token);
// Only those of `id`, and those without their end. Durable when it returns. None there: nothing to do.
Result<void> take_mark_away(files::Tree& mailroot, const std::string& id);

// Which of its places bears the mark of `id`; itself where none does.
files::Tree& bearer_of_mark(files::Tree& mailroot, const std::string& id);

// Refused (Exit::precondition) where the mark of another recovery folder than `id` stands; that one is named.
// `ways_out`: the commands that end its evacuation, as they are to be typed.
Result<void> check_no_other_evacuation(files::Tree& mailroot, const std::string& id,
                                       const std::function<std::string(const Token&)>& ways_out = {});

}  // namespace requeue::mailroot
