// A program run as a person at a terminal runs it.
#pragma once

#include <string>

#include "support/process.h"

namespace requeue::tests {

// stdin, stdout and stderr are one terminal; `typed` waits in it from the beginning. What was shown comes in `out`.
Ran run_on_terminal(const Command& command, const std::string& typed);

}  // namespace requeue::tests
