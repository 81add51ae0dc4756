// plan, explain and replay -n with --smtp: what the way by SMTP makes of the messages, without a connection.
#pragma once

#include "commands/context.h"
#include "replay/smtp_parcel.h"

namespace requeue::commands {

// Told after the plan. Empty without --smtp: nothing is read.
Result<Json> preview_by_smtp(Context& context, recovery::Recovery& recovery, replay::Plan& plan,
                             const replay::PlanOptions& options);
void tell_smtp_preview(Context& context, const Json& preview);

// Of one message that would be sent; null for any other, and without --smtp.
Json explain_by_smtp(Context& context, recovery::Recovery& recovery, const replay::Plan& plan,
                     const replay::Message& message, const replay::PlanOptions& options);

// What comes next, by the way that this plan is for; never a replay that would have nothing to send or to settle.
std::string next_step_of_plan(Context& context, const recovery::State& state, const replay::Plan& plan);
std::string replay_of_plan(const Context& context, const recovery::State& state);
std::string probe_before_it(const Context& context, const recovery::State& state);  // empty: none is needed

}  // namespace requeue::commands
