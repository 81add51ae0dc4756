// heads.jsonl: once the mail is disposed of there is no messages.jsonl any more to witness the journal's end. From the
// disposal on each run leaves here the head that it began with and the one that it ended with, so that whole lines cut
// off the journal are noticed all the same. The journal witnesses it in turn: HeadsCheck.
#pragma once

#include <string>
#include <string_view>

#include "files/files.h"
#include "journal/details.h"
#include "journal/journal.h"

namespace requeue::journal {

inline constexpr std::string_view heads_name = "heads.jsonl";

// Whether heads.jsonl is what the journal says it must be. Fed as both are read, heads.jsonl first.
class HeadsCheck {
 public:
  void expect(const std::string& after);
  void saw_journal_line(const Line& line);
  // As a sentence; empty: nothing. `details_present`: messages.jsonl stands, so the disposal had only begun.
  [[nodiscard]] std::string wrong(bool details_present) const;
  // The last run's end is not in it, as after a kill at that very moment. Whoever cut one line off leaves the same.
  [[nodiscard]] bool last_end_missing() const { return required_at_ != 0 && ended_since_ == 1; }

 private:
  std::string last_;
  std::int64_t required_at_ = 0;  // line of the disposal from which on it must stand
  int ended_since_ = 0;           // runs that ended behind the last line that it names
};

// The field of `disposing` that says so. Disposals by earlier versions have none: their heads.jsonl began with the end.
inline constexpr const char* witness_field = "witness";

// Each `after` is expected of the journal, which is read behind it. What is torn at the end. A bad line that a good one
// follows is damage (Exit::verification). An absent file is empty.
Result<Tail> read_heads(files::Tree& recovery, AfterCheck& afters, HeadsCheck& heads);
// One line, flushed; the journal stands flushed up to `head`. `end` is moved behind it.
Result<void> append_head(files::Tree& recovery, Tail& end, const std::string& head);

}  // namespace requeue::journal
