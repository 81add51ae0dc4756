// What can be refused is refused before the service is stopped and before anything is written.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/context.h"
#include "mailroot/mailroot.h"
#include "mailroot/places.h"
#include "recovery/state.h"

namespace requeue::commands {

struct Site {
  std::shared_ptr<files::Tree> mailroot;
  std::string mailroot_path;                   // resolved; what the journal records
  mailroot::Folders folders;                   // where they do not stand in one
  std::optional<recovery::Settings> settings;  // of the service, where they were read
};

// Opens the Mailroot and checks that it is one (Exit::precondition). Refuses a recovery folder inside it or the other
// way round, and a network path without a stated service.
Result<Site> open_site(Context& context, const std::string& given);

// The same of a copy that somebody made of one: no service owns it, wherever it stands.
Result<Site> open_backup(Context& context, const std::string& given);

// The checks of open_site on a Mailroot that is open already.
Result<Site> check_site(Context& context, std::shared_ptr<files::Tree> tree, mailroot::Folders folders);

// What is written into or emptied lies in no snapshot of ours: Exit::precondition. `what`: "this Mailroot".
Result<void> require_no_snapshot(Context& context, const files::Path& folder, std::string_view what);

// Each `given` folder is one of those that are `there`, or has a name that the service gives (it makes them when it
// needs them): Exit::usage, which names those that there are. A misspelt --keep would empty what was to be kept.
Result<void> require_named_folders(const std::vector<std::string>& given, const std::vector<std::string>& there,
                                   const std::string& option);
// The same for --keep.
Result<void> require_kept_folders(const Context& context, files::Tree& mailroot);
// The same for --folder of restore: the folders of the snapshot.
Result<void> require_restored_folders(Context& context);

// Where the recovery folder is or will be: room for a copy of `tree` and 10 % more; with --method link, the same
// volume, and room for what is copied all the same.
Result<void> check_space(Context& context, files::Tree& tree, const mailroot::Survey& survey);

// The snapshot on record, where a run that was killed while it took it anew has moved it aside: nothing is damaged
// (Exit::precondition, where it would be taken for that).
Result<void> require_snapshot_of_record(const Context& context, const recovery::State& state);

// The tree may be worked on: Exit::precondition when the service runs.
Result<void> require_stopped(Context& context, std::string_view for_what);

// Only the recorded Mailroot, once there is one.
Result<void> require_same_mailroot(const recovery::State& state, const Site& site);

// Whoever works where the service was asked asks it, too: `what` is said of a run that does not.
Result<void> require_asked_service(const Context& context, const recovery::State& state, std::string what);
// A run that goes on with an emptying asks the service if the first one did.
Result<void> require_known_service(const Context& context, const recovery::State& state);

}  // namespace requeue::commands
