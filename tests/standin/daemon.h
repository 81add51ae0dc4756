// The stand-in as a process of its own: one a state folder, started into the background, asked after and stopped.
#pragma once

#include <chrono>
#include <string>

#include "standin/standin_core.h"

namespace standin {

// Exit statuses, as `requeue --service command` wants them of a status command.
constexpr int running = 0;
constexpr int failed = 1;
constexpr int stopped = 3;

// In the foreground, until SIGTERM or SIGINT.
int serve(const Settings& settings);
// In the foreground, until nothing in Pickup and Queue will go on by itself.
int drain(const Settings& settings);
// In the background. Comes back when it serves.
int start(const Settings& settings);
// Ends the one that serves this state folder, and waits until it has.
int stop(const boost::filesystem::path& state, std::chrono::seconds timeout);
int status(const boost::filesystem::path& state);

}  // namespace standin
