#include "snapshot/mark.h"

#include "mailroot/evacuation_mark.h"

namespace requeue::snapshot {
namespace {

Result<void> told(Result<void> result, std::string what, const recovery::State& state) {
  if (result) return result;
  auto error = std::move(result.error());
  error.exit = Exit::failed;
  error.what = std::move(what);
  error.hint =
      state.emptying && !state.emptied
          ? "Nothing is lost: what was removed stands in the verified snapshot. Leave the service stopped, mend "
            "the cause, then run the same command again; it goes on where it stopped."
          : "Nothing was removed, and nothing put back by this run stands unrecorded. Mend the cause, then run the "
            "same "
            "command again.";
  return failure(std::move(error));
}

Result<bool> own_mark_stands(const recovery::Recovery& recovery, files::Tree& mailroot) {
  REQUEUE_TRY(const auto found, mailroot::read_mark(mailroot, recovery.state().id));
  return found && found->id == recovery.state().id;
}

}  // namespace

Result<void> set_mark(recovery::Recovery& recovery, files::Tree& mailroot, Watcher& watcher) {
  const auto& id = recovery.state().id;
  REQUEUE_CHECK(mailroot::check_no_other_evacuation(mailroot, id));
  auto made = mailroot::set_mark(mailroot, {id, recovery.tree().path().string()});
  if (!made && made.error().cause == Cause::no_space) {
    static_cast<void>(mailroot::take_mark_away(mailroot, id));
    watcher.warn(
        "the Mailroot's volume is full: it cannot be marked as being worked on. Should this run be cut short, finish "
        "it with the same --recovery; do not evacuate this Mailroot into another recovery folder before.");
    return {};
  }
  REQUEUE_CHECK(told(std::move(made), "cannot mark the Mailroot as being worked on", recovery.state()));
  if (recovery.state().marked) return {};
  return recovery.record("mark", {{"state", "set"}});
}

Result<void> note_lost_mark(recovery::Recovery& recovery, files::Tree& mailroot) {
  if (!recovery.state().marked) return {};
  REQUEUE_TRY(const bool stands, own_mark_stands(recovery, mailroot));
  if (stands) return {};
  REQUEUE_CHECK(recovery.record("mark", {{"state", "lost"}}));
  return recovery.flush();
}

Result<void> take_mark_away(recovery::Recovery& recovery, files::Tree& mailroot) {
  if (recovery.state().marked) {
    REQUEUE_CHECK(recovery.record("mark", {{"state", "taken_away"}}));
    REQUEUE_CHECK(recovery.flush());
  }
  return told(mailroot::take_mark_away(mailroot, recovery.state().id), "cannot take the mark of this evacuation away",
              recovery.state());
}

}  // namespace requeue::snapshot
