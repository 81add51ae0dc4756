// plan: the decision for every message, before anything is written.
#include "replay/plan.h"

#include "commands/context.h"
#include "commands/deciding_options.h"
#include "commands/doubt_words.h"
#include "commands/plan_words.h"
#include "commands/planning.h"
#include "commands/session.h"
#include "commands/smtp_plan.h"
#include "commands/words.h"
#include "core/text.h"
#include "replay/csv.h"

namespace requeue::commands {
namespace {

// What the SMTP logs add to the envelopes, or take from them.
class LogFindings {
 public:
  void see(const replay::Message& message, const replay::Reading& reading) {
    if (!reading.log.says_anything()) return;
    ++count_;
    if (list_.size() == most) return;
    auto one = replay::log_json(reading.log);
    one["source"] = escape_bytes(message.source);
    list_.push_back(std::move(one));
  }
  void tell(Console& console) const {
    for (const auto& one : list_) {
      std::string line = "[log] " + printable(text_of(one, "source")) + " (" +
                         (text_of(one, "state").empty() ? std::string("outbound") : text_of(one, "state")) +
                         (flag_of(one, "used") ? ", used)" : ", not used)");
      for (const char* const key : {"adds", "takes", "refused", "delivered"}) {
        if (one[key].empty()) continue;
        line += std::string("; ") + key;
        for (const auto& address : one[key]) line += ' ' + printable(address.get<std::string>());
      }
      console.result(line);
    }
    if (count_ > list_.size())
      console.result("[log] and " + std::to_string(count_ - list_.size()) + " more: explain SOURCE");
  }
  [[nodiscard]] const Json& json() const { return list_; }

 private:
  static constexpr std::size_t most = 1000;
  std::uint64_t count_ = 0;
  Json list_ = Json::array();
};

Result<void> write_plan(Context& context, recovery::Recovery& recovery, const replay::Plan& plan,
                        const replay::PlanOptions& options) {
  REQUEUE_TRY(const auto out, context.files.write_named(context.options.out_file));
  REQUEUE_CHECK(replay::write_plan_csv(recovery, plan, options, *out));
  REQUEUE_CHECK(out->close());
  const auto probe = probe_before_it(context, recovery.state());
  context.console.result("plan written to " + printable(context.options.out_file) +
                         "; carry it out with: " + replay_of_plan(context, recovery.state()) +
                         deciding_options(context, Selection::by_the_plan_file) + " --plan " +
                         shell_quoted(context.options.out_file) + (probe.empty() ? "" : ", after " + probe));
  return {};
}

}  // namespace

Result<Outcome> plan(Context& context) {
  replay::Ledger ledger;
  REQUEUE_TRY(auto recovery,
              recovery::open_to_read(context.files, context.options.recovery, {&ledger}, recovery::Reading::to_decide));
  REQUEUE_CHECK(require_replayable(context, *recovery));
  REQUEUE_TRY(auto options, plan_options(context, recovery->state()));
  REQUEUE_CHECK(add_evidence(context, *recovery, options));
  LogFindings findings;
  if (options.log) options.seen = [&](const auto& message, const auto& reading) { findings.see(message, reading); };
  REQUEUE_TRY(auto made, replay::make_plan(*recovery, ledger, options, context.console));
  note_selection(context, made);
  made.leave_beyond(context.options.pace.limit);
  REQUEUE_TRY(const auto by_smtp, preview_by_smtp(context, *recovery, made, options));
  const auto counts = made.counts();
  const auto left = made.left_for_another_run();
  tell_plan(context, recovery->state(), made, counts, {"replay", 1000, again(context, "report") + " --csv FILE", true});
  tell_smtp_preview(context, by_smtp);
  findings.tell(context.console);
  if (!context.options.out_file.empty()) REQUEUE_CHECK(write_plan(context, *recovery, made, options));
  if (context.options.out_file.empty()) {
    context.console.result("Next: " + next_step_of_plan(context, recovery->state(), made));
  }
  context.console.result("journal head " + recovery->head());
  Outcome outcome;
  outcome.exit = exit_of_plan(made);
  outcome.body = Json{{"found", counts.found},
                      {"replayed", counts.replayed},
                      {"replay", counts.pending - left + counts.failed},
                      {"duplicate", counts.duplicate},
                      {"held", counts.held},
                      {"skipped", counts.skipped},
                      {"in_doubt", counts.in_doubt},
                      {"pending", left},
                      {"now", {{"replayed", 0}}},
                      {"not_mail", made.not_mail},
                      {"balanced", counts.balanced()},
                      {"notes", notes_json(notes_of(context, recovery->state(), made))},
                      {"held_messages", held_json(made)},
                      {"in_doubt_messages", doubts_json(made)},
                      {"not_mail_files", not_mail_json(made)},
                      {"head", recovery->head()}};
  if (!by_smtp.is_null()) outcome.body["smtp"] = by_smtp;
  if (options.log) outcome.body["log"] = findings.json();
  return outcome;
}

}  // namespace requeue::commands
