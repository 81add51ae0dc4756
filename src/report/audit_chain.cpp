#include <algorithm>

#include "core/text.h"
#include "journal/heads.h"
#include "report/audit_work.h"

namespace requeue::report {
namespace {

// messages.jsonl before the journal, so that a run which writes meanwhile cannot make the journal look cut.
Result<void> expect_afters(AuditWork& work, journal::AfterCheck& afters, journal::HeadsCheck& heads_check) {
  work.details_present = work.tree.status(files::Relative(journal::details_name)).has_value();
  const auto visit = [&](const std::string& /*hash*/, const Json& line) -> Result<void> {
    work.newest_witness = text_of(line, "after");
    afters.expect(work.newest_witness);
    return {};
  };
  if (const auto heads = journal::read_heads(work.tree, afters, heads_check); !heads) {
    if (ends_audit(heads.error())) return failure(heads.error());
    work.find(heads.error());
  }
  const auto read = journal::read_details(work.tree, visit);
  if (read) return {};
  if (ends_audit(read.error())) return failure(read.error());
  work.details_whole = false;
  work.find(read.error());
  return {};
}

void expect_heads(AuditWork& work) {
  for (const auto& hash : work.options.expect_heads) work.result.heads.push_back({hash, false, 0});
}

// `following` holds the line's number until the number of lines is known.
void see_head(AuditWork& work, const journal::Line& line) {
  for (auto& head : work.result.heads) {
    if (!ascii_iequals(head.hash, line.hash)) continue;
    head.found = true;
    head.following = line.seq;
  }
}

void finish_heads(AuditWork& work) {
  for (auto& head : work.result.heads) {
    head.following = head.found ? work.result.records - head.following : 0;
    if (head.found) continue;
    work.find("No line of journal.jsonl has the expected hash " + printable(head.hash) +
              ": lines were cut off or replaced after that head was noted.");
  }
}

void see_details(AuditWork& work, const journal::Line& line) {
  const auto hash = text_of(line.json, "details");
  if (hash.empty()) return;
  auto& named = work.details_named[replay::digest_of(hash)];
  if (named.by == 0) named.by = line.seq;
}

void see_seal(AuditWork& work, const journal::Line& line) {
  if (line.event == "sealed" && !work.seal_line) {
    work.seal_line = SealLine{line.seq, text_of(line.json, "prev"), text_of(line.json, "signed_by")};
  } else if (line.event == "run" && work.seal_line) {
    auto command = text_of(line.json, "command");
    auto& seen = work.after_seal;
    if (std::ranges::find(seen, command) == seen.end()) seen.push_back(std::move(command));
  }
}

Result<void> see_line(AuditWork& work, const journal::Line& line) {
  REQUEUE_CHECK(check_stop(work.watcher));
  see_head(work, line);
  see_details(work, line);
  see_seal(work, line);
  work.last_end = line.event == "run_end" ? line.hash : std::string();
  work.tally.before(line, work.ledger);
  REQUEUE_CHECK(work.state.see(line));
  REQUEUE_CHECK(work.ledger.see(line));
  REQUEUE_CHECK(work.handovers.see(line));
  work.tally.after(line, work.ledger, work.state);
  work.result.records = line.seq;
  work.result.head = line.hash;
  return {};
}

Result<void> read_chain(AuditWork& work, journal::AfterCheck& afters, journal::HeadsCheck& heads) {
  const auto visit = [&](const journal::Line& line) -> Result<void> {
    afters.saw_journal_line(line.hash);
    heads.saw_journal_line(line);
    return see_line(work, line);
  };
  const auto chain = journal::read(work.tree, visit);
  if (!chain) {
    if (ends_audit(chain.error())) return failure(chain.error());
    work.find(chain.error());
    return {};
  }
  work.result.unbroken = true;
  if (chain->torn.length > 0) {
    work.note("journal.jsonl ends in " + std::to_string(chain->torn.length) +
              " bytes that are no whole line (a torn write); the next run that writes cuts them off and records it.");
  }
  return {};
}

// A run leaves the head that it ended with in messages.jsonl. Read once more: it may have ended while this was read.
Result<void> check_last_end(AuditWork& work) {
  if (work.last_end.empty() || !work.details_present || !work.details_whole) return {};
  if (work.newest_witness == work.last_end || work.state.payload_destroyed()) return {};
  bool named = false;
  const auto read = journal::read_details(work.tree, [&](const std::string&, const Json& line) -> Result<void> {
    named = named || text_of(line, "after") == work.last_end;
    return {};
  });
  if (!read) return ends_audit(read.error()) ? Result<void>(failure(read.error())) : Result<void>();
  if (!named) {
    work.note(
        "messages.jsonl does not have the head that the last run ended with: it was killed at its very end, or a last "
        "line was cut off or changed. The next run that writes leaves its own.");
  }
  return {};
}

void check_heads(AuditWork& work, const journal::HeadsCheck& heads) {
  const std::string name(journal::heads_name);
  if (const auto wrong = heads.wrong(work.details_present); !wrong.empty()) {
    work.find(name + ", which stands for the mail that was destroyed: " + wrong + ".");
  } else if (heads.last_end_missing()) {
    work.note(name +
              " does not have the head that the last run ended with: it was killed at its very end, or the last "
              "line was cut off. The next run that writes leaves its own.");
  }
}

}  // namespace

Result<void> audit_chain(AuditWork& work) {
  work.watcher.phase("audit: journal", 0, 0);
  work.result.head = std::string(journal::no_hash);
  journal::AfterCheck afters;
  journal::HeadsCheck heads;
  expect_heads(work);
  REQUEUE_CHECK(expect_afters(work, afters, heads));
  REQUEUE_CHECK(read_chain(work, afters, heads));
  // Of a broken chain only the lines before the break were seen: what is missing after it is the same finding.
  if (work.result.unbroken && work.result.records == 0) {
    work.result.unbroken = false;
    work.find(
        "journal.jsonl holds no whole line, yet the recovery folder holds a snapshot or messages.jsonl: the journal "
        "was removed or cut.");
  } else if (work.result.unbroken && !afters.complete()) {
    work.find(std::string(work.details_present ? journal::details_name : journal::heads_name) +
              " names journal lines that journal.jsonl does not hold: whole lines were cut off its end.");
  } else if (work.result.unbroken) {
    check_heads(work, heads);
    REQUEUE_CHECK(check_last_end(work));
  }
  finish_heads(work);
  for (const auto& contradiction : work.handovers.contradictions()) work.find(contradiction);
  return {};
}

}  // namespace requeue::report
