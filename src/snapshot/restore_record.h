// What the journal is told of a restore into the recorded Mailroot, so that no message is sent twice: once by the
// service, from where restore put it, and once by a replay.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "snapshot/restore.h"

namespace requeue::snapshot {

class RestoreRecord {
 public:
  virtual ~RestoreRecord() = default;
  // Before anything is put back: the group of a restore that was killed.
  virtual Result<void> settle_unfinished(files::Tree& target, Restored& result) = 0;
  // Why this file, which does not stand there, is not put back; nullopt: it may be.
  virtual std::optional<std::string> refuses(const files::Relative& source) = 0;
  // Whether a file that stands there already is to be told of.
  virtual bool wants_present(const files::Relative& source) = 0;
  // `begin` is on the disk before the first file of the group stands, under a temporary name, too; `end` after the
  // folders are, with those of the group that stand.
  virtual Result<void> begin(files::Tree& target, const std::vector<files::Relative>& sources) = 0;
  virtual Result<void> end(const std::vector<files::Relative>& standing) = 0;
  // Another file stands there under its name: it is not overwritten.
  virtual void stands_other(const files::Relative& source) = 0;
  // It was to be put back, and could not be.
  virtual void not_back(const files::Relative& source) = 0;
  // All that was asked for was gone through; `whole`: that was the whole snapshot.
  virtual Result<void> finish(files::Tree& target, bool whole) = 0;
  // The run fails: another recovery folder may have this Mailroot, unless something is left to be settled or put back.
  virtual void let_go(files::Tree& target) = 0;
};

std::unique_ptr<RestoreRecord> no_record();
// From its first group to its end the Mailroot bears the mark of this recovery folder (mark.h): another one that
// evacuated what a restore put back, and was killed before it said so, would send it, and the next restore put it back
// once more. Both must outlive it.
std::unique_ptr<RestoreRecord> journaled_record(recovery::Recovery& recovery, Watcher& watcher);

// For whoever goes on with this Mailroot otherwise: what a restore that was killed left there under temporary names
// would be taken for mail that came in. Nothing to do where the record knows of none.
Result<void> settle_unfinished_restore(recovery::Recovery& recovery, files::Tree& mailroot, Watcher& watcher);

}  // namespace requeue::snapshot
