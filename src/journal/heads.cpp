#include "journal/heads.h"

#include "core/text.h"
#include "journal/line_writer.h"
#include "journal/lines.h"

namespace requeue::journal {

void HeadsCheck::expect(const std::string& after) {
  last_ = after;
}

void HeadsCheck::saw_journal_line(const Line& line) {
  if (line.event == "disposing" && required_at_ == 0 && text_of(line.json, witness_field) == heads_name)
    required_at_ = line.seq;
  if (line.hash == last_)
    ended_since_ = 0;
  else if (line.event == "run_end" && required_at_ != 0)
    ++ended_since_;
}

std::string HeadsCheck::wrong(bool details_present) const {
  if (required_at_ == 0 || details_present) return {};
  const auto by = "though line " + std::to_string(required_at_) + " of the journal began it";
  if (last_.empty()) return "it is missing or empty, " + by;
  // A run writes there before anything else. Only the last one can have been killed between its end and its line here.
  if (ended_since_ > 1) return "lines of it are missing: runs that ended are not in it, " + by;
  return {};
}

Result<Tail> read_heads(files::Tree& recovery, AfterCheck& afters, HeadsCheck& heads) {
  REQUEUE_TRY(const auto scan,
              scan_lines(recovery, heads_name,
                         [&](std::int64_t number, std::string_view /*bytes*/, const Json& line) -> Result<void> {
                           const auto after = text_of(line, "after");
                           const auto raw = from_hex(after);
                           if (!raw || raw->size() != 32)
                             return damage(recovery, heads_name, number, "it has no after");
                           afters.expect(after);
                           heads.expect(after);
                           return {};
                         }));
  return scan.torn;
}

Result<void> append_head(files::Tree& recovery, Tail& end, const std::string& head) {
  REQUEUE_TRY(const auto file, LineWriter::open(recovery, heads_name, end));
  const auto line = to_line(Json{{"after", head}});
  REQUEUE_CHECK(file->append(line));
  REQUEUE_CHECK(file->flush());
  end = Tail{end.offset + line.size() + 1, 0, {}};
  return {};
}

}  // namespace requeue::journal
