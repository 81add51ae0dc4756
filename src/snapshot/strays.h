// What stands in a bag and is none of it.
#pragma once

#include <vector>

#include "snapshot/take.h"

namespace requeue::snapshot {

// Beside the bag's own files and data/, and folders in data/ that neither the tree had nor a file of it stands in: no
// list names them, so that no digest would tell. Files in data/ are compared with the manifest elsewhere. What is in
// `wrong` already (a folder in a file's place) is not named again.
Result<void> find_strays(files::Tree& recovery, std::vector<Wrong>& wrong, unsigned jobs);
// A BagIt validator passes over these: the bag is valid, and no longer what was taken.
bool is_stray(const Wrong& wrong);

}  // namespace requeue::snapshot
