#include "replay/narrowed_copies.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "core/text.h"
#include "replay/decide.h"
#include "replay/duplicates_group.h"

namespace requeue::replay {
namespace {

using Addresses = std::unordered_set<std::string>;  // lower case

const Addresses& left_out_of(const Message& message, const PlanOptions& options) {
  static const Addresses nobody;
  const auto word = options.chosen->find(message.source);
  return word == options.chosen->end() ? nobody : word->second.left_out;
}

bool is_narrowed(const Message& message, const PlanOptions& options) {
  return message.disposition == Disposition::pending && !left_out_of(message, options).empty();
}

// What is held waits where a person sees it; what is skipped is over.
bool serves(const Message& message) {
  return message.disposition != Disposition::skipped || is_the_services(message);
}

bool go_together(const Traits& a, const Traits& b) {
  return !a.has_stamp || !b.has_stamp || a.stamp == b.stamp;
}

void add_lower(Addresses& to, const std::vector<std::string>& recipients) {
  for (const auto& recipient : recipients) to.insert(ascii_lower(recipient));
}

// Tells narrowed copies whose left out recipients the plan left to another copy, which does not go, from those whose
// recipients a person took out: these stand on no other copy.
class Forsaken {
 public:
  Forsaken(Plan& plan, std::size_t own, const std::vector<Traits>& traits, const PlanOptions& options,
           CopyReader& copies)
      : plan_(plan), own_(own), traits_(traits), options_(options), copies_(copies) {}

  Result<std::vector<std::uint32_t>> find() {
    std::vector<std::uint32_t> narrowed;
    for (std::uint32_t i = 0; i < plan_.messages.size(); ++i) {
      if (plan_.messages[i].chosen_now && is_narrowed(plan_.messages[i], options_)) narrowed.push_back(i);
    }
    if (narrowed.empty()) return narrowed;
    REQUEUE_CHECK(gather(narrowed));
    std::vector<std::uint32_t> out;
    for (const auto index : narrowed) {
      REQUEUE_TRY(const bool forsaken, leaves_somebody(index));
      if (forsaken) out.push_back(index);
    }
    return out;
  }

 private:
  using Header = decltype(Traits::header);

  Result<void> gather(const std::vector<std::uint32_t>& narrowed) {
    for (const auto index : narrowed) groups_[traits_[index].header];
    std::vector<std::uint32_t> replayed;
    for (std::uint32_t i = 0; i < plan_.messages.size(); ++i) {
      const auto& message = plan_.messages[i];
      // What the file knew and cannot be read may be the other copy.
      unread_ = unread_ || (i < own_ && !traits_[i].was_read && options_.chosen->contains(message.source));
      const auto group = groups_.find(traits_[i].header);
      if (!traits_[i].was_read || group == groups_.end()) continue;
      group->second.push_back(i);
      if (message.disposition == Disposition::replayed) replayed.push_back(i);
    }
    if (replayed.empty()) return {};
    return copies_.prepare(replayed);
  }

  Result<bool> leaves_somebody(std::uint32_t index) {
    Addresses lost = left_out_of(plan_.messages[index], options_);
    Addresses elsewhere;  // recipients of copies that do not go to them
    bool unread = unread_;
    const auto content = copies_.content(index);
    if (!content) {
      set(plan_.messages[index], Disposition::failed, "source_changed");  // the others go on
      return interrupted_or(content.error(), false);
    }
    for (const auto other : groups_[traits_[index].header]) {
      if (other == index || !go_together(traits_[index], traits_[other])) continue;
      REQUEUE_TRY(const bool known, see(other, *content, lost, elsewhere));
      unread = unread || !known;
    }
    return std::ranges::any_of(lost, [&](const auto& one) { return unread || elsewhere.contains(one); });
  }

  // False: it cannot be read.
  Result<bool> see(std::uint32_t other, const Sha256Bytes& content, Addresses& lost, Addresses& elsewhere) {
    const auto theirs = copies_.content(other);
    if (!theirs) return interrupted_or(theirs.error(), false);
    if (*theirs != content) return true;
    const auto recipients = copies_.recipients(other);
    if (!recipients) return interrupted_or(recipients.error(), false);
    const auto& message = plan_.messages[other];
    if (other < own_) elsewhere.insert(left_out_of(message, options_).begin(), left_out_of(message, options_).end());
    const auto named = named_by(other);
    if (!named) return interrupted_or(named.error(), false);
    add_lower(elsewhere, *named);
    if (!serves(message)) add_lower(elsewhere, *recipients);
    if (!serves(message)) return true;
    for (const auto& recipient : *recipients) lost.erase(ascii_lower(recipient));
    return true;
  }

  // By itself, or by its line where a person changed that. It may have gone without some of them since: --envelopes
  // took them out, a server refused them.
  Result<std::vector<std::string>> named_by(std::uint32_t index) {
    const auto given = options_.overrides.find(plan_.messages[index].source);
    const bool by_plan = index < own_ && given != options_.overrides.end() && given->second.by_plan;
    return by_plan ? given->second.envelope.recipients : copies_.own_recipients(index);
  }

  static Result<bool> interrupted_or(const Error& error, bool otherwise) {
    if (error.exit == Exit::interrupted) return failure(error);
    return otherwise;
  }

  Plan& plan_;
  const std::size_t own_;
  const std::vector<Traits>& traits_;
  const PlanOptions& options_;
  CopyReader& copies_;
  std::map<Header, std::vector<std::uint32_t>> groups_;
  bool unread_ = false;
};

}  // namespace

Result<void> narrow_as_planned(Plan& plan, std::size_t own, const std::vector<Traits>& traits,
                               const PlanOptions& options, CopyReader& copies) {
  if (!options.chosen) return {};
  Interned interned(plan.addresses);
  for (auto& message : plan.messages) {
    if (!is_narrowed(message, options) || options.overrides.contains(message.source)) continue;
    for (const auto& recipient : left_out_of(message, options)) {
      message.rare.make().covered.push_back(interned.index_of(recipient));
    }
  }
  REQUEUE_TRY(const auto forsaken, Forsaken(plan, own, traits, options, copies).find());
  for (const auto index : forsaken) {
    auto& message = plan.messages[index];
    set(message, Disposition::held, "plan");
    message.rare.make().covered.clear();  // a person who asks is shown all of them
    note(message, "left_out_by_plan");
  }
  return {};
}

void name_narrowed(Plan& plan) {
  for (auto& message : plan.messages) {
    if (message.disposition != Disposition::pending || message.rare->covered.empty()) continue;
    note(message, "partial_copy");
    if (message.rule == "replay") message.rule = "partial_copy";
  }
}

}  // namespace requeue::replay
