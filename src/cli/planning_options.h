// The options that say what becomes of messages, and how they are handed over. Internal to this room.
#pragma once

#include <string>

#include "commands/options.h"

namespace CLI {
class App;
}

namespace requeue::cli {

// planning_options.cpp
void add_against(CLI::App& app, commands::Options& options);
void add_planning(CLI::App& app, commands::Options& options);
void add_selection(CLI::App& app, commands::Options& options);  // globs and names; each may be given again
void add_release(CLI::App& app, commands::Options& options);
// handover_options.cpp
void add_limit(CLI::App& app, commands::Options& options, const std::string& help);
void add_pace(CLI::App& app, commands::Options& options);
void add_smtp(CLI::App& app, commands::Options& options, const std::string& help);

}  // namespace requeue::cli
