#include "report/settled.h"

#include "core/text.h"
#include "replay/plan_selection.h"
#include "report/selection.h"
#include "report/tally.h"
#include "snapshot/bag.h"
#include "snapshot/destroy.h"

namespace requeue::report {
namespace {

using replay::Disposition;

bool is_open(Disposition disposition) {
  return disposition == Disposition::held || disposition == Disposition::failed ||
         disposition == Disposition::in_doubt || disposition == Disposition::pending;
}

class Settled {
 public:
  Settled(recovery::Recovery& recovery, const replay::Ledger& ledger, Watcher& watcher)
      : recovery_(recovery), ledger_(ledger), watcher_(watcher) {}

  // visit(entry, standing or nullptr, is it a message)
  template <class Visit>
  Result<void> each_file(const Visit& visit) {
    const auto& folders = recovery_.state().replayed_folders;
    return snapshot::read_entries(recovery_.tree(), [&](const snapshot::Entry& entry) -> Result<void> {
      if (watcher_.stop_requested()) {
        return failure({Exit::interrupted, Cause::interrupted, "interrupted while the record was counted", "", "",
                        "Nothing was changed. Run the same command again."});
      }
      if (entry.status.kind != files::Kind::file) return {};
      const auto* standing = ledger_.find(entry.source);
      return visit(entry, standing, standing != nullptr || is_message(recovery_.tree(), entry, folders));
    });
  }

  [[nodiscard]] std::string why(const replay::Standing* standing) const {
    if (standing == nullptr) return std::string(replay::to_string(Disposition::pending));
    const auto& rule = ledger_.rule_text(standing->rule);
    return std::string(replay::to_string(standing->disposition)) + (rule.empty() ? "" : ": " + rule);
  }

 private:
  recovery::Recovery& recovery_;
  const replay::Ledger& ledger_;
  Watcher& watcher_;
};

}  // namespace

Result<replay::Counts> count_messages(recovery::Recovery& recovery, const replay::Ledger& ledger, Watcher& watcher,
                                      const std::function<Result<void>(const OpenItem&)>& visit) {
  replay::Counts counts;
  Settled settled(recovery, ledger, watcher);
  const auto see = [&](const snapshot::Entry& entry, const replay::Standing* standing, bool message) -> Result<void> {
    if (!message) return {};
    const auto disposition = standing == nullptr ? Disposition::pending : standing->disposition;
    ++counts.found;
    ++counter(counts, disposition);
    return is_open(disposition) ? visit({escape_bytes(entry.source), settled.why(standing)}) : Result<void>{};
  };
  REQUEUE_CHECK(settled.each_file(see));
  return counts;
}

Result<void> each_only_copy(recovery::Recovery& recovery, const replay::Ledger& ledger, Watcher& watcher,
                            const Look& look, const std::function<Result<void>(const OpenItem&)>& visit) {
  const auto& state = recovery.state();
  Settled settled(recovery, ledger, watcher);
  const auto see = [&](const snapshot::Entry& entry, const replay::Standing* standing, bool message) -> Result<void> {
    if (replay::names(state.restored, entry.source)) {
      const auto why = look(entry);
      return why.empty() ? Result<void>{} : visit({escape_bytes(entry.source), "restored: " + why});
    }
    if (replay::stays_in_mailroot(state, entry.source)) return {};
    if (!message) return visit({escape_bytes(entry.source), "not_mail"});
    const bool open = standing == nullptr || is_open(standing->disposition);
    return open ? visit({escape_bytes(entry.source), settled.why(standing)}) : Result<void>{};
  };
  REQUEUE_CHECK(settled.each_file(see));
  REQUEUE_TRY(const auto superseded, snapshot::superseded_files(recovery.tree()));
  for (const auto& path : superseded) REQUEUE_CHECK(visit({path, "superseded"}));
  return {};
}

}  // namespace requeue::report
