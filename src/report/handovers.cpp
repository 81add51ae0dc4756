#include "report/handovers.h"

#include "core/text.h"
#include "replay/ledger.h"

namespace requeue::report {

using replay::digest_of;

namespace {

// A tampered journal can contradict itself on every line.
constexpr std::size_t most_contradictions = 1000;

}  // namespace

Result<void> Handovers::see(const journal::Line& line) {
  const bool of_message = line.event == "message";
  const bool of_intent = line.event == "intent";
  const bool of_commit = line.event == "commit";
  const bool of_abort = line.event == "abort";
  const bool of_doubt = line.event == "in_doubt" || line.event == "resolved";
  if (!of_message && !of_intent && !of_commit && !of_abort && !of_doubt) return {};
  const std::string source = unescape_bytes(text_of(line.json, "source"));
  auto& account = accounts_[source];
  if (of_message) see_message(line, account);
  if (of_intent) see_intent(line, source, account);
  if (of_commit) see_commit(line, source, account);
  if (of_abort) account.open.reset();
  if (of_doubt) see_doubt(line, source, account);
  return {};
}

void Handovers::see_message(const journal::Line& line, Account& account) {
  if (const auto details = text_of(line.json, "details"); !details.empty()) account.details = digest_of(details);
  const auto original = unescape_bytes(text_of(line.json, "duplicate_of"));
  account.duplicate_of = original.empty() ? Account::none : accounts_.add(original);
}

void Handovers::see_intent(const journal::Line& line, const std::string& source, Account& account) {
  if (account.open) contradict(line, source, "opens an intent while an earlier one is neither committed nor aborted");
  if (account.committed) contradict(line, source, "intends to hand over again what was already handed over");
  auto intent = std::make_unique<Handover>();
  intent->line = line.seq;
  intent->name = text_of(line.json, "name");
  intent->source_sha256 = digest_of(text_of(line.json, "sha256"));
  intent->written_sha256 = digest_of(text_of(line.json, "written_sha256"));
  intent->details = digest_of(text_of(line.json, "details"));
  if (const auto options = line.json.find("options"); options != line.json.end()) {
    intent->options = mail::compose_options_of(*options);
  }
  if (is_set(intent->details)) account.details = intent->details;
  account.duplicate_of = Account::none;
  account.open = std::move(intent);
}

void Handovers::see_commit(const journal::Line& line, const std::string& source, Account& account) {
  if (account.committed) {
    contradict(line, source, "commits a message that was committed before: it may have been sent twice");
    return;
  }
  if (!account.open || account.open->name != text_of(line.json, "name")) {
    contradict(line, source, "commits a message without an intent that names the same file");
    return;
  }
  account.committed = std::move(account.open);
  account.committed->written_at = from_iso8601(text_of(line.json, "time"));
}

// Only a person's word ends a doubt, and with it the intent.
void Handovers::see_doubt(const journal::Line& line, const std::string& source, Account& account) {
  const bool resolved = line.event == "resolved";
  if (resolved && !account.doubted) contradict(line, source, "settles by a person's word what was not in doubt");
  account.doubted = !resolved;
  if (resolved) account.open.reset();
}

void Handovers::contradict(const journal::Line& line, const std::string& source, const std::string& what) {
  if (contradictions_.size() >= most_contradictions) return;
  contradictions_.push_back("journal.jsonl line " + std::to_string(line.seq) + " (" + printable(source) + ") " + what +
                            ".");
}

}  // namespace requeue::report
