#include "report/audit_work.h"

namespace requeue::report {

files::Relative KeptSources::usual_place(std::string_view source) {
  return "data/mailroot/" + std::string(source);
}

void KeptSources::see(const snapshot::Entry& entry) {
  const auto& accounts = handovers_.accounts();
  const auto account = accounts.place_of(entry.source);
  if (account == Account::none || !accounts.at(account).value.committed) return;
  // All accounts are known by now; one more would only be none.
  if (kept_.size() < accounts.size()) kept_.resize(accounts.size(), Kept::none);
  const auto& named = accounts.at(account).value.committed->source_sha256;
  ++count_;
  kept_[account] = replay::digest_of(entry.sha256) == named ? Kept::same : Kept::other;
  if (entry.stored != usual_place(entry.source)) unusual_.emplace(account, entry.stored);
}

files::Relative KeptSources::stored(std::uint32_t account) const {
  const auto unusual = unusual_.find(account);
  return unusual != unusual_.end() ? unusual->second : usual_place(handovers_.accounts().at(account).key);
}

}  // namespace requeue::report
