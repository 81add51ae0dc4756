// What was typed that decides which messages go, to whom and in what form: for the command that is named as the next.
#pragma once

#include <string>
#include <vector>

#include "commands/context.h"
#include "recovery/state.h"

namespace requeue::commands {

// A plan file holds what was selected: what a person adds to it must not be left out by the selection again.
enum class Selection { repeated, by_the_plan_file };

// " --folder Drop --limit 5", quoted for the shell. What says where the mail goes, who does it and why is not in it.
std::string deciding_options(const Context& context, Selection selection);

// The same for the record: each option with its values, addresses as "(personal)".
std::vector<std::vector<std::string>> deciding_words(const Context& context);

struct RecordedOptions {
  std::string typed;        // as deciding_options() has them
  bool personal = false;    // some stand there as "(personal)"
  bool leaves_out = false;  // a person chose what goes and what does not
};
RecordedOptions recorded_options(const recovery::State& state);
// The replay that goes on with these, by the way of the newest one.
std::string recorded_replay(const Context& context, const recovery::State& state);

// What is to be done next.
struct Next {
  std::string command;  // to type; empty when a person's step comes first
  std::string manual;   // what a person does; empty when there is nothing
  bool after = false;   // that comes after the command, not before
};
std::string in_one_line(const Next& next);  // "Next: COMMAND (what a person does)"
// One that was cut short goes on with the options that it was given; what a person left out of one that ended is looked
// at first.
Next next_of_replay(const Context& context, const recovery::State& state);

}  // namespace requeue::commands
