#include "replay/resolve.h"

#include <algorithm>
#include <set>

#include "core/text.h"
#include "mailroot/places.h"
#include "replay/handoff_steps.h"
#include "replay/message_reading.h"

namespace requeue::replay {
namespace {

tl::unexpected<Error> word_refused(Exit exit, const std::string& source, std::string why, std::string hint) {
  return failure(exit, "cannot record this word on a message", printable(source), std::move(why),
                 std::move(hint) + " Nothing was recorded or sent.");
}

const Message* message_named(const Plan& plan, const std::string& source) {
  const auto found =
      std::ranges::find_if(plan.messages, [&](const Message& message) { return message.source == source; });
  return found == plan.messages.end() ? nullptr : &*found;
}

Result<void> check_in_doubt(const recovery::State& state, const Message& message) {
  if (message.disposition != Disposition::in_doubt) {
    return word_refused(Exit::precondition, message.source,
                        "it is not in doubt, but " + std::string(to_string(message.disposition)),
                        "`requeue plan` lists those in doubt.");
  }
  if (message.rule == "open_intent") {
    return word_refused(Exit::precondition, message.source, "a replay was cut short while it was handed over",
                        "Run requeue replay again first: it finds out what can be found out.");
  }
  // After a replay, too: what was staged of it may stand in Pickup, and the group keeps it in doubt.
  const bool unfinished = state.restoring && std::ranges::count(state.restoring->sources, escape_bytes(message.source));
  if (unfinished) {
    return word_refused(Exit::precondition, message.source, "a restore was cut short while it was put back",
                        "Run the same requeue restore again first: it finds out what can be found out.");
  }
  return {};
}

// Whether anything stands there. What cannot be looked at says nothing, and the word is not believed.
Result<bool> stands(const Result<std::shared_ptr<files::Tree>>& tree, const files::Relative& path) {
  if (!tree && tree.error().cause == Cause::not_found) return false;
  if (!tree) return failure(tree.error());
  const auto status = (*tree)->status(path);
  if (!status && status.error().cause == Cause::not_found) return false;
  if (!status) return failure(status.error());
  return true;
}

// "Not sent" is no word to take while the file stands before the service's eyes: it and a replay would both send it.
Result<void> check_not_standing(const recovery::State& state, const Ledger& ledger, const Message& message,
                                files::Files& files) {
  const std::string why = " stands there now, and the service will send it";
  if (!state.mailroot.empty()) {
    REQUEUE_TRY(
        const bool there,
        stands(mailroot::open_recorded(files, unescape_bytes(state.mailroot), state.mailroot_folders), message.source));
    if (there) {
      return word_refused(Exit::precondition, message.source, "a file of that name in the Mailroot" + why,
                          "Leave it to the service, or move the file away first.");
    }
  }
  const auto intent = ledger.doubted().find(message.source);
  if (intent == ledger.doubted().end() || message.rule == "name_taken" || !intent->second.smtp.empty()) return {};
  REQUEUE_TRY(const bool there, stands(files.open(intent->second.pickup), intent->second.name));
  if (!there) return {};
  return word_refused(Exit::precondition, message.source, intent->second.name + " in Pickup" + why,
                      "Then `sent` is the word, once it has left Pickup.");
}

// What made it doubtful may stand in the journal only as a fact of the Mailroot; the ledger must know it as in doubt.
Result<void> tell_doubt(recovery::Recovery& recovery, const Plan& plan, const PlanOptions& options,
                        const Message& message) {
  const auto index = static_cast<std::uint64_t>(&message - plan.messages.data());
  const auto reading = read_message(recovery, plan, message, options);
  REQUEUE_TRY(const auto details,
              recovery.record_details(reading ? personal_fields(index + 1, message, plan, *reading) : Json::object()));
  REQUEUE_CHECK(recovery.flush_details());
  REQUEUE_CHECK(
      recovery.record("in_doubt", Json{{"source", escape_bytes(message.source)},
                                       {"name", ""},
                                       {"rule", message.rule},
                                       {"why", "it may have been sent: it left the Mailroot and not by us"}}));
  return record_message(
      recovery, {message.source, to_hex(message.sha256), Disposition::in_doubt, message.rule, {}, {}, {}, details});
}

Result<void> record_word(recovery::Recovery& recovery, const Ledger& ledger, const Message& message, bool sent) {
  const auto intent = ledger.doubted().find(message.source);
  const auto name = intent == ledger.doubted().end() ? std::string() : intent->second.name;
  const auto details = to_hex(ledger.find(message.source)->details);
  REQUEUE_CHECK(recovery.record("resolved", Json{{"source", escape_bytes(message.source)},
                                                 {"name", name},
                                                 {"rule", message.rule},
                                                 {"word", sent ? "sent" : "not_sent"}}));
  return record_message(recovery, {message.source,
                                   to_hex(message.sha256),
                                   sent ? Disposition::replayed : Disposition::pending,
                                   sent ? resolved_sent : resolved_not_sent,
                                   {},
                                   {},
                                   {},
                                   details});
}

// Nothing of it is known for certain where the place is not found or not ours any more: then nothing is removed.
void remove_kept(files::Files& files, const OpenIntent& intent, const std::string& id, bool last, Watcher& watcher) {
  if (!intent.smtp.empty()) return;
  const files::Path pickup(intent.pickup);
  const auto beside = files.open(pickup.parent_path());
  if (!beside || !is_written_name(intent.name, id)) return;
  Place place{*beside, pickup.filename().string(), ".requeue-" + id, {}};
  const auto token = mailroot::read_token(*place.beside, place.staging);
  if (!token || token->id != id) return;
  remove_staged(place, intent.name, watcher);
  if (last) static_cast<void>(remove_staging(place));
}

}  // namespace

Result<void> check_words(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan, files::Files& files,
                         const std::vector<PersonsWord>& words) {
  std::set<std::string_view> named;
  for (const auto& word : words) {
    const auto* const message = message_named(plan, word.source);
    if (!named.insert(word.source).second) {
      return word_refused(Exit::usage, word.source, "it is named twice", "One word for each message.");
    }
    if (message == nullptr) {
      return word_refused(Exit::usage, word.source, "there is no message of that name here",
                          "Name it as `requeue plan` does.");
    }
    REQUEUE_CHECK(check_in_doubt(recovery.state(), *message));
    if (!word.sent) REQUEUE_CHECK(check_not_standing(recovery.state(), ledger, *message, files));
  }
  return {};
}

Result<void> resolve(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan, const PlanOptions& options,
                     files::Files& files, const std::vector<PersonsWord>& words, Watcher& watcher) {
  std::vector<OpenIntent> kept;
  for (const auto& word : words) {
    const auto* const message = message_named(plan, word.source);
    if (!ledger.is_final(word.source)) REQUEUE_CHECK(tell_doubt(recovery, plan, options, *message));
    const auto intent = ledger.doubted().find(word.source);
    if (intent != ledger.doubted().end()) kept.push_back(intent->second);
    REQUEUE_CHECK(record_word(recovery, ledger, *message, word.sent));
  }
  // The staged file is all that a person can judge by, and goes only when the word cannot be forgotten any more.
  REQUEUE_CHECK(recovery.flush());
  const bool none_left = ledger.open_intents().empty() && ledger.doubted().empty();
  for (const auto& intent : kept) remove_kept(files, intent, recovery.state().id, none_left, watcher);
  clear_litter(recovery, ledger, files, std::string(), watcher);
  return {};
}

}  // namespace requeue::replay
