#include "report/figures.h"

#include <algorithm>
#include <set>

#include "core/text.h"

namespace requeue::report {
namespace {

// Domains are made up by spammers too; beyond so many each new one counts as "(others)".
constexpr std::size_t most_domains = 20000;
constexpr const char* others = "(others)";
constexpr const char* no_recipient = "(no recipient)";

std::size_t age_class_of(const Json& record, Timestamp taken) {
  const auto arrival = from_iso8601(text_of(record, "arrival"));
  if (!arrival) return age_classes.size() - 1;
  const auto hours = (taken.seconds - arrival->seconds) / 3600;
  for (std::size_t i = 0; i + 1 < age_classes.size(); ++i) {
    if (hours < age_classes[i].hours) return i;
  }
  return age_classes.size() - 1;
}

std::size_t index_of(std::string_view disposition) {
  const auto* const found = std::ranges::find(dispositions, disposition);
  return found == dispositions.end() ? dispositions.size() - 1 : static_cast<std::size_t>(found - dispositions.begin());
}

std::set<std::string> domains_of(const Json& record) {
  std::set<std::string> domains;
  const auto recipients = record.find("envelope_recipients");
  if (recipients != record.end() && recipients->is_array()) {
    for (const auto& recipient : *recipients) {
      if (!recipient.is_string()) continue;
      const auto& address = recipient.get_ref<const std::string&>();
      const auto at = address.rfind('@');
      const bool none = at == std::string::npos || at + 1 == address.size();
      domains.insert(none ? "(no domain)" : ascii_lower(address.substr(at + 1)));
    }
  }
  if (domains.empty()) domains.insert(no_recipient);
  return domains;
}

void add(DomainFigures& into, const DomainFigures& from) {
  into.messages += from.messages;
  for (std::size_t i = 0; i < into.by_age.size(); ++i) into.by_age[i] += from.by_age[i];
  for (std::size_t i = 0; i < into.by_disposition.size(); ++i) into.by_disposition[i] += from.by_disposition[i];
}

}  // namespace

void Figures::see(const Json& record) {
  ++found_;
  const auto disposition = index_of(text_of(record, "disposition"));
  ++totals_[disposition];
  const auto age = age_class_of(record, taken_);
  for (const auto& domain : domains_of(record)) {
    const bool known = domains_.size() < most_domains || domains_.contains(domain);
    auto& figures = domains_[known ? domain : others];
    ++figures.messages;
    ++figures.by_age[age];
    ++figures.by_disposition[disposition];
  }
  const auto& name = dispositions[disposition];
  if (name == "replayed" && record.contains("smtp")) ++by_smtp_;
  if (name != "held" && name != "failed" && name != "in_doubt") return;
  ++open_count_;
  if (open_.size() < most_open) open_.push_back(record);
}

std::vector<std::pair<std::string, DomainFigures>> Figures::domains(std::size_t most) const {
  std::vector<std::pair<std::string, DomainFigures>> all(domains_.begin(), domains_.end());
  std::ranges::stable_sort(all, [](const auto& a, const auto& b) { return a.second.messages > b.second.messages; });
  if (all.size() <= most) return all;
  DomainFigures rest;
  for (std::size_t i = most; i < all.size(); ++i) add(rest, all[i].second);
  all.resize(most);
  all.emplace_back(others, rest);
  return all;
}

std::uint64_t Figures::of(std::string_view disposition) const {
  return totals_[index_of(disposition)];
}

}  // namespace requeue::report
