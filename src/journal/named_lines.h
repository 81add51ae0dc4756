// Whether messages.jsonl holds each line that the journal names by `details`. A line is flushed before the event that
// names it is written, so that neither a kill nor a power cut leaves a journal that names one which is not there.
//
// Fed with messages.jsonl first, then the journal. 8 bytes are kept of each line's hash: an accident would need a
// billion lines, and audit compares all 32.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"

namespace requeue::journal {

class NamedLines {
 public:
  // 64 hex digits, of a line of messages.jsonl.
  void stands(std::string_view hash);
  void saw_journal_line(const Line& line);
  // Once more, of a run that wrote both files while they were read: the named line may have come behind what was read.
  void stands_after_all(std::string_view hash);

  [[nodiscard]] bool complete() const { return missing_.empty(); }
  [[nodiscard]] std::size_t missing() const { return missing_.size(); }
  // Of the journal; the first that names a missing line. 0: none does.
  [[nodiscard]] std::int64_t first_naming() const;

 private:
  using Key = std::uint64_t;
  struct Missing {
    Key key = 0;
    std::int64_t by = 0;
  };
  static Key key_of(std::string_view hash);

  std::vector<Key> keys_;
  bool sorted_ = true;
  std::vector<Missing> missing_;  // in the order of the journal until stands_after_all() is first asked
  bool missing_sorted_ = false;
};

}  // namespace requeue::journal
