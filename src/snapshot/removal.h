// Which files of the snapshot are to go, and one of them going.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "snapshot/empty.h"

namespace requeue::snapshot {

// What the person said stays, and what stays by itself: Mailbox, and files in the Mailroot itself.
class Scope {
 public:
  Scope(const std::vector<std::string>& keep, bool empty_mailbox);
  [[nodiscard]] bool removes(std::string_view source) const;
  [[nodiscard]] const std::set<std::string>& keep() const { return keep_; }  // lower case
  [[nodiscard]] bool empty_mailbox() const { return empty_mailbox_; }

 private:
  std::set<std::string> keep_;
  bool empty_mailbox_;
};

enum class Fate { removed, changed, gone, left };

struct Removal {
  Fate fate = Fate::removed;
  std::string why;  // of left
};

// Looked at once more right before it goes. Denied or busy after three tries: left. Any other failure is the run's end.
Result<Removal> remove_if_same(files::Tree& mailroot, const Entry& entry);
// Causes that concern one file, not the disk.
bool concerns_one_file(Cause cause);

}  // namespace requeue::snapshot
