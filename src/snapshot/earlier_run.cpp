#include "snapshot/earlier_run.h"

#include <algorithm>

#include "core/text.h"
#include "mailroot/mailroot.h"
#include "snapshot/newcomers.h"
#include "snapshot/restore_copy.h"
#include "snapshot/standing.h"

namespace requeue::snapshot {
namespace {

std::string options_in_words(const std::vector<std::string>& keep, bool empty_mailbox) {
  std::string text;
  for (const auto& name : keep) text += " --keep \"" + printable(name) + "\"";
  if (empty_mailbox) text += " --empty-mailbox";
  return text.empty() ? "without --keep and --empty-mailbox" : "with" + text;
}

}  // namespace

// Copied here and now: the journal's own state moves on with the first group of this run.
EarlierRun::EarlierRun(const recovery::Recovery& recovery, const Scope& scope)
    : state_(recovery.state()),
      scope_(scope),
      any_(state_.emptying),
      first_(unescape_bytes(state_.removing_first)),
      last_(unescape_bytes(state_.removing_last)),
      reached_(unescape_bytes(state_.removing_reached)),
      in_doubt_(recovery.boot().empty() || recovery.boot() != state_.emptying_boot || state_.service_seen_running ||
                state_.mark_lost) {}

Result<void> EarlierRun::check_same() const {
  const std::set<std::string> kept(state_.kept_folders.begin(), state_.kept_folders.end());
  if (!any_ || (kept == scope_.keep() && state_.mailbox_emptied == scope_.empty_mailbox())) return {};
  return failure(
      Exit::precondition, "the Mailroot is being emptied with other options", state_.mailroot,
      "the run that was interrupted was started " + options_in_words(state_.kept_folders, state_.mailbox_emptied),
      "Nothing was removed now. Run the command " + options_in_words(state_.kept_folders, state_.mailbox_emptied) +
          ", as it was started.");
}

Result<void> EarlierRun::look_around(files::Tree& mailroot, files::Tree& recovery) {
  if (!any_ || last_.empty() || in_doubt_) return {};
  const auto expected = [&](const Entry& entry) -> Result<bool> {
    if (entry.status.kind != files::Kind::file || !scope_.removes(entry.source)) return true;
    const auto standing = standing_of(mailroot, entry);
    // One that cannot be read is told when its turn comes; it is under its own name, so it is no newcomer.
    return !standing || *standing == Standing::same;
  };
  return visit_newcomers(mailroot, recovery, expected, [&](const mailroot::Item& item) {
    if (is_temporary_name(files::name_of(item.path))) return;  // of a restore that was killed
    const auto role = mailroot::role_of(mailroot::top_of(item.path));
    in_doubt_ = in_doubt_ || role == mailroot::Role::queue || role == mailroot::Role::pickup;
  });
}

bool EarlierRun::began(const files::Relative& source) const {
  return any_ && !last_.empty() && source <= last_ && scope_.removes(source) &&
         state_.left_in_place.count(escape_bytes(source)) == 0;
}

bool EarlierRun::removed(const files::Relative& source) const {
  if (!began(source)) return false;
  // Groups before the last were flushed, folders and all, before the next was begun.
  return source < first_ || (!in_doubt_ && !is_doubtful(source));
}

// A run of this boot may have begun a group far before the one that a restart cut short, and come no further. What it
// did reach it looked at: what was gone then is on record.
bool EarlierRun::is_doubtful(const files::Relative& source) const {
  return source > reached_ && std::ranges::any_of(state_.doubtful_groups, [&](const auto& group) {
           return source >= unescape_bytes(group.first) && source <= unescape_bytes(group.second);
         });
}

}  // namespace requeue::snapshot
