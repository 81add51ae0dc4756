// Which Mailroot is meant: as given, as the service's own settings (MetaBase.xml) say, or as the journal has it.
#pragma once

#include <optional>
#include <string>

#include "commands/preflight.h"
#include "recovery/state.h"

namespace requeue::commands {

// --mailroot; else --metabase; else the Mailroot that the journal names; else the metabase of this Windows. Opened and
// checked like open_site. None of them: Exit::usage. What stands in the folder that holds Pickup and is no folder of
// the service is told, and left alone.
Result<Site> find_site(Context& context, const recovery::State& state);

// The Mailroot as the journal has it, without checks.
Result<std::shared_ptr<files::Tree>> recorded_mailroot(Context& context, const recovery::State& state);

// Only what the settings say of a replay: from --metabase; nullopt without it.
Result<std::optional<recovery::Settings>> given_settings(Context& context);

// The metabase of this Windows: nullopt on other systems, and where there is none.
struct SystemMetabase {
  std::string path;
  std::string bytes;
};
Result<std::optional<SystemMetabase>> system_metabase();

}  // namespace requeue::commands
