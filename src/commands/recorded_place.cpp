#include "commands/recorded_place.h"

#include <algorithm>
#include <optional>

#include "commands/session.h"
#include "commands/words.h"
#include "core/text.h"
#include "mailroot/evacuation_mark.h"
#include "mailroot/mailroot.h"
#include "mailroot/places.h"
#include "replay/handoff.h"
#include "snapshot/bag.h"
#include "snapshot/files_jsonl.h"

namespace requeue::commands {
namespace {

// nullopt where the snapshot says nothing of the recorded path, or cannot be read: whoever reads it next tells why.
std::optional<files::Status> recorded_root(const Context& context, const files::Path& folder,
                                           const recovery::State& state) {
  if (!state.snapshot || state.snapshot->adopted || !state.mailroot_folders.empty()) return std::nullopt;
  const auto recovery = context.files.open(folder);
  if (!recovery) return std::nullopt;
  auto entries = snapshot::open_entries(**recovery, files::Relative(snapshot::folder));
  if (!entries) return std::nullopt;
  const auto root = entries->next();
  if (!root || !*root || !(*root)->source.empty() || (*root)->status.identity == files::Identity{}) return std::nullopt;
  return (*root)->status;
}

std::optional<files::Status> recorded_root(const Context& context, const recovery::State& state) {
  return recorded_root(context, context.options.recovery, state);
}

bool is_other_volume(const files::Status& root, const files::Status& found) {
  return found.identity != files::Identity{} && found.identity.volume != root.identity.volume;
}

tl::unexpected<Error> not_mounted(const files::Path& path) {
  return failure(Exit::precondition, "this is not the Mailroot that the snapshot was taken of: is its volume mounted?",
                 files::to_text(path), "it has neither Queue nor Pickup, and is on another volume than recorded",
                 "Nothing was touched. Mount the volume, then run the same command again. If the Mailroot was really "
                 "made anew, make its folders Queue and Pickup first (or start the service once and stop it).");
}

tl::unexpected<Error> beside_pickup(Context& context, const files::Path& path, const std::string& pickup) {
  return failure(Exit::precondition, "what is put back here would be sent by the service, and by a replay, too",
                 files::to_text(path), "the record hands mail to its Pickup, " + escape_bytes(pickup),
                 "Nothing was touched. Restore into an empty folder, and move from there only what `" +
                     again(context, "plan") +
                     "` shows as neither replayed nor in doubt; then replay from this recovery folder no more. Drop, "
                     "Badmail and Mailbox can go here: --folder NAME.");
}

// A Mailroot of the record still is where it was: another folder is none of them.
bool stands_where_it_was(const Context& context, const recovery::State& state) {
  const auto is_one = [&](const files::Path& path) {
    const auto tree = context.files.open(path);
    return tree && has_queue_or_pickup(**tree);
  };
  if (!state.mailroot.empty() && is_one(unescape_bytes(state.mailroot))) return true;
  return std::ranges::any_of(replay::known_pickups(state, context.files),
                             [&](const std::string& pickup) { return is_one(files::Path(pickup).parent_path()); });
}

}  // namespace

bool has_queue_or_pickup(files::Tree& tree) {
  const auto entries = tree.list("");
  return entries && std::ranges::any_of(*entries, [](const files::Entry& entry) {
           const auto role = mailroot::role_of(entry.name);
           return role == mailroot::Role::queue || role == mailroot::Role::pickup;
         });
}

namespace {

// Another one than `name`.
bool stands_beside(files::Tree& folder, const std::string& name, std::initializer_list<mailroot::Role> roles) {
  const auto entries = folder.list("");
  if (!entries) return false;
  return std::ranges::any_of(*entries, [&](const files::Entry& entry) {
    const auto is_one = std::ranges::find(roles, mailroot::role_of(entry.name)) != roles.end();
    return entry.kind == files::Kind::folder && entry.name != name && is_one;
  });
}

}  // namespace

Result<void> require_taken_from(Context& context, const recovery::State& state, const files::Path& pickup) {
  using mailroot::Role;
  const auto refuse = [&](std::string why) -> Result<void> {
    return failure(Exit::precondition, "this is not a Pickup", pickup.string(), std::move(why),
                   "Nothing was done. Give --pickup the folder that the service takes mail from.");
  };
  if (replay::known_pickups(state, context.files).contains(pickup.string())) return {};
  const auto role_of = [](const files::Path& path) { return mailroot::role_of(path.filename().string()); };
  const auto role = role_of(pickup);
  const auto parent = pickup.parent_path();
  const auto above = context.files.open(parent.parent_path());
  const bool in_pickup =
      role_of(parent) == Role::pickup && above && stands_beside(**above, parent.filename().string(), {Role::queue});
  if (in_pickup) return refuse("it lies in a Pickup, and the service takes nothing from the folders in there");
  if (role == Role::pickup) return {};
  const auto tree = context.files.open(pickup);
  if (tree && has_queue_or_pickup(**tree)) return refuse("it is a Mailroot itself");
  const auto beside = context.files.open(parent);
  const bool of_mailroot =
      role != Role::other && beside && stands_beside(**beside, pickup.filename().string(), {Role::queue, Role::pickup});
  return of_mailroot ? refuse("it is another folder of a Mailroot") : Result<void>();
}

Result<bool> is_folder(const Context& context, files::Tree& target, const files::Path& recorded) {
  if (target.path() == recorded) return true;
  const auto other = context.files.open(recorded);
  if (!other) return other.error().cause != Cause::not_found;
  REQUEUE_TRY(const auto a, target.status(""));
  REQUEUE_TRY(const auto b, (*other)->status(""));
  const files::Identity unknown{};
  return a.identity == b.identity || a.identity == unknown || b.identity == unknown;
}

Result<std::optional<bool>> was_taken_of(const Context& context, const files::Path& recovery,
                                         const recovery::State& state, files::Tree& found) {
  const auto root = recorded_root(context, recovery, state);
  REQUEUE_TRY(const auto status, found.status(""));
  if (!root || status.identity == files::Identity{}) return std::optional<bool>();
  const bool same_made = !status.created || !root->created || *status.created == *root->created;
  return std::optional(status.identity == root->identity && same_made);
}

Result<void> require_mounted(Context& context, const recovery::State& state, files::Tree& found) {
  const auto root = recorded_root(context, state);
  if (!root || has_queue_or_pickup(found)) return {};
  REQUEUE_TRY(const auto status, found.status(""));
  return is_other_volume(*root, status) ? Result<void>(not_mounted(found.path())) : Result<void>{};
}

Result<void> require_mounted_above(Context& context, const recovery::State& state, const files::Path& missing) {
  const auto root = recorded_root(context, state);
  if (!root) return {};
  for (auto above = missing; above.has_parent_path() && above != above.parent_path();) {
    above = above.parent_path();
    const auto tree = context.files.open(above);
    if (!tree && tree.error().cause == Cause::not_found) continue;
    if (!tree) return failure(tree.error());
    REQUEUE_TRY(const auto status, (*tree)->status(""));
    return is_other_volume(*root, status) ? Result<void>(not_mounted(missing)) : Result<void>{};
  }
  return {};
}

Result<void> require_marked_folder(const Context& context, const recovery::State& state, files::Tree& found) {
  if (!state.emptying || state.emptied || !state.marked) return {};
  const auto root = recorded_root(context, state);
  if (!root) return {};
  REQUEUE_TRY(const auto mark, mailroot::read_mark(found, state.id));
  if (mark && mark->id == state.id) return {};
  REQUEUE_TRY(const auto status, found.status(""));
  if (status.identity == files::Identity{} || status.identity == root->identity) return {};
  return failure(Exit::precondition,
                 "this is not the folder in which the emptying was cut short: is its volume mounted?",
                 files::to_text(found.path()),
                 "the mark of that emptying (" + std::string(mailroot::evacuation_mark) +
                     ") is not in it, and it has another volume or file id than recorded",
                 "Nothing was touched. Mount the volume, then run the same command again. If that Mailroot is lost for "
                 "good, requeue restore into an empty folder puts all of the snapshot there.");
}

Result<void> require_no_pickup_of_record(Context& context, const recovery::State& state, files::Tree& target) {
  for (const auto& pickup : replay::known_pickups(state, context.files)) {
    const auto beside = files::Path(pickup).parent_path();
    // One that cannot be opened, or a path of another platform, is not the folder that was just opened.
    const auto other = context.files.open(beside);
    if (!other && target.path() != beside) continue;
    REQUEUE_TRY(const bool same, is_folder(context, target, beside));
    if (same) return beside_pickup(context, target.path(), pickup);
  }
  return {};
}

Result<void> require_no_mailroot_of_adopted(Context& context, const recovery::State& state, files::Tree& target) {
  const bool sends = state.emptied || state.replay_begun;
  if (!state.snapshot || !state.snapshot->adopted || !sends || !has_queue_or_pickup(target)) return {};
  if (stands_where_it_was(context, state)) return {};
  return failure(Exit::precondition, "it cannot be told whether this is the Mailroot of the adopted backup",
                 files::to_text(target.path()),
                 "it has a Queue or a Pickup: a service there would send what a replay sends, too",
                 "Nothing was touched. Restore into an empty folder, and move from there only what `" +
                     again(context, "plan") + "` shows as neither replayed nor in doubt" +
                     (state.mailroot.empty() ? "" : "; or bring the Mailroot back to " + state.mailroot) +
                     ". Drop, Badmail and Mailbox can go here: --folder NAME.");
}

Result<void> require_no_pickup_of_record(Context& context, const recovery::State& state, const files::Path& missing) {
  for (const auto& pickup : replay::known_pickups(state, context.files)) {
    if (files::Path(pickup).parent_path() == missing) return beside_pickup(context, missing, pickup);
  }
  return {};
}

Result<void> require_no_recovery_folder(Context& context, const files::Path& target) {
  const auto tree = context.files.open(target);
  if (!tree || !(*tree)->status("journal.jsonl")) return {};
  return failure(Exit::precondition, "this folder is a recovery folder", files::to_text(target),
                 "it has a journal.jsonl of its own", "Nothing was touched. Choose another folder.");
}

Result<void> require_not_in_mailroot(const recovery::State& state, const files::Path& target) {
  const auto path = target.string();
  const auto lies_in = [&](const std::string& folder) { return !folder.empty() && mailroot::is_inside(path, folder); };
  auto around = unescape_bytes(state.mailroot);
  bool inside = lies_in(around) && path.size() > around.size();
  for (const auto& [name, place] : state.mailroot_folders) {
    if (!inside && lies_in(place)) {
      inside = true;
      around = files::Path(place).parent_path().string();
    }
  }
  if (!inside) return {};
  return failure(Exit::precondition, "this folder lies in the Mailroot", files::to_text(target),
                 "the journal names " + escape_bytes(around),
                 "Nothing was touched. Give --mailroot the Mailroot itself, and --folder NAME for one of its folders; "
                 "or a folder outside it.");
}

}  // namespace requeue::commands
