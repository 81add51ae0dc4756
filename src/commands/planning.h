// What plan, replay and restore need before they decide: the options with their files read, and the snapshot trusted.
#pragma once

#include "commands/context.h"
#include "recovery/recovery.h"
#include "replay/plan.h"

namespace requeue::commands {

// What the service's own settings say, where the command line does not.
void apply_settings(const Context& context, const std::optional<recovery::Settings>& settings,
                    replay::PlanOptions& options);

// The settings of the service; --envelopes read; for an adopted snapshot, what stands in Queue and Pickup of the live
// Mailroot.
Result<replay::PlanOptions> plan_options(Context& context, const recovery::State& state);

// For an adopted snapshot: what stands in the live Queue and Pickup, of the recorded Mailroot, of the Pickup that adopt
// was given, and of that of this run.
Result<void> add_live_mail(Context& context, const recovery::State& state, replay::PlanOptions& options);

// Those of --against that are not on record yet, so that the next run need not name them; or why they are left out.
Result<void> remember_others(Context& context, recovery::Recovery& recovery, const replay::PlanOptions& options);

// --against opened, with those of earlier runs (Exit::precondition when one is gone), and --smtp-log read, before
// --plan: what a person changed is told by comparison with the envelope in force.
Result<void> add_evidence(Context& context, recovery::Recovery& recovery, replay::PlanOptions& options);

// --plan read and compared with the bag: Exit::stale_plan, nothing done, when a source changed or is unknown.
Result<void> choose_from_plan_file(Context& context, recovery::Recovery& recovery, replay::PlanOptions& options);

// Emptied (or adopted as emptied) and with whole tag files; else refused (5) or damage (4).
Result<void> require_replayable(Context& context, recovery::Recovery& recovery);

// The status of a plan, made or carried out: in doubt, damaged, failed, held, the gravest told. `pending`: what pending
// messages count for; nothing in a plan, which is not carried out yet.
Exit exit_of_plan(const replay::Plan& plan, Exit pending = Exit::done);

}  // namespace requeue::commands
