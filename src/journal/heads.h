// heads.jsonl: once the mail is disposed of there is no messages.jsonl any more to witness the journal's end. Each run
// after that leaves the head that it ended with here, so that whole lines cut off the journal are noticed all the same.
#pragma once

#include <string>
#include <string_view>

#include "files/files.h"
#include "journal/details.h"
#include "journal/journal.h"

namespace requeue::journal {

inline constexpr std::string_view heads_name = "heads.jsonl";

// Each `after` is expected of the journal, which is read behind it. What is torn at the end. A bad line that a good one
// follows is damage (Exit::verification). An absent file is empty.
Result<Tail> read_heads(files::Tree& recovery, AfterCheck& afters);
// One line, flushed; the journal stands flushed up to `head`.
Result<void> append_head(files::Tree& recovery, const Tail& end, const std::string& head);

}  // namespace requeue::journal
