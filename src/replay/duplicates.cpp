#include "replay/duplicates.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "mail/content.h"
#include "replay/decide.h"
#include "replay/duplicates_group.h"

namespace requeue::replay {
namespace {

using Indexes = std::vector<std::uint32_t>;

// Only what goes out, went out, or may have: a copy of a message that is held or skipped is no duplicate of it, or
// neither would be sent.
bool takes_part(const Message& message, const Traits& traits) {
  return traits.was_read && (message.final_now || message.disposition == Disposition::pending);
}

Indexes participants(const Plan& plan, const std::vector<Traits>& traits, bool services_too) {
  Indexes out;
  for (std::uint32_t i = 0; i < plan.messages.size(); ++i) {
    const bool services = services_too && traits[i].was_read && is_the_services(plan.messages[i]);
    if (services || takes_part(plan.messages[i], traits[i])) out.push_back(i);
  }
  return out;
}

// Runs of two and more equal neighbours, at least one of them pending.
template <class Equal, class Visit>
Result<void> each_run(const Plan& plan, const Indexes& sorted, Equal equal, Visit visit) {
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto last = std::find_if(first, sorted.end(), [&](std::uint32_t index) { return !equal(*first, index); });
    const bool pending = std::any_of(first, last, [&](auto index) { return !plan.messages[index].final_now; });
    if (last - first > 1 && pending) REQUEUE_CHECK(visit(Indexes(first, last)));
    first = last;
  }
  return {};
}

template <class Value>
void sort_by(Indexes& indexes, Value value) {
  std::sort(indexes.begin(), indexes.end(),
            [&](std::uint32_t a, std::uint32_t b) { return std::tie(value(a), a) < std::tie(value(b), b); });
}

struct Content {
  Sha256Bytes digest;
  std::uint32_t index;
};

// Tells the messages of a run apart by their whole contents, and decides each group of equal ones.
class ContentGroups {
 public:
  ContentGroups(Plan& plan, std::vector<Traits>& traits, CopyReader& reader, std::function<void(Indexes)> visit)
      : plan_(plan), traits_(traits), reader_(reader), visit_(std::move(visit)) {}

  Result<void> run(const Indexes& run) {
    std::vector<Content> contents;
    for (const auto index : run) {
      const auto digest = reader_.content(index);
      if (digest) {
        contents.push_back({*digest, index});
        std::memcpy(&traits_[index].content, digest->data(), sizeof traits_[index].content);
      } else if (digest.error().exit == Exit::interrupted) {
        return failure(digest.error());
      } else {
        leave(index);
      }
    }
    std::sort(contents.begin(), contents.end(), [](const Content& a, const Content& b) {
      return std::tie(a.digest, a.index) < std::tie(b.digest, b.index);
    });
    visit_equal(contents);
    return {};
  }

 private:
  void leave(std::uint32_t index) {
    traits_[index].was_read = false;
    auto& message = plan_.messages[index];
    if (!message.final_now && !is_the_services(message)) set(message, Disposition::failed, "source_changed");
  }

  void visit_equal(const std::vector<Content>& contents) {
    Indexes members;
    for (std::size_t i = 0; i < contents.size(); ++i) {
      members.push_back(contents[i].index);
      const bool last = i + 1 == contents.size() || contents[i + 1].digest != contents[i].digest;
      if (last) visit_(std::exchange(members, {}));
    }
  }

  Plan& plan_;
  std::vector<Traits>& traits_;
  CopyReader& reader_;
  std::function<void(Indexes)> visit_;
};

template <class Value>
Result<void> prepare(const Plan& plan, const Indexes& sorted, Value value, CopyReader& reader) {
  Indexes replayed;
  REQUEUE_CHECK(each_run(
      plan, sorted, [&](auto a, auto b) { return value(a) == value(b); },
      [&](const Indexes& run) -> Result<void> {
        std::copy_if(run.begin(), run.end(), std::back_inserter(replayed),
                     [&](std::uint32_t index) { return plan.messages[index].disposition == Disposition::replayed; });
        return {};
      }));
  if (replayed.empty()) return {};
  return reader.prepare(replayed);
}

}  // namespace

Result<void> find_duplicates(Plan& plan, std::vector<Traits>& traits, const PlanOptions& options, CopyReader& reader) {
  if (options.dedup == Dedup::off) return {};
  Interned interned(plan.addresses);
  auto sorted = participants(plan, traits, true);
  const auto decide = [&](std::string_view rule) {
    return
        [&, rule](Indexes members) { decide_group(plan, traits, std::move(members), rule, options, reader, interned); };
  };
  if (options.dedup == Dedup::exact) {
    const auto bytes = [&](std::uint32_t index) -> const Sha256Bytes& { return plan.messages[index].sha256; };
    sort_by(sorted, bytes);
    REQUEUE_CHECK(prepare(plan, sorted, bytes, reader));
    const auto visit = decide("exact");
    return each_run(
        plan, sorted, [&](auto a, auto b) { return bytes(a) == bytes(b); },
        [&](Indexes run) -> Result<void> {
          visit(std::move(run));
          return {};
        });
  }
  const auto header = [&](std::uint32_t index) -> const auto& {
    return traits[index].header;
  };
  sort_by(sorted, header);
  REQUEUE_CHECK(prepare(plan, sorted, header, reader));
  ContentGroups groups(plan, traits, reader, decide("content"));
  return each_run(
      plan, sorted, [&](auto a, auto b) { return header(a) == header(b); },
      [&](const Indexes& run) { return groups.run(run); });
}

bool is_the_services(const Message& message) {
  return message.disposition == Disposition::skipped && (message.rule == "left_in_place" || message.rule == "restored");
}

Traits traits_of(const MessageFacts& message) {
  const auto& facts = message.facts;
  Traits known;
  known.header = message.header;
  std::memcpy(&known.content, message.header.data(), sizeof known.content);
  known.was_read = true;
  known.has_stamp = facts.arrival_filetime.has_value();
  known.stamp = facts.arrival_filetime.value_or(0);
  if (facts.message_id.empty()) return known;
  Sha256 sha256;
  sha256.update(facts.message_id);
  const auto id = sha256.finish();
  std::memcpy(&known.message_id, id.data(), sizeof known.message_id);
  return known;
}

namespace {

// Told to be a copy of a message of this recovery that was sent, or may have been, since.
bool was_copy_of_settled(const Ledger& ledger, const Standing& standing, std::string_view rule) {
  if (standing.disposition != Disposition::duplicate || ledger.rule_text(standing.rule) != rule) return false;
  const auto* const original = ledger.told_original(standing);
  return original != nullptr && is_settled(original->disposition);
}

// Whether each message that is in doubt, or was until a person said that it was sent, still shows what is a copy of it.
Result<bool> shows_each_doubt(const Plan& plan, CopyReader& reader) {
  for (std::uint32_t i = 0; i < plan.messages.size(); ++i) {
    const auto& message = plan.messages[i];
    const bool doubt = message.disposition == Disposition::in_doubt || message.rule == resolved_sent;
    if (!message.final_now || !doubt) continue;
    REQUEUE_TRY(const bool as_recorded, reader.is_as_recorded(i));
    if (!as_recorded) return false;
  }
  return true;
}

// They were told to be copies of one that was to go out, and now waits for a person: nobody would send them.
void hold_copies_of_held(Plan& plan, const PlanOptions& options) {
  for (auto& message : plan.messages) {
    if (message.disposition != Disposition::duplicate || message.duplicate_of >= plan.messages.size()) continue;
    if (plan.messages[message.duplicate_of].disposition != Disposition::held) continue;
    message.duplicate_of = Message::none;
    set(message, Disposition::pending, "replay");
    hold_or_release_copy(message, options);
  }
}

}  // namespace

Result<void> hold_former_copies(Plan& plan, const Ledger& ledger, const PlanOptions& options, CopyReader& reader) {
  if (options.dedup == Dedup::off) return {};
  const std::string_view rule = options.dedup == Dedup::exact ? "exact" : "content";
  std::optional<bool> shows_doubts;  // all bytes of them are read: only where it matters
  for (auto& message : plan.messages) {
    const auto* const standing = ledger.find(message.source);
    if (message.disposition != Disposition::pending || standing == nullptr) continue;
    // Whom an override names may be others than those who have it.
    const bool is_overridden = options.overrides.count(message.source) != 0;
    bool hold = !is_overridden && was_copy_of_settled(ledger, *standing, rule);
    // A partial copy was told to be one by what still shows.
    hold = hold || (!is_overridden && standing->was_against && !options.against.empty() && rule == "content" &&
                    message.rule != "partial_copy");
    if (!hold && standing->was_copy_in_doubt) {
      if (!shows_doubts) {
        REQUEUE_TRY(shows_doubts, shows_each_doubt(plan, reader));
      }
      hold = !*shows_doubts;
    }
    if (hold) hold_or_release_copy(message, options);
  }
  hold_copies_of_held(plan, options);
  return {};
}

void note_reused_message_ids(Plan& plan, const std::vector<Traits>& traits) {
  auto sorted = participants(plan, traits, false);
  std::erase_if(sorted, [&](std::uint32_t index) { return traits[index].message_id == 0; });
  const auto id = [&](std::uint32_t index) { return traits[index].message_id; };
  const auto content = [&](std::uint32_t index) { return traits[index].content; };
  std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(id(a), content(a), a) < std::tuple(id(b), content(b), b);
  });
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto last = std::find_if(first, sorted.end(), [&](auto index) { return id(index) != id(*first); });
    const bool reused = content(*first) != content(*(last - 1));  // sorted: the ends differ if any do
    for (auto it = first; reused && it != last; ++it) {
      if (plan.messages[*it].disposition == Disposition::pending) note(plan.messages[*it], "message_id_reused");
    }
    first = last;
  }
}

}  // namespace requeue::replay
