// note: the operator's words, added to the chain.
#include "commands/context.h"
#include "commands/session.h"
#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

constexpr std::size_t note_limit = 4096;

// A chain cannot be redacted: an address in it would outlive the disposal of the mail itself.
bool holds_address(std::string_view text) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    const bool before = at > 0 && text[at - 1] != ' ';
    const bool after = at + 1 < text.size() && text[at + 1] != ' ';
    if (before && after) return true;
  }
  return false;
}

Result<void> check_text(const std::string& text) {
  if (trim(text).empty()) return failure(Exit::usage, "the note is empty", {}, {}, "Nothing was written.");
  if (text.size() > note_limit) {
    return failure(Exit::usage, "the note is too long", {}, "it may have 4,096 bytes",
                   "Nothing was written. Keep long texts in the change ticket, and name it here.");
  }
  if (!holds_address(text)) return {};
  return failure(Exit::usage, "the note seems to hold a mail address", {},
                 "what stands in the journal can never be taken out of it, and addresses must not live for ever",
                 "Nothing was written. Name the message instead, as plan does: Queue/NTFS_1.EML.");
}

}  // namespace

Result<Outcome> note(Context& context) {
  REQUEUE_CHECK(check_text(context.options.note));
  if (context.options.dry_run) {
    REQUEUE_TRY([[maybe_unused]] const auto state, peek(context));
    context.console.result("DRY RUN: would add the note; nothing is written");
    return Outcome{Exit::done, Json{{"dry_run", true}}};
  }
  return in_run(context, recovery::Missing::refuse, {}, {}, [&](recovery::Recovery& recovery) -> Result<Outcome> {
    REQUEUE_CHECK(recovery.record("note", Json{{"text", escape_bytes(context.options.note)}}));
    REQUEUE_CHECK(recovery.flush());
    context.console.result("[ok] noted in line " + std::to_string(recovery.records()));
    return Outcome{Exit::done, Json{{"line", recovery.records()}}};
  });
}

}  // namespace requeue::commands
