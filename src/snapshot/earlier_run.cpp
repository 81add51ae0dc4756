#include "snapshot/earlier_run.h"

#include "core/text.h"
#include "mailroot/mailroot.h"
#include "snapshot/newcomers.h"
#include "snapshot/standing.h"

namespace requeue::snapshot {
namespace {

std::string options_in_words(const std::vector<std::string>& keep, bool empty_mailbox) {
  std::string text;
  for (const auto& name : keep) text += " --keep \"" + name + "\"";
  if (empty_mailbox) text += " --empty-mailbox";
  return text.empty() ? "without --keep and --empty-mailbox" : "with" + text;
}

}  // namespace

// Copied here and now: the journal's own state moves on with the first group of this run.
EarlierRun::EarlierRun(const recovery::Recovery& recovery)
    : state_(recovery.state()),
      any_(state_.emptying),
      first_(unescape_bytes(state_.removing_first)),
      last_(unescape_bytes(state_.removing_last)),
      in_doubt_(recovery.boot().empty() || recovery.boot() != state_.emptying_boot || state_.service_seen_running) {}

Result<void> EarlierRun::check_same(const Scope& scope) const {
  const std::set<std::string> kept(state_.kept_folders.begin(), state_.kept_folders.end());
  if (!any_ || (kept == scope.keep() && state_.mailbox_emptied == scope.empty_mailbox())) return {};
  return failure(
      Exit::precondition, "the Mailroot is being emptied with other options", state_.mailroot,
      "the run that was interrupted was started " + options_in_words(state_.kept_folders, state_.mailbox_emptied),
      "Nothing was removed now. Run the command " + options_in_words(state_.kept_folders, state_.mailbox_emptied) +
          ", as it was started.");
}

Result<void> EarlierRun::look_around(files::Tree& mailroot, files::Tree& recovery, const Scope& scope) {
  if (!any_ || last_.empty() || in_doubt_) return {};
  const auto expected = [&](const Entry& entry) -> Result<bool> {
    if (entry.status.kind != files::Kind::file || !scope.removes(entry.source)) return true;
    const auto standing = standing_of(mailroot, entry);
    // One that cannot be read is told when its turn comes; it is under its own name, so it is no newcomer.
    return !standing || *standing == Standing::same;
  };
  return visit_newcomers(mailroot, recovery, expected, [&](const mailroot::Item& item) {
    const auto role = mailroot::role_of(mailroot::top_of(item.path));
    in_doubt_ = in_doubt_ || role == mailroot::Role::queue || role == mailroot::Role::pickup;
  });
}

bool EarlierRun::removed(const Entry& entry) const {
  if (!any_ || last_.empty() || entry.source > last_) return false;
  if (state_.left_in_place.count(escape_bytes(entry.source)) > 0) return false;
  // Groups before the last were flushed, folders and all, before the next was begun.
  return entry.source < first_ || !in_doubt_;
}

}  // namespace requeue::snapshot
