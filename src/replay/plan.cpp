#include "replay/plan.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <numeric>

#include "core/crew.h"
#include "core/text.h"
#include "replay/against.h"
#include "replay/decide.h"
#include "replay/duplicates.h"
#include "replay/facts_cache.h"
#include "replay/message_reading.h"
#include "replay/narrowed_copies.h"
#include "replay/plan_edits.h"
#include "replay/plan_notes.h"
#include "replay/plan_selection.h"

namespace requeue::replay {
namespace {

constexpr std::size_t most_named = 1000;

struct FileSeen {
  Message message;
  Selection selection = Selection::other;
  Result<MessageFacts> known;
  std::uint64_t kept_at = 0;
};

// Streams the snapshot's files once: selects, reads each header block, decides each message by itself.
class Collector {
 public:
  Collector(recovery::Recovery& recovery, const Ledger& ledger, const PlanOptions& options, Watcher& watcher, bool live)
      : recovery_(recovery),
        ledger_(ledger),
        options_(options),
        watcher_(watcher),
        live_(live),
        selector_(recovery.state(), options.folders),
        decider_(recovery.state(), ledger, options, now()),
        cache_(live ? no_facts() : open_facts(recovery, watcher)),
        crew_(options.jobs),
        reading_(
            crew_, [this](FileSeen seen) { return take(std::move(seen)); }, small_work) {
    // Growing by doubling would hold every message twice at its peak.
    if (!live && recovery.state().snapshot) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(recovery.state().snapshot->files, 1U << 20U));
      plan.messages.reserve(count);
      traits.reserve(count);
    }
  }

  Result<void> see(const snapshot::Entry& entry) {
    if (watcher_.stop_requested()) {
      return failure(Exit::interrupted, "interrupted while the plan was made", {}, {},
                     "Making a plan sends nothing and changes nothing: run the same command again.");
    }
    if (entry.status.kind != files::Kind::file) return {};
    watcher_.advance(1, entry.status.size);
    auto kept = cache_->next(entry);
    FileSeen seen;
    seen.message = message_of(entry);
    seen.selection = selector_.select(entry.source);
    if (live_) seen.message.rare.make().stored = entry.stored;
    if (seen.selection == Selection::other) return reading_.add_done(std::move(seen));
    if (kept) {
      seen.known = std::move(*kept);
      seen.kept_at = cache_->place();
      return reading_.add_done(std::move(seen));
    }
    auto shared = std::make_shared<FileSeen>(std::move(seen));
    return reading_.add([this, shared, streams = entry.streams] {
      shared->known = learn(shared->message, streams);
      return std::move(*shared);
    });
  }

  Result<Plan> finish() {
    REQUEUE_CHECK(reading_.finish());
    plan.not_replayed.assign(not_replayed_.begin(), not_replayed_.end());
    return std::move(plan);
  }

  [[nodiscard]] FactsCache& cache() { return *cache_; }

  Plan plan;
  std::vector<Traits> traits;

 private:
  void leave(const files::Relative& source) {
    ++plan.not_mail;
    if (plan.not_mail_named.size() < most_named) plan.not_mail_named.push_back(escape_bytes(source));
    const auto folder = selector_.not_replayed_folder(source);
    if (!folder.empty() && !names(recovery_.state().restored, source)) ++not_replayed_[folder];
  }

  // By several threads at once.
  Result<MessageFacts> learn(const Message& message, const std::vector<snapshot::StoredStream>& streams) {
    REQUEUE_TRY(const auto opened, open_message(recovery_, message));
    auto known = message_facts_of(opened.block);
    if (live_ || !options_.check_streams) return known;
    for (const auto& stream : streams) {
      REQUEUE_TRY(auto reader, recovery_.tree().open(std::string(snapshot::folder) + '/' + stream.stored));
      REQUEUE_CHECK(find_unknown_addresses(*reader, opened.block, known.only_in_streams));
    }
    return known;
  }

  // In the order of the snapshot's files.
  Result<void> take(FileSeen seen) {
    auto& message = seen.message;
    const bool unknown_name = seen.selection == Selection::unknown_name;
    if (seen.selection == Selection::other || (unknown_name && seen.known && !seen.known->is_header)) {
      leave(message.source);
      return {};
    }
    Traits traits_of_it;
    if (seen.known) {
      traits_of_it = traits_of(*seen.known);
      traits_of_it.kept_at = seen.kept_at;
      decide(message, std::move(*seen.known), unknown_name);
    } else {
      decider_.decide_unreadable(message);
    }
    const auto* const standing = ledger_.find(message.source);
    traits_of_it.failed_last = standing != nullptr && standing->disposition == Disposition::failed;
    message.told_copy_in_doubt = standing != nullptr && standing->disposition == Disposition::held &&
                                 ledger_.rule_text(standing->rule) == "copy_in_doubt";
    plan.messages.push_back(std::move(message));
    traits.push_back(traits_of_it);
    return {};
  }

  void decide(Message& message, MessageFacts known, bool unknown_name) {
    Reading reading;
    if (options_.check_streams) reading.only_in_streams = std::move(known.only_in_streams);
    reading.facts = std::move(known.facts);
    message.arrival = arrival_of(reading.facts, message.mtime);
    message.as_found = is_as_found(message.source, options_);
    read_envelope(reading, message, options_);
    message.envelope_source = reading.envelope.source;
    decider_.decide(message, reading, unknown_name);
    if (message.streams != 0 && message.disposition == Disposition::pending) note(message, "has_streams");
    if (options_.seen) options_.seen(message, reading);
    const bool own_form = message.as_found || is_in_pickup_form(message.source);
    if (own_form && message.disposition == Disposition::pending) note_dot(message);
  }

  void note_dot(Message& message) {
    const auto source = open_source(recovery_, message);
    if (!source) return;  // a live file may go at any moment; of the snapshot's, the handoff will tell
    const auto dot = mail::has_leading_dot(**source);
    if (!dot || !*dot) return;
    note(message, options_.compose.target == mail::Target::smtp ? "smtp_dot" : "as_found_dot");
  }

  recovery::Recovery& recovery_;
  const Ledger& ledger_;
  const PlanOptions& options_;
  Watcher& watcher_;
  bool live_;
  Selector selector_;
  Decider decider_;
  std::unique_ptr<FactsCache> cache_;
  std::map<std::string, std::uint64_t> not_replayed_;
  Crew crew_;
  InOrder<FileSeen> reading_;
};

Result<void> check_emptied(const recovery::State& state) {
  if (state.emptied) return {};
  return failure(Exit::precondition, "cannot decide what to replay", state.mailroot,
                 "the Mailroot is not recorded as emptied: what is in the snapshot may still be sent by the service",
                 "Finish `requeue evacuate` first. Nothing was sent.");
}

Result<void> check_folders(const std::vector<std::string>& folders) {
  for (const auto& folder : folders) {
    if (ascii_iequals(folder, "drop") || ascii_iequals(folder, "badmail")) continue;
    return failure(Exit::usage, "cannot replay a folder", escape_bytes(folder),
                   "only Drop and Badmail can be named: Queue and Pickup always are",
                   "Other folders come back with `requeue restore --folder`.");
  }
  return {};
}

// A name that nothing bears is a mistake that would leave the intended message held, or sent elsewhere.
Result<void> check_overrides(const Plan& plan, const PlanOptions& options) {
  auto unknown = options.overrides.size();
  if (unknown == 0) return {};
  std::set<std::string_view> known;
  for (const auto& message : plan.messages) {
    if (options.overrides.count(message.source) != 0) known.insert(message.source);
  }
  const std::pair<const std::string, Override>* first = nullptr;
  for (const auto& named : options.overrides) {
    if (known.count(named.first) != 0) continue;
    if (first == nullptr || named.second.line < first->second.line) first = &named;
  }
  if (first == nullptr) return {};
  return failure(Exit::usage, "cannot use the envelopes file", escape_bytes(first->first),
                 "line " + std::to_string(first->second.line) + " names a source that is no message here",
                 "Name sources as `requeue plan --out FILE` writes them. Nothing was sent.");
}

// The same for sources that a person named to be taken up or released.
Result<void> check_named(const Plan& plan, const std::unordered_set<std::string>& named, const char* option) {
  if (named.empty()) return {};
  std::set<std::string_view> unknown(named.begin(), named.end());
  for (const auto& message : plan.messages) unknown.erase(message.source);
  if (unknown.empty()) return {};
  return failure(Exit::usage, std::string("cannot use ") + option, escape_bytes(*unknown.begin()),
                 "it is no message here", "Name sources as `requeue plan --out FILE` writes them. Nothing was sent.");
}

// A release by name that cannot be carried out is refused, not passed over: the person believes that it goes out.
Result<void> check_released(const Plan& plan, const PlanOptions& options) {
  if (options.releases.sources.empty()) return {};
  for (const auto& message : plan.messages) {
    if (options.releases.sources.count(message.source) == 0) continue;
    const auto why = why_not_released(message, original_of(plan, message));
    if (why.why.empty()) continue;
    return failure(Exit::precondition, "cannot release a message", escape_bytes(message.source), why.why,
                   why.hint + " Nothing was sent.");
  }
  return {};
}

void sort_by_arrival(Plan& plan, std::vector<Traits>& traits) {
  std::vector<std::uint32_t> order(plan.messages.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto& first = plan.messages[a];
    const auto& second = plan.messages[b];
    return std::tie(first.arrival, first.source) < std::tie(second.arrival, second.source);
  });
  reorder(plan.messages, order);
  reorder(traits, std::move(order));
}

}  // namespace

Counts Plan::counts() const {
  Counts out;
  std::array<std::uint64_t, 7> by{};
  for (const auto& message : messages) ++by.at(static_cast<std::size_t>(message.disposition));
  const auto of = [&](Disposition disposition) { return by.at(static_cast<std::size_t>(disposition)); };
  out.found = messages.size();
  out.replayed = of(Disposition::replayed);
  out.duplicate = of(Disposition::duplicate);
  out.held = of(Disposition::held);
  out.skipped = of(Disposition::skipped);
  out.in_doubt = of(Disposition::in_doubt);
  out.failed = of(Disposition::failed);
  out.pending = of(Disposition::pending);
  return out;
}

std::string original_of(const Plan& plan, const Message& message) {
  const auto own = plan.messages.size();
  if (message.duplicate_of < own) return plan.messages[message.duplicate_of].source;
  const bool other = message.duplicate_of != Message::none && message.duplicate_of - own < plan.others.size();
  return other ? plan.others[message.duplicate_of - own] : std::string();
}

std::uint64_t Plan::left_for_another_run() const {
  return static_cast<std::uint64_t>(std::count_if(messages.begin(), messages.end(), [](const Message& message) {
    return message.disposition == Disposition::pending && !message.chosen_now;
  }));
}

void Plan::leave_beyond(const std::optional<std::uint64_t>& limit) {
  if (!limit) return;
  std::uint64_t taken = 0;
  for (auto& message : messages) {
    if (message.disposition != Disposition::pending || !message.chosen_now) continue;
    if (taken++ >= *limit) message.chosen_now = false;
  }
}

std::uint64_t Plan::bytes_to_go() const {
  std::uint64_t bytes = 0;
  for (const auto& message : messages) {
    const bool goes = message.disposition == Disposition::pending && message.chosen_now;
    if (goes || message.rule == "open_intent") bytes += message.size;
  }
  return bytes;
}

Result<Plan> preview(recovery::Recovery& recovery, const Ledger& ledger, const PlanOptions& options, Watcher& watcher,
                     const PreviewInput& look) {
  Collector collector(recovery, ledger, options, watcher, look.live);
  REQUEUE_CHECK(look.each([&](const snapshot::Entry& entry) { return collector.see(entry); }));
  REQUEUE_TRY(auto plan, collector.finish());
  auto traits = std::move(collector.traits);
  REQUEUE_CHECK(check_planned(plan, options));
  REQUEUE_CHECK(check_overrides(plan, options));
  REQUEUE_CHECK(check_named(plan, options.choice.sources, "--message"));
  REQUEUE_CHECK(check_named(plan, options.releases.sources, "--release"));
  sort_by_arrival(plan, traits);
  AllCopies copies({recovery, ledger, &collector.cache()}, plan, traits, options, watcher);
  const auto own = plan.messages.size();
  for (const auto& other : options.against) {
    copies.add(plan.messages.size(), *other);
    REQUEUE_CHECK(other->add_to(plan, traits, options, watcher));
  }
  REQUEUE_CHECK(narrow_as_planned(plan, own, traits, options, copies));
  REQUEUE_CHECK(find_duplicates(plan, traits, options, copies));
  REQUEUE_CHECK(hold_former_copies(plan, ledger, options, copies));
  remove_others(plan, traits, own);
  REQUEUE_CHECK(check_released(plan, options));
  name_narrowed(plan);
  note_not_followed(plan, options);
  note_reused_message_ids(plan, traits);
  sum_up(plan, options, look.live);
  return plan;
}

Result<Plan> make_plan(recovery::Recovery& recovery, const Ledger& ledger, const PlanOptions& options,
                       Watcher& watcher) {
  REQUEUE_CHECK(check_emptied(recovery.state()));
  REQUEUE_CHECK(check_folders(options.folders));
  const auto& snapshot = recovery.state().snapshot;
  watcher.phase("plan", snapshot ? snapshot->files : 0, snapshot ? snapshot->bytes : 0);
  REQUEUE_TRY(auto plan,
              preview(recovery, ledger, options, watcher,
                      {[&](const Visit& visit) { return snapshot::read_entries(recovery.tree(), visit, options.jobs); },
                       false}));
  name_places(plan, recovery.state(), ledger);
  return plan;
}

}  // namespace requeue::replay
