// The folders that a restore puts files into: made, or found standing and cleared of what a killed restore left there.
#pragma once

#include <optional>
#include <set>

#include "snapshot/restore.h"

namespace requeue::snapshot {

class RestoreFolders {
 public:
  RestoreFolders(files::Tree& target, Restored& result) : target_(target), result_(result) {}

  // A folder that cannot be made is told, once; what should go into it then finds no place and is told as well. An
  // error: the target's device cannot be written, which ends the run.
  Result<void> make(const files::Relative& path);
  Result<void> make_parents(const files::Relative& path);
  // The names of those made since: before the record says of any file that it stands, and at the end. Together, since
  // ten thousand folders in one need no more than one flush.
  Result<void> flush();
  [[nodiscard]] bool stands(const files::Relative& path) const { return standing_.contains(path); }

 private:
  files::Tree& target_;
  Restored& result_;
  std::set<files::Relative> standing_;  // made, or seen to stand
  std::set<files::Relative> refused_;
  std::set<files::Relative> unflushed_;  // folders that hold names of new ones
};

// Of a restore that was killed: copies that were never given their names. What stands in Pickup the service takes under
// these, too. No such folder: nothing to do.
Result<void> remove_leftovers(files::Tree& target, const files::Relative& path);
// The first of them anywhere in the tree; nullopt: none.
Result<std::optional<files::Relative>> find_leftover(files::Tree& tree);

}  // namespace requeue::snapshot
