// The man pages, in roff, from the same tree of options as --help.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/option_tree.h"

namespace requeue::cli {

// requeue(1), or requeue-VERB(1) for a verb of `all`; empty when there is no such verb.
std::string man_page(const std::vector<VerbWords>& all, std::string_view verb, std::string_view version);

}  // namespace requeue::cli
