// What stands in a bag and is none of it.
#pragma once

#include <unordered_set>
#include <vector>

#include "snapshot/take.h"

namespace requeue::snapshot {

// The folders of a bag that its list accounts for. Folders, not files: a queue of 100,000 messages stands in a few of
// them.
class KnownFolders {
 public:
  KnownFolders();
  void add_of(const Entry& entry);
  [[nodiscard]] bool has(const files::Relative& path) const { return known_.contains(path); }

 private:
  void add(files::Relative path);

  std::unordered_set<files::Relative> known_;
};

// Beside the bag's own files and data/, and folders in data/ that neither the tree had nor a file of it stands in: no
// list names them, so that no digest would tell. Files in data/ are compared with the manifest elsewhere. What is in
// `wrong` already (a folder in a file's place) is not named again.
Result<void> find_strays(files::Tree& recovery, const KnownFolders& known, std::vector<Wrong>& wrong);
// A BagIt validator passes over these: the bag is valid, and no longer what was taken.
bool is_stray(const Wrong& wrong);

}  // namespace requeue::snapshot
