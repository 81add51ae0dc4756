#include "commands/open_mark.h"

#include <optional>

#include "commands/recorded_place.h"
#include "commands/session.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"
#include "mailroot/evacuation_mark.h"
#include "snapshot/restore_folders.h"

namespace requeue::commands {
namespace {

// What the recovery folder that a mark names has open; nullopt: it cannot be read, or is another one.
std::optional<recovery::State> state_of(Context& context, const mailroot::Token& token) {
  const auto reading = recovery::open_to_read(context.files, files::Path(token.recovery), {});
  if (!reading || (*reading)->state().id != token.id) return std::nullopt;
  return (*reading)->state();
}

bool is_open(const recovery::State& state) {
  return state.restoring || (state.emptying && !state.emptied && !state.put_back);
}

// Nothing of it is open, but it was taken of another folder: this one is a copy, made while that was being emptied, or
// a backup that was put back in its place.
Result<void> require_no_copy(const Context& context, const mailroot::Token& token, const recovery::State& other,
                             files::Tree& mailroot) {
  auto& bearer = mailroot::bearer_of_mark(mailroot, token.id);
  REQUEUE_TRY(const auto same, was_taken_of(context, token.recovery, other, bearer));
  if (same.value_or(true)) return {};
  return failure(
      Exit::precondition, "this is a copy of a Mailroot, made while that one was being emptied or restored",
      files::to_text(bearer.path_of(mailroot::evacuation_mark)),
      "it names the recovery folder " + printable(token.recovery) + ", which was taken of another folder, " +
          other.mailroot + ": what stands here was there, too, and may have been sent from there",
      "Nothing was touched. If it is to be recovered from here nevertheless, remove the file that is named above, and "
      "give the replay --against " +
          shell_quoted(token.recovery) + " : it leaves out what was sent from there.");
}

}  // namespace

bool is_stale(Context& context, const mailroot::Token& token) {
  const auto state = state_of(context, token);
  return state && !is_open(*state);
}

Result<void> require_no_other_mark(Context& context, const recovery::State& state, files::Tree& mailroot,
                                   StaleMark stale) {
  const auto ways_out = [&](const mailroot::Token& token) {
    const auto command = [&](const char* verb) {
      return on_another(context, verb, token.recovery, mailroot.path().string());
    };
    const auto other = state_of(context, token);
    if (other && other->restoring) return command("restore") + " (as it was typed, with its --folder or --held).";
    return command("evacuate") + " ; or " + command("restore") + " .";
  };
  const auto checked = mailroot::check_no_other_evacuation(mailroot, state.id, ways_out);
  if (checked) return {};
  // One that is at work is not cut short. Whoever sets a mark holds this lock.
  auto lock = mailroot.lock();
  if (!lock && lock.error().exit == Exit::locked) return failure(lock.error());
  const auto mark = mailroot::read_mark(mailroot, state.id);
  if (!lock || !mark || !*mark) return checked;
  const auto other = state_of(context, **mark);
  if (!other || is_open(*other)) return checked;
  REQUEUE_CHECK(require_no_copy(context, **mark, *other, mailroot));
  if (context.options.dry_run || stale == StaleMark::leave) return {};
  REQUEUE_CHECK(mailroot::take_mark_away(mailroot, (*mark)->id));
  lock->reset();
  return require_no_other_mark(context, state, mailroot, stale);  // in another place that of another may stand
}

Result<void> require_only_evacuation(Context& context, const recovery::State& state, files::Tree& mailroot,
                                     StaleMark stale) {
  REQUEUE_CHECK(require_no_other_mark(context, state, mailroot, stale));
  REQUEUE_CHECK(require_marked_folder(context, state, mailroot));
  if (state.restoring) return {};  // our own, and settled before anything else
  REQUEUE_TRY(const auto found, snapshot::find_leftover(mailroot));
  if (!found) return {};
  return failure(
      Exit::precondition, "a restore into this Mailroot was cut short, and left copies under temporary names",
      files::to_text(mailroot.path_of(*found)),
      "each is a whole message of the recovery folder that was restored from, and that one may send it, too",
      "Nothing was touched. Run that requeue restore again first: it gives them their names, or removes them. "
      "Only if its recovery folder is lost for good: move every file named .requeue-restore-N out of the "
      "Mailroot.");
}

bool waits_for_restore(Context& context, const recovery::State& state) {
  if (!state.restoring) return false;
  if (recorded_mailroot(context, state)) return true;
  context.console.warn(
      "a restore into " + state.mailroot +
      " was cut short, and that folder cannot be opened here: what it had put back may have been sent");
  return false;
}

}  // namespace requeue::commands
