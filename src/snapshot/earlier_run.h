// What an earlier, interrupted run of empty left behind, and what may be concluded from a file that is gone.
#pragma once

#include <string>

#include "recovery/recovery.h"
#include "snapshot/removal.h"

namespace requeue::snapshot {

class EarlierRun {
 public:
  // `scope` as on record (check_same), and it outlives this.
  EarlierRun(const recovery::Recovery& recovery, const Scope& scope);

  [[nodiscard]] bool any() const { return any_; }
  // The same --keep and --empty-mailbox as before: what a begun group says of a folder holds only then.
  [[nodiscard]] Result<void> check_same() const;
  // Once, before anything is concluded: newcomers in Queue or Pickup mean that the service may have been at work.
  Result<void> look_around(files::Tree& mailroot, files::Tree& recovery);
  // Whether a snapshot file that is absent now was removed by us. If not, or if that cannot be known: gone. What was to
  // stay never was, wherever the groups had come to.
  [[nodiscard]] bool removed(const files::Relative& source) const;
  // Whether a group with it was begun, so that it was removed, or looked at and left.
  [[nodiscard]] bool began(const files::Relative& source) const;
  // The greatest source of all groups begun; a later group must not hide it.
  [[nodiscard]] const files::Relative& frontier() const { return last_; }

 private:
  [[nodiscard]] bool is_doubtful(const files::Relative& source) const;

  const recovery::State& state_;
  const Scope& scope_;
  bool any_;
  files::Relative first_, last_;  // of the last group begun, and the greatest of all; empty: none
  files::Relative reached_;       // the last of that group itself
  bool in_doubt_;
};

}  // namespace requeue::snapshot
