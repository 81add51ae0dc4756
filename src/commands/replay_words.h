// What a replay came to, in words and as JSON.
#pragma once

#include "commands/context.h"
#include "recovery/state.h"
#include "replay/replay.h"

namespace requeue::commands {

// The command that goes on: with what the next run would be refused without, would go elsewhere, or decide otherwise.
std::string the_same_replay(const Context& context);

void tell_replay(Context& context, const recovery::State& state, const replay::ReplayResult& result,
                 const replay::Plan& plan);
// No address stands in it: it goes into the journal with the end of the run.
Json replay_json(const Context& context, const replay::ReplayResult& result, const replay::Plan& plan,
                 const std::vector<std::string>& notes);

}  // namespace requeue::commands
