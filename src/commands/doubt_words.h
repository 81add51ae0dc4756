// Messages in doubt, told to the person who is to decide: what happened, where to look, how to say it.
#pragma once

#include "commands/plan_words.h"

namespace requeue::commands {

void tell_doubts(Context& context, const replay::Plan& plan, const Telling& telling);
// {source, rule, look: [paths]}, at most 1000.
Json doubts_json(const replay::Plan& plan);

}  // namespace requeue::commands
