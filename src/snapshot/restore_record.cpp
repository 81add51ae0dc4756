#include "snapshot/restore_record.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "core/text.h"
#include "journal/journal.h"
#include "mailroot/mailroot.h"
#include "snapshot/earlier_run.h"
#include "snapshot/files_jsonl.h"
#include "snapshot/mark.h"
#include "snapshot/restore_copy.h"
#include "snapshot/restore_folders.h"
#include "snapshot/standing.h"

namespace requeue::snapshot {
namespace {

// The service sends nothing of these folders, nor files of the Mailroot itself.
bool is_sent_from(const files::Relative& source) {
  const auto role = mailroot::role_of(mailroot::top_of(source));
  if (role == mailroot::Role::drop || role == mailroot::Role::badmail || role == mailroot::Role::mailbox) return false;
  return !mailroot::top_of(source).empty();
}

class NoRecord final : public RestoreRecord {
 public:
  Result<void> settle_unfinished(files::Tree&, Restored&) override { return {}; }
  std::optional<std::string> refuses(const files::Relative&) override { return std::nullopt; }
  bool wants_present(const files::Relative&) override { return false; }
  Result<void> begin(files::Tree&, const std::vector<files::Relative>&) override { return {}; }
  Result<void> end(const std::vector<files::Relative>&) override { return {}; }
  void stands_other(const files::Relative&) override {}
  void not_back(const files::Relative&) override {}
  Result<void> finish(files::Tree&, bool) override { return {}; }
  void let_go(files::Tree&) override {}
};

class JournaledRecord final : public RestoreRecord {
 public:
  JournaledRecord(recovery::Recovery& recovery, Watcher& watcher)
      : recovery_(recovery),
        watcher_(watcher),
        scope_(recovery.state().kept_folders, recovery.state().mailbox_emptied),
        emptying_open_(recovery.state().emptying && !recovery.state().emptied && !recovery.state().put_back) {}

  Result<void> settle_unfinished(files::Tree& target, Restored& result) override;
  std::optional<std::string> refuses(const files::Relative& source) override;
  bool wants_present(const files::Relative& source) override;
  Result<void> begin(files::Tree& target, const std::vector<files::Relative>& sources) override;
  Result<void> end(const std::vector<files::Relative>& standing) override;
  void stands_other(const files::Relative& source) override;
  void not_back(const files::Relative& source) override;
  Result<void> finish(files::Tree& target, bool whole) override;
  void let_go(files::Tree& target) override;

 private:
  struct Found {
    std::string source;  // escaped
    Standing standing = Standing::absent;
    bool staged = false;
  };
  Result<void> record_without_doubted(const std::vector<std::string>& sources);
  Result<std::map<std::string, Entry>> entries_of(const std::vector<std::string>& sources);
  Result<std::vector<Found>> look_at(files::Tree& target, const std::vector<std::string>& sources, std::size_t& seen);
  Result<void> learn_what_was_removed(files::Tree& target);
  [[nodiscard]] std::optional<std::string> why_not_removed(const files::Relative& source) const;
  [[nodiscard]] bool was_left(const files::Relative& source) const;
  Result<bool> service_ran_since() const;
  void doubt(const std::string& source, Restored& result);

  Result<void> record_what_is_not_ours();

  recovery::Recovery& recovery_;
  Watcher& watcher_;
  const Scope scope_;
  const bool emptying_open_;  // the mark is its mark, too
  bool marked_ = false;
  std::optional<EarlierRun> emptying_;  // that was cut short
  std::set<std::string> doubted_;       // escaped
  std::set<std::string> not_removed_;   // the same: absent, and not by us
  std::set<std::string> standing_other_;
  bool all_back_ = true;  // of what we removed
  Json group_;
  std::size_t group_size_ = 0;
};

// Of a group that was cut short, those that stand were put back. Of those that do not, nothing is known for certain
// unless this is the same boot and no service ran: then they never stood, and may be put back by this run. Otherwise
// the service may have sent them, or a power cut undone a rename that the service had already seen. Another file under
// the name is not the one that was put back.
Result<void> JournaledRecord::settle_unfinished(files::Tree& target, Restored& result) {
  REQUEUE_CHECK(learn_what_was_removed(target));
  const auto& state = recovery_.state();
  if (!state.restoring) return {};
  REQUEUE_CHECK(note_lost_mark(recovery_, target));
  const auto unfinished = *state.restoring;
  REQUEUE_TRY(const bool ran, service_ran_since());
  const bool same_boot = !unfinished.boot.empty() && unfinished.boot == recovery_.boot();
  std::size_t seen = 0;
  REQUEUE_TRY(const auto found, look_at(target, unfinished.sources, seen));
  Json standing = Json::array();
  std::set<files::Relative> folders;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& one = found[i];
    folders.emplace(files::parent_of(unescape_bytes(one.source)));
    if (one.standing == Standing::same) {
      standing.push_back(one.source);
    } else if (ran || !same_boot || (i < seen && !one.staged)) {
      doubt(one.source, result);
    }
  }
  // A hole among what is staged is all that tells of it: on record before that is cleared away.
  if (!doubted_.empty()) REQUEUE_CHECK(record_without_doubted(unfinished.sources));
  // What it staged must be gone for good before the record says that no more stands there than this. The last first:
  // killed in the midst of it, a hole among what is left would be put down to the service.
  for (auto i = found.size(); i-- > 0;) {
    if (!found[i].staged) continue;
    const auto path = files::join(files::parent_of(unescape_bytes(found[i].source)), temporary_name(i + 1));
    const auto removed = target.remove_file(path);
    if (!removed && removed.error().cause != Cause::not_found) return removed;
  }
  for (const auto& folder : folders) {
    const auto status = target.status(folder);
    if (status && status->kind != files::Kind::folder) continue;  // somebody put a file in its place
    REQUEUE_CHECK(remove_leftovers(target, folder));
    // The renames of that run may be in the system's memory only.
    const auto flushed = target.flush_folder(folder);
    if (!flushed && flushed.error().cause != Cause::not_found) return flushed;
  }
  Json fields{{"group", state.restoring->group}, {"sources", standing}};
  if (!doubted_.empty()) fields["in_doubt"] = doubted_;
  REQUEUE_CHECK(recovery_.record("restored", fields));
  return recovery_.flush();
}

// The group anew without them: what an open group lost is in doubt for good.
Result<void> JournaledRecord::record_without_doubted(const std::vector<std::string>& sources) {
  Json left = Json::array();
  for (const auto& source : sources) {
    if (!doubted_.contains(source)) left.push_back(source);
  }
  REQUEUE_CHECK(recovery_.record("restoring", Json{{"group", recovery_.records() + 1}, {"sources", std::move(left)}}));
  return recovery_.flush();
}

Result<std::map<std::string, Entry>> JournaledRecord::entries_of(const std::vector<std::string>& sources) {
  const std::set<std::string> wanted(sources.begin(), sources.end());
  std::map<std::string, Entry> entries;
  REQUEUE_CHECK(read_entries(recovery_.tree(), [&](const Entry& entry) -> Result<void> {
    auto name = escape_bytes(entry.source);
    if (wanted.contains(name)) entries.emplace(std::move(name), entry);
    return {};
  }));
  return entries;
}

// `seen`: how many of the group, from its beginning, had been staged or named at least. Of these one that is neither
// now was taken by somebody.
Result<std::vector<JournaledRecord::Found>> JournaledRecord::look_at(files::Tree& target,
                                                                     const std::vector<std::string>& sources,
                                                                     std::size_t& seen) {
  REQUEUE_TRY(const auto entries, entries_of(sources));
  std::vector<Found> found;
  for (const auto& source : sources) {
    const auto entry = entries.find(source);
    found.push_back({source, Standing::absent, false});
    if (entry == entries.end()) continue;
    REQUEUE_TRY(found.back().standing, standing_of(target, entry->second));
    const auto staged = files::join(files::parent_of(entry->second.source), temporary_name(found.size()));
    found.back().staged = target.status(staged).has_value();
    if (found.back().standing == Standing::same || found.back().staged) seen = found.size();
  }
  return found;
}

// Any file of the group, message or not: which of them are messages the next replay decides, and tells of those only.
void JournaledRecord::doubt(const std::string& source, Restored& result) {
  doubted_.insert(source);
  all_back_ = false;
  result.left_out.push_back(printable(unescape_bytes(source)) +
                            ": in doubt: a restore was cut short here, and the machine was restarted, the service ran, "
                            "or what was put back is gone since: the service may have sent it");
}

// Or whether another recovery folder may have been at work, whose service sent what it took: the mark was lost. The
// state knows only whether the service was ever seen running after the emptying, which an earlier probe makes true.
Result<bool> JournaledRecord::service_ran_since() const {
  bool ran = false;
  const auto visit = [&](const journal::Line& line) -> Result<void> {
    if (line.event == "restoring") ran = false;
    if (line.event == "mark" && text_of(line.json, "state") == "lost") ran = true;
    if (line.event != "service") return {};
    const auto state = text_of(line.json, "state");
    if (state != "stopped" && state != "absent") ran = true;
    return {};
  };
  REQUEUE_CHECK(journal::read(recovery_.tree(), visit));
  return ran;
}

std::optional<std::string> JournaledRecord::refuses(const files::Relative& source) {
  const auto& state = recovery_.state();
  const auto name = escape_bytes(source);
  if (state.restored.contains(name)) return "restored before, and gone since: the service may have sent it";
  if (doubted_.contains(name) || state.restoring_abandoned.contains(name)) {
    all_back_ = false;  // typed once more, the same restore must not end the emptying
    return "in doubt: a restore was cut short here, and the service may have sent it";
  }
  if (const auto why = why_not_removed(source)) {
    if (scope_.removes(source)) not_removed_.insert(name);  // of what was to stay the scope says enough
    return *why + ": the service may have sent it (into any other folder restore puts all)";
  }
  return std::nullopt;
}

Result<void> JournaledRecord::learn_what_was_removed(files::Tree& target) {
  const auto& state = recovery_.state();
  if (!state.emptying || state.emptied) return {};
  REQUEUE_CHECK(note_lost_mark(recovery_, target));
  emptying_.emplace(recovery_, scope_);
  return emptying_->look_around(target, recovery_.tree());
}

// Of a file that does not stand in a folder from which the service sends: put back, it would be sent again, if it was
// the service that took it. Only what we removed is known not to be that.
std::optional<std::string> JournaledRecord::why_not_removed(const files::Relative& source) const {
  const auto& state = recovery_.state();
  if (!is_sent_from(source)) return {};
  if (state.gone.contains(escape_bytes(source))) return "it was gone before it could be removed";
  const bool left = was_left(source);
  if (state.emptied_by_hand) {
    if (left) return "it stood in the Mailroot when its backup was adopted, and is gone since";
    return {};
  }
  if (left && state.emptying) return "it was left in the Mailroot when that was emptied, and is gone since";
  if (state.emptied) return {};
  if (emptying_) {
    if (emptying_->removed(source)) return {};
    return "it is gone, and the emptying that was cut short did not remove it, as far as is known";
  }
  return "it was gone from the Mailroot, and not by requeue";
}

// It stands in the Mailroot, so the service will send it and a replay must not. What was never removed is known
// already.
bool JournaledRecord::wants_present(const files::Relative& source) {
  const auto& state = recovery_.state();
  const auto name = escape_bytes(source);
  return !state.restored.contains(name) && !was_left(source);
}

bool JournaledRecord::was_left(const files::Relative& source) const {
  return recovery_.state().left_in_place.contains(escape_bytes(source)) || !scope_.removes(source);
}

Result<void> JournaledRecord::begin(files::Tree& target, const std::vector<files::Relative>& sources) {
  if (!marked_ && std::ranges::any_of(sources, is_sent_from)) {
    REQUEUE_CHECK(set_mark(recovery_, target, watcher_));
    marked_ = true;
  }
  Json names = Json::array();
  for (const auto& source : sources) names.push_back(escape_bytes(source));
  group_ = recovery_.records() + 1;
  group_size_ = sources.size();
  REQUEUE_CHECK(recovery_.record("restoring", Json{{"group", group_}, {"sources", std::move(names)}}));
  return recovery_.flush();
}

Result<void> JournaledRecord::end(const std::vector<files::Relative>& standing) {
  Json fields{{"group", group_}};
  if (standing.size() != group_size_) {
    fields["sources"] = Json::array();
    for (const auto& source : standing) fields["sources"].push_back(escape_bytes(source));
  }
  REQUEUE_CHECK(recovery_.record("restored", fields));
  return recovery_.flush();
}

// One that we removed is ours to send, whatever came in its place.
void JournaledRecord::stands_other(const files::Relative& source) {
  const bool was_to_stay = !scope_.removes(source);
  if (emptying_ && !was_to_stay && !emptying_->removed(source)) standing_other_.insert(escape_bytes(source));
  not_back(source);
}

void JournaledRecord::not_back(const files::Relative& source) {
  if (emptying_ && emptying_->removed(source)) all_back_ = false;
}

// What the emptying that was cut short took out is on record as restored: another evacuation may have it now. While
// something that was taken out is not back, the emptying is open.
Result<void> JournaledRecord::finish(files::Tree& target, bool whole) {
  if (emptying_open_ && (!whole || !all_back_)) return {};
  if (emptying_ && whole) REQUEUE_CHECK(record_what_is_not_ours());
  return take_mark_away(recovery_, target);
}

// Before the mark goes: what another evacuation finds, or leaves, tells nothing any more.
Result<void> JournaledRecord::record_what_is_not_ours() {
  for (const auto& name : not_removed_) {
    if (recovery_.state().gone.contains(name)) continue;
    REQUEUE_CHECK(recovery_.record("gone", {{"source", name}, {"why", "gone_before_empty"}}));
  }
  for (const auto& name : standing_other_) {
    if (recovery_.state().left_in_place.contains(name)) continue;
    REQUEUE_CHECK(recovery_.record("left_in_place", {{"source", name}, {"why", "changed since the snapshot"}}));
  }
  return recovery_.flush();
}

// What fails here is told by the failure of the run; a mark too many only holds others up, and the next restore ends
// it.
void JournaledRecord::let_go(files::Tree& target) {
  if (emptying_open_ || recovery_.state().restoring) return;
  static_cast<void>(take_mark_away(recovery_, target));
}

}  // namespace

std::unique_ptr<RestoreRecord> no_record() {
  return std::make_unique<NoRecord>();
}

std::unique_ptr<RestoreRecord> journaled_record(recovery::Recovery& recovery, Watcher& watcher) {
  return std::make_unique<JournaledRecord>(recovery, watcher);
}

// What is in doubt by it the next plan names.
Result<void> settle_unfinished_restore(recovery::Recovery& recovery, files::Tree& mailroot, Watcher& watcher) {
  if (!recovery.state().restoring) return {};
  Restored unused;
  JournaledRecord record(recovery, watcher);
  REQUEUE_CHECK(record.settle_unfinished(mailroot, unused));
  return record.finish(mailroot, false);
}

}  // namespace requeue::snapshot
