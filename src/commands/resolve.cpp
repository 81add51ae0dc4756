#include "commands/resolve.h"

#include <algorithm>

#include "commands/deciding_options.h"
#include "commands/doubt_words.h"
#include "commands/plan_words.h"
#include "commands/planning.h"
#include "commands/session.h"
#include "commands/words.h"
#include "core/text.h"
#include "replay/resolve.h"

namespace requeue::commands {
namespace {

// A source may be given by its bytes, or as plan and report write it.
std::vector<replay::PersonsWord> words_of(const Options& options, const replay::Plan& plan) {
  std::vector<replay::PersonsWord> words;
  for (const auto& [word, text] : options.resolve) {
    const bool as_given =
        std::ranges::any_of(plan.messages, [&](const replay::Message& message) { return message.source == text; });
    words.push_back({as_given ? text : unescape_bytes(text), word == "sent"});
  }
  return words;
}

Json words_json(const std::vector<replay::PersonsWord>& words) {
  Json list = Json::array();
  for (const auto& word : words) {
    list.push_back(Json{{"source", escape_bytes(word.source)}, {"word", word.sent ? "sent" : "not_sent"}});
  }
  return list;
}

Outcome tell_resolved(Context& context, const recovery::State& state, const replay::Plan& plan,
                      const std::vector<replay::PersonsWord>& words) {
  auto& console = context.console;
  for (const auto& word : words) {
    console.result(printable(word.source) +
                   (word.sent ? ": sent, by your word; it counts as replayed"
                              : ": not sent, by your word; the next replay decides it anew and sends it"));
  }
  const auto counts = plan.counts();
  tell_plan(context, state, plan, counts, {"pending", 10, again(context, "plan")});
  // As the newest replay was told what goes, and to whom: without that, what was held or skipped would go with it.
  const auto next = counts.pending > 0 ? next_of_replay(context, state) : Next{again(context, "audit"), {}};
  console.result(in_one_line(next));
  Json body = counts_json(counts);
  body["now"] = Json{{"replayed", 0}};
  body["resolved"] = words_json(words);
  body["not_mail"] = plan.not_mail;
  body["balanced"] = counts.balanced();
  body["notes"] = notes_json(notes_of(context, state, plan));
  body["in_doubt_messages"] = doubts_json(plan);
  return Outcome{exit_of_plan(plan), body};
}

Result<Outcome> resolve_rehearsed(Context& context) {
  replay::Ledger ledger;
  REQUEUE_TRY(const auto reading,
              recovery::open_to_read(context.files, context.options.recovery, {&ledger}, recovery::Reading::to_decide));
  REQUEUE_CHECK(require_replayable(context, *reading));
  REQUEUE_TRY(const auto options, plan_options(context, reading->state()));
  REQUEUE_TRY(const auto plan, replay::make_plan(*reading, ledger, options, context.console));
  const auto words = words_of(context.options, plan);
  REQUEUE_CHECK(replay::check_words(*reading, ledger, plan, context.files, words));
  for (const auto& word : words) {
    context.console.result("DRY RUN: would record: " + printable(word.source) + (word.sent ? ": sent" : ": not sent"));
  }
  return Outcome{Exit::done, Json{{"dry_run", true}, {"resolved", words_json(words)}, {"head", reading->head()}}};
}

}  // namespace

Result<Outcome> resolve(Context& context) {
  if (context.options.dry_run) return resolve_rehearsed(context);
  replay::Ledger ledger;
  return in_run(
      context, recovery::Missing::refuse, Site(), {&ledger}, [&](recovery::Recovery& recovery) -> Result<Outcome> {
        REQUEUE_CHECK(require_replayable(context, recovery));
        REQUEUE_TRY(const auto options, plan_options(context, recovery.state()));
        REQUEUE_TRY(const auto before, replay::make_plan(recovery, ledger, options, context.console));
        const auto words = words_of(context.options, before);
        REQUEUE_CHECK(replay::check_words(recovery, ledger, before, context.files, words));
        REQUEUE_CHECK(replay::resolve(recovery, ledger, before, options, context.files, words, context.console));
        REQUEUE_TRY(const auto after, replay::make_plan(recovery, ledger, options, context.console));
        return tell_resolved(context, recovery.state(), after, words);
      });
}

}  // namespace requeue::commands
