// A folder of the recovery folder with all that is in it, to be removed or looked at.
#pragma once

#include <functional>
#include <vector>

#include "files/files.h"

namespace requeue::snapshot {

// Visits each file (link, special file) below `root` and returns the folders met, parents first and `root` among them:
// removed from the back, each is empty by then. Without recursion: a tree may be as deep as somebody made it. No link
// is followed. A root that is not there is empty; one that is no folder is the only file.
Result<std::vector<files::Relative>> each_file_below(
    files::Tree& tree, const files::Relative& root,
    const std::function<Result<void>(const files::Relative& path)>& visit);

}  // namespace requeue::snapshot
