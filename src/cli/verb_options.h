// Every option of the program, as CLI11 is told of it: one verb with all that it takes.
#pragma once

#include "cli/verbs.h"

namespace CLI {
class App;
}

namespace requeue::cli {

// Told at the end of each help.
inline constexpr const char* exit_help =
    "Exit status: 0 done and balanced, 1 failed, 2 usage, 3 finished but a person is needed, 4 verification failed,\n"
    "5 precondition not met, 6 locked by another run, 7 stale plan, 8 messages in doubt, 130 interrupted.";

// Adds the verb to `program`; what is parsed lands in `options`, which must outlive it.
void add_verb(CLI::App& program, const Verb& verb, commands::Options& options);

}  // namespace requeue::cli
