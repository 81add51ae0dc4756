// What is wrong with a command line beyond a single option: options that need or exclude each other.
#pragma once

#include <string>

#include "cli/verbs.h"

namespace requeue::cli {

// In words, the first thing found; empty: nothing is wrong.
std::string check(const commands::Options& options, const Verb& verb);

}  // namespace requeue::cli
