#include "report/audit.h"

#include <algorithm>

#include "core/text.h"
#include "report/audit_work.h"
#include "snapshot/bag.h"

namespace requeue::report {
namespace {

constexpr std::size_t most_findings = 1000;

bool exists(files::Tree& tree, std::string_view name) {
  return tree.status(files::Relative(name)).has_value();
}

Result<std::shared_ptr<files::Tree>> open_folder(files::Files& files, const files::Path& path) {
  auto tree = files.open(path);
  if (!tree) {
    auto error = std::move(tree.error());
    if (error.cause == Cause::not_found) error.exit = Exit::precondition;
    return failure(std::move(error));
  }
  if (!exists(**tree, journal::file_name) && !exists(**tree, journal::details_name) &&
      !exists(**tree, snapshot::folder)) {
    return failure(Exit::precondition, "cannot audit", files::to_text(path),
                   "it holds neither a journal nor a snapshot, so it is no recovery folder",
                   "give the folder that was given to evacuate or adopt as --recovery; nothing was changed");
  }
  return tree;
}

Exit verdict(const AuditWork& work) {
  const auto& counts = work.result.balance;
  auto exit = Exit::done;
  if (counts.held > 0 || counts.pending > 0) exit = graver(exit, Exit::attention);
  if (counts.failed > 0) exit = graver(exit, Exit::failed);
  if (work.findings > 0) exit = graver(exit, Exit::verification);
  // Of an open intent the record does not say whether it was sent: a plan says the same of it, until a replay finds
  // out.
  const bool open = std::ranges::any_of(work.ledger.open_intents(),
                                        [&](const auto& intent) { return !work.ledger.is_final(intent.first); });
  // An end that was cut off looks the same: then what is wrong with the record comes first.
  if (counts.in_doubt > 0 || (open && work.findings == 0)) exit = graver(exit, Exit::in_doubt);
  return exit;
}

}  // namespace

void AuditWork::find(std::string sentence) {
  ++findings;
  if (findings <= most_findings) result.findings.push_back(std::move(sentence));
}

void AuditWork::find(const Error& error) {
  std::string sentence = error.what;
  for (const auto* part : {&error.path, &error.why, &error.hint}) {
    if (!part->empty()) sentence += (part == &error.hint ? "; " : ": ") + *part;
  }
  find(printable(sentence));
}

void AuditWork::note(std::string sentence) {
  result.notes.push_back(std::move(sentence));
}

bool ends_audit(const Error& error) {
  return error.exit != Exit::verification && error.cause != Cause::is_link;
}

Result<void> check_stop(const Watcher& watcher) {
  if (!watcher.stop_requested()) return {};
  return failure({Exit::interrupted, Cause::interrupted, "the audit was interrupted", "", "",
                  "nothing was changed; run the same command again"});
}

Result<Audit> audit(files::Files& files, const files::Path& recovery, const AuditOptions& options, Watcher& watcher) {
  REQUEUE_TRY(const auto tree, open_folder(files, recovery));
  AuditWork work(*tree, options, watcher);
  REQUEUE_CHECK(audit_chain(work));
  REQUEUE_CHECK(audit_bag(work));
  REQUEUE_CHECK(audit_balance(work));
  REQUEUE_CHECK(audit_seal(work));
  REQUEUE_CHECK(audit_details(work));
  if (work.findings > most_findings) {
    work.result.findings.push_back("... and " + std::to_string(work.findings - most_findings) + " more.");
  }
  work.result.exit = verdict(work);
  return std::move(work.result);
}

}  // namespace requeue::report
