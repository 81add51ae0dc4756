// What a replay came to, in words and as JSON.
#pragma once

#include "commands/context.h"
#include "recovery/state.h"
#include "replay/handoff.h"
#include "replay/replay.h"

namespace requeue::commands {

// The command that goes on: with what the next run would be refused without, would go elsewhere, or decide otherwise.
std::string the_same_replay(const Context& context);

void tell_replay(Context& context, const recovery::State& state, const replay::ReplayResult& result,
                 const replay::Plan& plan);
// No address stands in it: it goes into the journal with the end of the run.
Json replay_json(const Context& context, const replay::ReplayResult& result, const replay::Plan& plan,
                 const std::vector<std::string>& notes);

// What a replay that was cut short had left open, before anything was planned.
void tell_settled(Context& context, const replay::Settled& settled);
Json settled_json(const replay::Settled& settled);
// An error that comes after it says so: "Nothing was sent" is not true of this run any more.
Error after_settling(Error error, const replay::Settled& settled);

}  // namespace requeue::commands
