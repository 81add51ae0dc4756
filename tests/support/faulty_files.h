// A file layer that fails where a test asks it to: full disks, broken devices, a crash between two steps.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/observed_files.h"

namespace requeue::tests {

struct Fault {
  std::string verb;           // see Call; empty: any call whatever
  std::string path;           // part of the call's path (or new path); empty: any
  std::uint64_t nth = 1;      // among the calls that match, counted from 1 since the fault was added
  Cause cause = Cause::io;    // what the caller is told
  bool for_ever = false;      // every later matching call fails as well: a run that was killed here
  bool done_first = false;    // the call is made, and failure told all the same
  bool half_written = false;  // of a write: half of the bytes are written before it fails
};

class FaultyFiles final : public ObservedFiles {
 public:
  explicit FaultyFiles(std::unique_ptr<files::Files> inner = files::real_files());

  void add(Fault fault);
  void heal();  // no fault any more
  // Every volume looks like this one: a disk that the test does not have.
  void tell_volume(std::function<void(files::Volume&)> change);
  [[nodiscard]] std::uint64_t calls() const;   // all calls so far: the range to draw `nth` from, to fail each in turn
  [[nodiscard]] std::uint64_t failed() const;  // how many calls were made to fail

 private:
  class Faults;
  explicit FaultyFiles(std::unique_ptr<files::Files> inner, std::shared_ptr<Faults> faults);
  std::shared_ptr<Faults> faults_;
};

}  // namespace requeue::tests
