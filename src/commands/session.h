// One run on a recovery folder: opened, worked in, and ended with a run_end whatever happened in between.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "commands/context.h"
#include "commands/preflight.h"
#include "recovery/recovery.h"

namespace requeue::commands {

// Opens to write, runs `work`, ends the run with its exit (also that of an error), prints the head for the change
// ticket. `site`: for the run event; empty where the run concerns no Mailroot.
Result<Outcome> in_run(Context& context, recovery::Missing missing, const Site& site,
                       const std::vector<recovery::Fold*>& folds,
                       const std::function<Result<Outcome>(recovery::Recovery&)>& work);

// Exit::precondition once `dispose` began: what this command would read is destroyed.
Result<void> require_payload(const Context& context, const recovery::State& state);

// The record checked as `audit --quick` does, before it is closed or its mail destroyed: damage found afterwards could
// not be told from what was done on purpose. Exit::verification with the first finding.
Result<void> require_whole_record(Context& context, std::string_view what);

// Whether another run works on the recovery folder now. Only of a command that takes no lock itself; false of others.
bool is_at_work(const Context& context);

// False where no such folder is; one that is there and cannot be reached is an error, and never taken for a new one.
Result<bool> folder_is_there(files::Files& files, const std::string& folder);

// The state as it stands, for refusals before anything is written. A folder that is not there yet: a fresh state.
Result<recovery::State> peek(Context& context);

Json snapshot_json(const recovery::SnapshotFacts& facts);
Json verified_json(const recovery::Verified& verified);

}  // namespace requeue::commands
