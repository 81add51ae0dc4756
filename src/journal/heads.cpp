#include "journal/heads.h"

#include "core/text.h"
#include "journal/line_writer.h"
#include "journal/lines.h"

namespace requeue::journal {

Result<Tail> read_heads(files::Tree& recovery, AfterCheck& afters) {
  REQUEUE_TRY(const auto scan,
              scan_lines(recovery, heads_name,
                         [&](std::int64_t number, std::string_view /*bytes*/, const Json& line) -> Result<void> {
                           const auto after = text_of(line, "after");
                           const auto raw = from_hex(after);
                           if (!raw || raw->size() != 32)
                             return damage(recovery, heads_name, number, "it has no after");
                           afters.expect(after);
                           return {};
                         }));
  return scan.torn;
}

Result<void> append_head(files::Tree& recovery, const Tail& end, const std::string& head) {
  REQUEUE_TRY(const auto file, LineWriter::open(recovery, heads_name, end));
  REQUEUE_CHECK(file->append(to_line(Json{{"after", head}})));
  return file->flush();
}

}  // namespace requeue::journal
