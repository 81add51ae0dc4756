#include "recovery/found_record.h"

#include "journal/heads.h"
#include "journal/named_lines.h"

namespace requeue::recovery {
namespace {

constexpr std::string_view snapshot_folder = "snapshot";

Result<void> check_heads(files::Tree& recovery, const journal::HeadsCheck& heads) {
  const bool details_stand = recovery.status(files::Relative(journal::details_name)).has_value();
  const auto wrong = heads.wrong(details_stand);
  if (wrong.empty()) return {};
  return failure(Exit::verification, "heads.jsonl, which stands for the mail that was destroyed, was changed",
                 files::to_text(recovery.path_of(journal::heads_name)), wrong,
                 "Nothing was done. Use a good copy of the whole recovery folder.");
}

// Whether the journal has every line that stood on the disk once, and heads.jsonl what the journal says.
Result<void> check_complete(files::Tree& recovery, bool has_snapshot, const State& state, const FoundRecord& found,
                            const journal::AfterCheck& after, const journal::HeadsCheck& heads) {
  const std::string path = files::to_text(recovery.path_of(journal::file_name));
  if (found.chain.records == 0) {
    const bool has_details = found.details.lines > 0 || found.details.torn.length > 0;
    if (!has_snapshot && !has_details) return {};
    return failure(Exit::verification, "the journal of this recovery folder is missing or empty", path,
                   has_snapshot ? "there is a snapshot/ beside it" : "there is a messages.jsonl beside it",
                   "Nothing was done. Use a good copy of the whole recovery folder. The mail is in snapshot/; `requeue "
                   "restore` into another folder works without the journal.");
  }
  if (after.complete()) return check_heads(recovery, heads);
  return failure(
      Exit::verification, "the journal of this recovery folder was cut", path,
      std::string(state.payload_destroyed() ? journal::heads_name : journal::details_name) +
          " names a line that was on the disk and is no longer in it",
      "Nothing was done, and nothing may be sent: what was sent last is not known. Use a good copy of the whole "
      "recovery folder.");
}

// Read once more before a line is called missing: a run may have written both files while they were read.
Result<std::string> find_missing_lines(files::Tree& recovery, const State& state, const FoundRecord& found,
                                       journal::NamedLines& named) {
  if (state.payload_destroyed()) return std::string();
  if (named.complete() && found.details.torn.offset >= state.details_bytes) return std::string();
  const auto look = [&](const std::string& hash, const Json&) -> Result<void> {
    named.stands_after_all(hash);
    return {};
  };
  REQUEUE_TRY(const auto again, journal::read_details(recovery, look));
  if (!named.complete()) {
    std::string missing =
        "line " + std::to_string(named.first_naming()) + " of the journal names a line that is not in it";
    if (named.missing() > 1) missing += ", and " + std::to_string(named.missing() - 1) + " more do";
    return missing;
  }
  if (again.torn.offset < state.details_bytes) {
    return "it has whole lines of " + std::to_string(again.torn.offset) + " bytes, and had " +
           std::to_string(state.details_bytes) + " when a later run began";
  }
  return std::string();
}

// A chain that somebody wrote anew with care may say what no run of ours does, and nothing is built on that.
Result<void> check_possible(files::Tree& recovery, const State& state) {
  if (state.snapshot || (!state.emptying && !state.emptied)) return {};
  return failure(Exit::verification, "the journal says what cannot have been",
                 files::to_text(recovery.path_of(journal::file_name)),
                 "a Mailroot was emptied, and no snapshot was taken",
                 "Nothing was done. Somebody changed the journal: use a good copy of the whole recovery folder.");
}

}  // namespace

Result<void> Folds::see(const journal::Line& line) {
  REQUEUE_CHECK(state.see(line));
  for (Fold* fold : others) {
    REQUEUE_CHECK(fold->see(line));
  }
  return {};
}

// messages.jsonl before the journal: see AfterCheck.
Result<FoundRecord> read_record(files::Tree& recovery, Folds& folds) {
  // Looked for before the journal is read: a run that begins meanwhile makes its snapshot after its first line.
  const auto snapshot = recovery.status(files::Relative(snapshot_folder));
  if (!snapshot && snapshot.error().cause != Cause::not_found) return failure(snapshot.error());
  FoundRecord found;
  journal::AfterCheck after;
  journal::HeadsCheck heads;
  journal::NamedLines named;
  const auto expect = [&](const std::string& hash, const Json& line) -> Result<void> {
    after.expect(text_of(line, "after"));
    named.stands(hash);
    return {};
  };
  REQUEUE_TRY(found.details, journal::read_details(recovery, expect));
  REQUEUE_TRY(found.heads, journal::read_heads(recovery, after, heads));
  Result<void> understood;
  const auto visit = [&](const journal::Line& line) -> Result<void> {
    after.saw_journal_line(line.hash);
    heads.saw_journal_line(line);
    named.saw_journal_line(line);
    if (understood) understood = folds.see(line);
    return {};
  };
  // What a line says is believed only when the whole chain holds: a flipped byte is damage, not a later format.
  REQUEUE_TRY(found.chain, journal::read(recovery, visit));
  REQUEUE_CHECK(check_complete(recovery, snapshot.has_value(), folds.state, found, after, heads));
  REQUEUE_CHECK(understood);
  REQUEUE_TRY(found.lines_missing, find_missing_lines(recovery, folds.state, found, named));
  REQUEUE_CHECK(check_possible(recovery, folds.state));
  return found;
}

// Every run that ended left a line there, and only a disposal removes it, which the journal would say.
Result<void> require_details(files::Tree& recovery, const State& state) {
  if (!state.run_ended || state.payload_destroyed()) return {};
  const auto there = recovery.status(files::Relative(journal::details_name));
  if (there || there.error().cause != Cause::not_found) return {};
  return failure(Exit::verification, "messages.jsonl of this recovery folder is missing",
                 files::to_text(recovery.path_of(journal::details_name)),
                 "the journal records no disposal: one of the two was changed",
                 "Nothing was done, and nothing may be written onto it. Use a good copy of the whole recovery folder.");
}

// Whose envelope is not known any more, and to whom it went, is nothing to decide upon.
Result<void> require_named_lines(files::Tree& recovery, const FoundRecord& found) {
  if (found.lines_missing.empty()) return {};
  return failure(
      Exit::verification, "lines of messages.jsonl, which the journal relies on, are missing",
      files::to_text(recovery.path_of(journal::details_name)),
      found.lines_missing + ": it was cut or changed, which neither a kill nor a power cut does",
      "Nothing was done, and nothing was sent. Use a good copy of the whole recovery folder; requeue audit names "
      "what is missing. The mail is in snapshot/; `requeue restore` into another folder works without this record.");
}

}  // namespace requeue::recovery
