// What a staging folder of ours holds. Used inside this room only.
#pragma once

#include <string>

#include "files/files.h"

namespace requeue::mailroot {

// True also for an empty one: its token went first, and then the run was ended.
Result<bool> holds_only_token(files::Tree& tree, const std::string& staging_folder);

}  // namespace requeue::mailroot
