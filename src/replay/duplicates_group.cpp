#include "replay/duplicates_group.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "core/text.h"
#include "replay/decide.h"

namespace requeue::replay {
namespace {

constexpr char with_stamp = 's';
constexpr char without_stamp = 'n';
constexpr char any_stamp = 'a';

// Sent ones first, whenever they arrived. Then those that go out now: a copy left for another run, or one that could
// not be handed over, must not keep back the one that can. Then the order of replay.
auto rank(const Plan& plan, const std::vector<Traits>& traits, std::uint32_t index) {
  const auto& message = plan.messages[index];
  const bool known_first = message.final_now || is_the_services(message);
  return std::tuple(!known_first, !message.chosen_now || traits[index].failed_last, index);
}

class Group {
 public:
  Group(Plan& plan, const std::vector<Traits>& traits, std::string_view rule, const PlanOptions& options,
        CopyReader& reader, Interned& interned, bool ask_any)
      : plan_(plan),
        traits_(traits),
        rule_(rule),
        options_(options),
        reader_(reader),
        interned_(interned),
        coverage_(ask_any) {}

  void see(std::uint32_t index) {
    auto& message = plan_.messages[index];
    const auto& traits = traits_[index];
    // What stands in the Mailroot the service sends, or has sent by now, to whom its own streams say.
    // A restore that goes on puts its copies back as they were found beside it.
    if (is_the_services(message) && options_.only_sent_covers) return;
    if (message.disposition == Disposition::in_doubt || is_the_services(message)) return in_doubt_.add(traits);
    if (!message.final_now && in_doubt_.goes_with(traits) && !hold_or_release_copy(message, options_)) return;
    const auto recipients = reader_.recipients(index);
    if (!recipients) {
      if (!message.final_now) set(message, Disposition::failed, "source_changed");
      return;
    }
    if (!message.final_now && decide_copy(message, traits, *recipients)) return;
    if (options_.only_sent_covers && !message.final_now) return;
    for (const auto& recipient : *recipients) coverage_.add(recipient, traits, index);
    sent_.add(traits);
  }

 private:
  // True: nobody is left who is owed it.
  bool decide_copy(Message& message, const Traits& traits, const std::vector<std::string>& recipients) {
    std::vector<std::string> covered;
    std::uint32_t first = Message::none;
    for (const auto& recipient : recipients) {
      const auto by = coverage_.find(recipient, traits);
      if (!by) continue;
      if (first == Message::none) first = *by;
      covered.push_back(recipient);
    }
    if (!covered.empty() && covered.size() == recipients.size()) {
      set(message, Disposition::duplicate, rule_);
      message.duplicate_of = first;
      return true;
    }
    if (!covered.empty()) leave_out(message, covered);
    if (sent_.has_other(traits)) note(message, "second_submission");
    return false;
  }

  void leave_out(Message& message, const std::vector<std::string>& covered) {
    note(message, "partial_copy");
    message.rule = "partial_copy";
    // Whose bytes are handed over unchanged says itself whom it goes to.
    if (message.as_found || options_.compose.target == mail::Target::plain) return note(message, "partial_copy_whole");
    for (const auto& recipient : covered) message.rare.make().covered.push_back(interned_.index_of(recipient));
  }

  Plan& plan_;
  const std::vector<Traits>& traits_;
  std::string_view rule_;
  const PlanOptions& options_;
  CopyReader& reader_;
  Interned& interned_;
  Coverage coverage_;
  Stamps in_doubt_, sent_;
};

}  // namespace

std::size_t Coverage::Hash::operator()(const Key& key) const noexcept {
  std::size_t out = 0;
  std::memcpy(&out, key.data(), sizeof out);
  return out;
}

Coverage::Key Coverage::key_of(const std::string& recipient, char kind, std::uint64_t stamp) {
  Sha256 sha256;
  sha256.update(std::string(1, kind) + std::to_string(stamp) + ' ' + ascii_lower(recipient));
  const auto digest = sha256.finish();
  Key key{};
  std::copy_n(digest.begin(), key.size(), key.begin());
  return key;
}

void Coverage::add(const std::string& recipient, const Traits& by, std::uint32_t index) {
  served_.emplace(key_of(recipient, by.has_stamp ? with_stamp : without_stamp, by.has_stamp ? by.stamp : 0), index);
  if (ask_any_) served_.emplace(key_of(recipient, any_stamp, 0), index);
}

std::optional<std::uint32_t> Coverage::find(const std::string& recipient, const Traits& asking) const {
  const auto look = [&](char kind, std::uint64_t stamp) { return served_.find(key_of(recipient, kind, stamp)); };
  auto found = asking.has_stamp ? look(with_stamp, asking.stamp) : look(any_stamp, 0);
  if (found == served_.end() && asking.has_stamp) found = look(without_stamp, 0);
  if (found == served_.end()) return std::nullopt;
  return found->second;
}

void Stamps::add(const Traits& traits) {
  if (traits.has_stamp) present_.insert(traits.stamp);
  if (!traits.has_stamp) absent_ = true;
}

bool Stamps::goes_with(const Traits& traits) const {
  if (absent_) return true;
  return traits.has_stamp ? present_.count(traits.stamp) != 0 : !present_.empty();
}

bool Stamps::has_other(const Traits& traits) const {
  return traits.has_stamp && present_.size() > present_.count(traits.stamp);
}

std::uint32_t Interned::index_of(const std::string& address) {
  const auto [place, fresh] = known_.emplace(ascii_lower(address), static_cast<std::uint32_t>(addresses_.size()));
  if (fresh) addresses_.push_back(address);
  return place->second;
}

void decide_group(Plan& plan, const std::vector<Traits>& traits, std::vector<std::uint32_t> members,
                  std::string_view rule, const PlanOptions& options, CopyReader& reader, Interned& interned) {
  if (members.size() < 2) return;
  std::sort(members.begin(), members.end(),
            [&](std::uint32_t a, std::uint32_t b) { return rank(plan, traits, a) < rank(plan, traits, b); });
  const bool ask_any =
      std::any_of(members.begin(), members.end(), [&](auto index) { return !traits[index].has_stamp; });
  Group group(plan, traits, rule, options, reader, interned, ask_any);
  for (const auto index : members) group.see(index);
}

}  // namespace requeue::replay
