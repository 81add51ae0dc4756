// Steps 1 to 5 of a handoff. The order is the promise: at every moment a kill or a power cut leaves a record from which
// settle() can tell whether a message went into Pickup, or that it cannot be told.
#include "replay/handoff.h"

#include <cassert>

#include "core/text.h"
#include "replay/staging.h"

namespace requeue::replay {
namespace {

constexpr std::size_t group_limit = 256;
constexpr std::string_view rename_failed = "rename_failed";
constexpr std::string_view rename_unknown = "rename_unknown";

std::string why_not_sent(std::string_view rule) {
  if (rule == source_damaged) return "not sent, its bytes in the snapshot are not those that were recorded: ";
  if (rule == compose_failed) return "not sent, it cannot be composed: ";
  return "not sent, somebody took the composed file from the staging folder (a virus scanner?); the next replay "
         "composes "
         "it anew: ";
}

class PickupHandoff final : public Handoff {
 public:
  PickupHandoff(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan, const PlanOptions& options,
                Place place, unsigned jobs, Watcher& watcher)
      : recovery_(recovery),
        ledger_(ledger),
        plan_(plan),
        options_(options),
        place_(std::move(place)),
        watcher_(watcher),
        staging_(recovery, plan, options, place_, jobs, watcher) {}

  Result<Outcome> group(const std::vector<std::size_t>& indexes, const std::vector<std::size_t>& coming) override;
  Result<void> finish() override;

 private:
  Result<void> begin();
  Result<Outcome> hand_over(std::vector<Prepared>& prepared);
  void leave_out_known(std::vector<Prepared>& prepared);
  Result<void> record_details(std::vector<Prepared>& prepared);
  Result<void> record_intents(const std::vector<Prepared>& prepared, Outcome& outcome);
  Result<void> record_intent(const Prepared& prepared);
  std::vector<Move> rename_all(const std::vector<Prepared>& prepared);
  Result<void> record_outcomes(const std::vector<Prepared>& prepared, const std::vector<Move>& moves, Outcome& outcome);

  recovery::Recovery& recovery_;
  const Ledger& ledger_;
  const Plan& plan_;
  const PlanOptions& options_;
  Place place_;
  Watcher& watcher_;
  bool begun_ = false;
  bool local_ = false;
  Staging staging_;
};

Result<void> PickupHandoff::begin() {
  if (begun_) return {};
  REQUEUE_CHECK(make_staging(place_, {recovery_.state().id, files::to_text(recovery_.tree().path())}));
  // The folder may be that of a run that was killed before it flushed the folder's own name.
  REQUEUE_CHECK(place_.beside->flush_folder({}));
  local_ = on_local_volume(place_);
  begun_ = true;
  return {};
}

Result<Outcome> PickupHandoff::group(const std::vector<std::size_t>& indexes, const std::vector<std::size_t>& coming) {
  assert(indexes.size() <= group_limit);
  REQUEUE_CHECK(begin());
  REQUEUE_TRY(auto prepared, staging_.take(indexes, coming));
  leave_out_known(prepared);
  auto outcome = hand_over(prepared);
  // Of this group nothing is tidied up: an intent may be on the disk although its flush failed, and then its staged
  // file is the proof that it was not sent. Those behind it have no intent.
  if (!outcome) staging_.discard();
  return outcome;
}

Result<Outcome> PickupHandoff::hand_over(std::vector<Prepared>& prepared) {
  Outcome outcome;
  // It may have stood there for a while. With an intent, a file that is nowhere would have to count as sent.
  for (auto& one : prepared) {
    if (one.rule.empty() && is_gone_from_staging(place_, one.staged.name)) one.rule = rename_failed;
  }
  REQUEUE_CHECK(record_details(prepared));
  REQUEUE_CHECK(record_intents(prepared, outcome));
  const auto moves = rename_all(prepared);
  REQUEUE_CHECK(flush_pickup_and_staging(place_));
  REQUEUE_CHECK(record_outcomes(prepared, moves, outcome));
  return outcome;
}

// The last line of defence: a message that may be in Pickup already gets no intent, whatever the plan says.
void PickupHandoff::leave_out_known(std::vector<Prepared>& prepared) {
  std::erase_if(prepared, [&](const Prepared& one) {
    const auto& source = one.staged.source;
    if (!ledger_.is_final(source) && !ledger_.open_intents().contains(source)) return false;
    watcher_.warn("not handed over, since the record says that it was or may have been: " + printable(source));
    if (one.rule.empty()) remove_staged(place_, one.staged.name, watcher_);
    return true;
  });
}

// Group by group, though they were rendered long before: the hash of the last journal line that was flushed, which each
// line carries, is to be that of the group before. A journal that was cut by more than one group is noticed by it.
Result<void> PickupHandoff::record_details(std::vector<Prepared>& prepared) {
  for (auto& one : prepared) {
    REQUEUE_TRY(one.staged.details, recovery_.record_rendered_details(one.personal));
    one.personal.clear();
  }
  return recovery_.flush_details();
}

// Step 2. A rename whose intent is not durable could be forgotten by a power cut, and the message composed and sent
// again: so nothing is renamed before this flush, which also makes the commits of the group before durable.
Result<void> PickupHandoff::record_intents(const std::vector<Prepared>& prepared, Outcome& outcome) {
  for (const auto& one : prepared) {
    if (one.rule.empty()) {
      REQUEUE_CHECK(record_intent(one));
      continue;
    }
    watcher_.warn(why_not_sent(one.rule) + printable(one.staged.source));
    REQUEUE_CHECK(record_message(
        recovery_,
        {one.staged.source, one.staged.sha256, Disposition::failed, one.rule, {}, {}, {}, one.staged.details}));
    ++outcome.failed;
    outcome.handed.push_back({one.index, Disposition::failed, one.rule});
  }
  return recovery_.flush();
}

Result<void> PickupHandoff::record_intent(const Prepared& prepared) {
  Json fields;
  fields["source"] = escape_bytes(prepared.staged.source);
  fields["sha256"] = prepared.staged.sha256;
  fields["pickup"] = files::to_text(place_.beside->path_of(place_.pickup));
  fields["staging"] = files::to_text(place_.beside->path_of(place_.staging));
  fields["name"] = prepared.staged.name;
  fields["written_sha256"] = prepared.staged.written_sha256;
  fields["options"] = mail::to_json(prepared.options);
  fields["envelope_recorded"] = true;
  const auto& message = plan_.messages[prepared.index];
  if (!message.rare->released.empty()) fields["released"] = message.rare->released;
  if (const auto given = options_.overrides.find(message.source); given != options_.overrides.end()) {
    fields["override"] = given->second.by_plan ? "plan" : "envelopes";
  }
  // A boot of ours says nothing of a server that holds the volume and may have been restarted on its own.
  fields["boot"] = local_ ? recovery_.boot() : std::string();
  fields["details"] = prepared.staged.details;
  return recovery_.record("intent", fields);
}

// Step 3.
std::vector<Move> PickupHandoff::rename_all(const std::vector<Prepared>& prepared) {
  std::vector<Move> moves(prepared.size());
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    if (prepared[i].rule.empty()) moves[i] = move_into_pickup(place_, prepared[i].staged.name, local_);
  }
  return moves;
}

// Step 5, after the flushes of step 4.
Result<void> PickupHandoff::record_outcomes(const std::vector<Prepared>& prepared, const std::vector<Move>& moves,
                                            Outcome& outcome) {
  std::vector<std::string> aborted;
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    const auto& [index, staged, options, rule, personal] = prepared[i];
    if (!rule.empty()) continue;
    if (moves[i].moved == Moved::yes) {
      const auto decided = plan_.messages[index].rule;
      REQUEUE_CHECK(record_commit(recovery_, staged, "renamed", decided));
      ++outcome.replayed;
      outcome.handed.push_back({index, Disposition::replayed, decided});
      continue;
    }
    watcher_.warn("could not be moved into Pickup: " + printable(staged.source) + ": " + printable(moves[i].why));
    ++outcome.failed;
    if (moves[i].moved == Moved::no) {
      REQUEUE_CHECK(record_abort(recovery_, staged, moves[i].why, rename_failed));
      aborted.push_back(staged.name);
      outcome.handed.push_back({index, Disposition::failed, rename_failed});
    } else if (moves[i].moved == Moved::gone) {
      REQUEUE_CHECK(record_doubt(
          recovery_, staged, "staging_gone",
          "the composed file was gone from the staging folder before it could be moved, and is not in Pickup"));
      // An intent that a crash left open here would count as carried out: nothing is staged and nothing in Pickup.
      REQUEUE_CHECK(recovery_.flush());
      outcome.handed.push_back({index, Disposition::in_doubt, "staging_gone"});
    } else {
      // Whether it happened is not known: the intent stays open, and the next run's settling looks.
      outcome.handed.push_back({index, Disposition::failed, rename_unknown});
    }
  }
  if (aborted.empty()) return {};
  // While the abort is not durable, the staged file is the only proof that this intent was not carried out.
  REQUEUE_CHECK(recovery_.flush());
  for (const auto& name : aborted) remove_staged(place_, name, watcher_);
  return {};
}

Result<void> PickupHandoff::finish() {
  staging_.discard();
  REQUEUE_CHECK(recovery_.flush());
  if (!ledger_.open_intents().empty()) return {};
  return remove_staging(place_);
}

}  // namespace

std::unique_ptr<Handoff> make_handoff(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan,
                                      const PlanOptions& options, Place place, Watcher& watcher, unsigned jobs) {
  return std::make_unique<PickupHandoff>(recovery, ledger, plan, options, std::move(place), jobs, watcher);
}

}  // namespace requeue::replay
