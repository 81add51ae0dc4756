#include "replay/replay.h"

#include <algorithm>
#include <unordered_set>

#include "core/text.h"
#include "replay/handoff_steps.h"
#include "replay/look.h"
#include "replay/pace.h"
#include "replay/smtp_handoff.h"

namespace requeue::replay {
namespace {

constexpr std::size_t journal_group = 256;  // messages whose details are flushed together
constexpr std::size_t most_coming = 2048;   // messages that the handoff is told of ahead

class CarryingOut {
 public:
  // `server` is told with the end of a replay by SMTP, which has no place.
  CarryingOut(recovery::Recovery& recovery, Ledger& ledger, Plan& plan, const PlanOptions& options, const Pace& pace,
              std::optional<Place> place, std::string server, std::unique_ptr<Handoff> handoff, Watcher& watcher,
              const Sleep& sleep)
      : recovery_(recovery),
        ledger_(ledger),
        plan_(plan),
        options_(options),
        place_(std::move(place)),
        server_(std::move(server)),
        watcher_(watcher),
        pacer_(pace, place_, recovery.state().id, watcher, sleep),
        handoff_(std::move(handoff)) {}

  Result<ReplayResult> run();

 private:
  Result<ReplayResult> run_steps();
  [[nodiscard]] Error with_what_is_safe(Error error) const;
  [[nodiscard]] bool needs_event(const Message& message) const;
  Result<void> journal_changes(bool pending_too);
  Result<void> journal_group_of(const std::vector<std::size_t>& indexes);
  Result<std::string> details_of(std::size_t index);
  Result<void> hand_over();
  [[nodiscard]] bool is_to_go(const Message& message) const;
  std::vector<std::size_t> next_to_go(std::size_t at, std::size_t size) const;
  void take_over(const Outcome& outcome);
  void reopen_copies_of_refused();
  Result<void> record_end();
  void record_look(Json& fields) const;
  [[nodiscard]] Look look() { return place_ ? look_around(*place_, recovery_.state().id) : Look{}; }

  recovery::Recovery& recovery_;
  Ledger& ledger_;
  Plan& plan_;
  const PlanOptions& options_;
  std::optional<Place> place_;
  std::string server_;
  Watcher& watcher_;
  Pacer pacer_;
  std::unique_ptr<Handoff> handoff_;
  ReplayResult result_;
};

Result<ReplayResult> CarryingOut::run() {
  auto done = run_steps();
  const bool told = done || done.error().exit == Exit::interrupted;
  return told ? std::move(done) : failure(with_what_is_safe(std::move(done.error())));
}

// A disk that fails half-way speaks of one file; the person asks what became of the mail.
Error CarryingOut::with_what_is_safe(Error error) const {
  if (!error.hint.empty() && !error.hint.ends_with(' ')) error.hint += ' ';
  error.hint +=
      "Before it " + std::to_string(result_.now_replayed) + " messages of this run's plan went to " +
      (server_.empty() ? "Pickup" : "the server") +
      ", and they are not sent again. All others are in the snapshot. Once "
      "this is put right, run the same command again: it first finds out what became of those that were under way.";
  return error;
}

Result<ReplayResult> CarryingOut::run_steps() {
  result_.before = look();
  REQUEUE_CHECK(journal_changes(false));
  REQUEUE_CHECK(hand_over());
  reopen_copies_of_refused();
  REQUEUE_CHECK(journal_changes(true));
  REQUEUE_CHECK(handoff_->finish());
  result_.counts = plan_.counts();
  result_.after = look();
  REQUEUE_CHECK(record_end());
  if (watcher_.stop_requested() && result_.counts.pending != 0) {
    return failure(
        Error{Exit::interrupted,
              Cause::interrupted,
              "the replay was interrupted",
              {},
              std::to_string(result_.now_replayed) + " messages were handed over in this run, " +
                  std::to_string(result_.counts.pending) + " are pending" +
                  (result_.counts.in_doubt == 0 ? std::string()
                                                : ", " + std::to_string(result_.counts.in_doubt) + " in doubt"),
              "Nothing is lost and nothing is sent twice: run the same command again to go on."});
  }
  return std::move(result_);
}

// A message that is pending and was never told of needs no line: that it is in the snapshot and in no event says it.
bool CarryingOut::needs_event(const Message& message) const {
  const auto* const standing = ledger_.find(message.source);
  if (message.disposition == Disposition::pending) {
    return standing != nullptr && standing->journaled && standing->disposition != Disposition::pending &&
           !ledger_.open_intents().contains(message.source);
  }
  if (standing == nullptr || !standing->journaled || standing->disposition != message.disposition) return true;
  // What is final is told once, by the rule that it became so.
  return message.disposition != Disposition::replayed && message.disposition != Disposition::in_doubt &&
         ledger_.rule_text(standing->rule) != message.rule;
}

Result<void> CarryingOut::journal_changes(bool pending_too) {
  std::vector<std::size_t> group;
  for (std::size_t i = 0; i < plan_.messages.size(); ++i) {
    const auto& message = plan_.messages[i];
    // Those about to be handed over get their event with the commit.
    if (message.disposition == Disposition::pending && !pending_too) continue;
    // Told by the handoff, with the names it wrote; or open still, and then not to be told as anything.
    if (ledger_.open_intents().contains(message.source) || !needs_event(message)) continue;
    group.push_back(i);
    if (group.size() < journal_group) continue;
    REQUEUE_CHECK(journal_group_of(group));
    group.clear();
  }
  return journal_group_of(group);
}

// The details lines are on the disk before an event names them by hash: audit takes one that is missing for a cut.
Result<void> CarryingOut::journal_group_of(const std::vector<std::size_t>& indexes) {
  if (indexes.empty()) return {};
  std::vector<std::string> details;
  for (const auto index : indexes) {
    REQUEUE_TRY(auto line, details_of(index));
    details.push_back(std::move(line));
  }
  REQUEUE_CHECK(recovery_.flush_details());
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    const auto& message = plan_.messages[indexes[i]];
    if (message.disposition == Disposition::failed) {
      watcher_.warn("not sent, it cannot be read from the snapshot as it was recorded: " + printable(message.source));
    }
    if (message.disposition == Disposition::in_doubt && !ledger_.is_final(message.source)) {
      REQUEUE_CHECK(recovery_.record(
          "in_doubt", Json{{"source", escape_bytes(message.source)},
                           {"name", ""},
                           {"rule", message.rule},
                           {"why", "it left the Mailroot without being removed by us: it may have been sent"}}));
    }
    REQUEUE_CHECK(record_message(recovery_, {message.source,
                                             to_hex(message.sha256),
                                             message.disposition,
                                             message.rule,
                                             message.rule == "against" ? std::string() : original_of(plan_, message),
                                             {},
                                             {},
                                             details[i]}));
  }
  return {};
}

Result<std::string> CarryingOut::details_of(std::size_t index) {
  const auto& message = plan_.messages[index];
  // Of one that was sent, the line that holds the envelope it was sent with stays the one to read.
  if (message.disposition == Disposition::replayed) {
    if (const auto* const standing = ledger_.find(message.source)) return to_hex(standing->details);
  }
  const auto reading = read_message(recovery_, plan_, message, options_);
  if (!reading) return recovery_.record_details(Json::object());
  return recovery_.record_details(personal_fields(index + 1, message, plan_, *reading));
}

bool CarryingOut::is_to_go(const Message& message) const {
  if (message.disposition != Disposition::pending || message.final_now || !message.chosen_now) return false;
  return !ledger_.is_final(message.source) && !ledger_.open_intents().contains(message.source);
}

std::vector<std::size_t> CarryingOut::next_to_go(std::size_t at, std::size_t size) const {
  std::vector<std::size_t> next;
  for (; at < plan_.messages.size() && next.size() < size; ++at) {
    if (is_to_go(plan_.messages[at])) next.push_back(at);
  }
  return next;
}

Result<void> CarryingOut::hand_over() {
  std::size_t total = 0;
  for (const auto& message : plan_.messages) total += message.disposition == Disposition::pending ? 1 : 0;
  watcher_.phase("replay", total, 0);
  auto group = next_to_go(0, pacer_.next_group());
  while (!group.empty() && !watcher_.stop_requested()) {
    if (pacer_.stopped_on_badmail()) break;
    const auto behind = group.back() + 1;
    REQUEUE_TRY(const auto outcome, handoff_->group(group, next_to_go(behind, pacer_.next_ahead(most_coming))));
    take_over(outcome);
    watcher_.advance(group.size(), 0);
    if (!result_.stopped.empty()) break;
    // When nothing of a whole group could be moved, Pickup itself is the matter; the rest stays pending.
    const auto moved = [](const Handed& one) { return one.rule != "rename_failed" && one.rule != "rename_unknown"; };
    if (!outcome.handed.empty() && std::none_of(outcome.handed.begin(), outcome.handed.end(), moved)) break;
    pacer_.handed_over(outcome.replayed);
    group = next_to_go(behind, pacer_.next_group());
    if (!group.empty() && !pacer_.pause()) break;
  }
  result_.stopped_on_badmail = pacer_.stopped_on_badmail();
  return {};
}

void CarryingOut::take_over(const Outcome& outcome) {
  for (const auto& one : outcome.handed) {
    auto& message = plan_.messages[one.index];
    message.disposition = one.disposition;
    message.rule = one.rule;
    message.final_now = one.disposition == Disposition::replayed || one.disposition == Disposition::in_doubt;
  }
  result_.now_replayed += outcome.replayed;
  result_.stopped = outcome.stop;
  result_.refused.insert(result_.refused.end(), outcome.refused.begin(), outcome.refused.end());
  result_.changed_line_ends += outcome.changed_line_ends;
  result_.eight_bit_unasked += outcome.eight_bit_unasked;
}

// A copy was told to be one because everybody would have it by the other. Whom the server refused of that one has
// nothing: the next run decides it anew.
void CarryingOut::reopen_copies_of_refused() {
  if (result_.refused.empty()) return;
  std::unordered_set<std::string_view> sources;
  for (const auto& one : result_.refused) sources.insert(one.source);
  for (auto& message : plan_.messages) {
    if (message.disposition != Disposition::duplicate || message.duplicate_of >= plan_.messages.size()) continue;
    if (!sources.contains(plan_.messages[message.duplicate_of].source.view())) continue;
    message.disposition = Disposition::pending;
    message.rule = "replay";
    message.duplicate_of = Message::none;
  }
}

void CarryingOut::record_look(Json& fields) const {
  if (!place_) {
    fields["smtp"] = server_;
    fields["refused"] = result_.refused_recipients();
    return;
  }
  fields["pickup_left"] = result_.after.pickup_ours;
  fields["queue_before"] = result_.before.queue;
  fields["queue_after"] = result_.after.queue;
  fields["badmail_before"] = result_.before.badmail;
  fields["badmail_after"] = result_.after.badmail;
}

Result<void> CarryingOut::record_end() {
  const auto& counts = result_.counts;
  Json fields;
  fields["folders"] = options_.folders;
  record_look(fields);
  fields["found"] = counts.found;
  fields["replayed"] = counts.replayed;
  fields["duplicate"] = counts.duplicate;
  fields["held"] = counts.held;
  fields["skipped"] = counts.skipped;
  fields["in_doubt"] = counts.in_doubt;
  fields["failed"] = counts.failed;
  fields["pending"] = counts.pending;
  fields["now"] = result_.now_replayed;
  // Flushed with the end of the run: what it counts was flushed before.
  return recovery_.record("replay_end", fields);
}

}  // namespace

std::uint64_t ReplayResult::refused_recipients() const {
  std::uint64_t count = 0;
  for (const auto& one : refused) count += one.recipients;
  return count;
}

Result<ReplayResult> carry_out(recovery::Recovery& recovery, Ledger& ledger, Plan& plan, const PlanOptions& options,
                               const Pace& pace, Place place, Watcher& watcher,
                               const std::function<void(std::chrono::milliseconds)>& sleep) {
  auto handoff = make_handoff(recovery, ledger, plan, options, place, watcher, pace.jobs);
  return CarryingOut(recovery, ledger, plan, options, pace, std::move(place), {}, std::move(handoff), watcher, sleep)
      .run();
}

Result<ReplayResult> send_out(recovery::Recovery& recovery, Ledger& ledger, Plan& plan, const PlanOptions& options,
                              const Pace& pace, submission::Submitter& submitter, const std::string& server,
                              Watcher& watcher, const std::function<void(std::chrono::milliseconds)>& sleep) {
  auto handoff = make_smtp_handoff(recovery, ledger, plan, options, submitter, server, watcher);
  return CarryingOut(recovery, ledger, plan, options, pace, {}, server, std::move(handoff), watcher, sleep).run();
}

}  // namespace requeue::replay
