#include "snapshot/restore_record.h"

#include <memory>
#include <set>

#include "core/text.h"
#include "journal/journal.h"
#include "mailroot/mailroot.h"

namespace requeue::snapshot {
namespace {

class NoRecord final : public RestoreRecord {
 public:
  Result<void> settle_unfinished(files::Tree&, Restored&) override { return {}; }
  std::optional<std::string> refuses(const files::Relative&) override { return std::nullopt; }
  bool wants_present(const files::Relative&) override { return false; }
  Result<void> begin(const std::vector<files::Relative>&) override { return {}; }
  Result<void> end() override { return {}; }
};

class JournaledRecord final : public RestoreRecord {
 public:
  explicit JournaledRecord(recovery::Recovery& recovery) : recovery_(recovery) {}

  Result<void> settle_unfinished(files::Tree& target, Restored& result) override;
  std::optional<std::string> refuses(const files::Relative& source) override;
  bool wants_present(const files::Relative& source) override;
  Result<void> begin(const std::vector<files::Relative>& sources) override;
  Result<void> end() override;

 private:
  Result<bool> service_ran_since() const;
  void doubt(const std::string& source, Restored& result);

  recovery::Recovery& recovery_;
  std::set<std::string> doubted_;  // escaped
  Json group_;
};

// Of a group that was cut short, those that stand were put back. Of those that do not, nothing is known for certain
// unless this is the same boot and no service ran: then they never stood, and may be put back by this run. Otherwise
// the service may have sent them, or a power cut undone a rename that the service had already seen.
Result<void> JournaledRecord::settle_unfinished(files::Tree& target, Restored& result) {
  const auto& state = recovery_.state();
  if (!state.restoring) return {};
  const auto unfinished = *state.restoring;
  REQUEUE_TRY(const bool ran, service_ran_since());
  const bool same_boot = !unfinished.boot.empty() && unfinished.boot == recovery_.boot();
  Json standing = Json::array();
  for (const auto& source : unfinished.sources) {
    const auto status = target.status(unescape_bytes(source));
    if (status) {
      standing.push_back(source);
    } else if (status.error().cause != Cause::not_found) {
      return failure(status.error());
    } else if (ran || !same_boot) {
      doubt(source, result);
    }
  }
  // The renames of that run may be in the system's memory only.
  std::set<files::Relative> folders;
  for (const auto& source : standing) folders.emplace(files::parent_of(unescape_bytes(source.get<std::string>())));
  for (const auto& folder : folders) REQUEUE_CHECK(target.flush_folder(folder));
  Json fields{{"group", unfinished.group}, {"sources", standing}};
  if (!doubted_.empty()) fields["in_doubt"] = doubted_;
  REQUEUE_CHECK(recovery_.record("restored", fields));
  return recovery_.flush();
}

// Any file of the group, message or not: which of them are messages the next replay decides, and tells of those only.
void JournaledRecord::doubt(const std::string& source, Restored& result) {
  doubted_.insert(source);
  result.left_out.push_back(printable(unescape_bytes(source)) +
                            ": in doubt: a restore was cut short here and the machine was restarted or the service ran "
                            "since: the service may have sent it");
}

// The state knows only whether the service was ever seen running after the emptying, which an earlier probe makes true.
Result<bool> JournaledRecord::service_ran_since() const {
  bool ran = false;
  const auto visit = [&](const journal::Line& line) -> Result<void> {
    if (line.event == "restoring") ran = false;
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
    return "in doubt: a restore was cut short here, and the service may have sent it";
  }
  return std::nullopt;
}

// It stands in the Mailroot, so the service will send it and a replay must not. What was never removed is known
// already.
bool JournaledRecord::wants_present(const files::Relative& source) {
  const auto& state = recovery_.state();
  const auto name = escape_bytes(source);
  const auto top = mailroot::top_of(source);
  if (top.empty() || state.restored.contains(name) || state.left_in_place.contains(name)) return false;
  if (mailroot::role_of(top) == mailroot::Role::mailbox && !state.mailbox_emptied) return false;
  const auto kept = ascii_lower(top);
  for (const auto& folder : state.kept_folders) {
    if (ascii_lower(folder) == kept) return false;
  }
  return true;
}

Result<void> JournaledRecord::begin(const std::vector<files::Relative>& sources) {
  Json names = Json::array();
  for (const auto& source : sources) names.push_back(escape_bytes(source));
  group_ = recovery_.records() + 1;
  REQUEUE_CHECK(recovery_.record("restoring", Json{{"group", group_}, {"sources", std::move(names)}}));
  return recovery_.flush();
}

Result<void> JournaledRecord::end() {
  REQUEUE_CHECK(recovery_.record("restored", Json{{"group", group_}}));
  return recovery_.flush();
}

}  // namespace

std::unique_ptr<RestoreRecord> no_record() {
  return std::make_unique<NoRecord>();
}

std::unique_ptr<RestoreRecord> journaled_record(recovery::Recovery& recovery) {
  return std::make_unique<JournaledRecord>(recovery);
}

}  // namespace requeue::snapshot
