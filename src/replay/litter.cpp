// Composed files that a killed run left in staging, beside this run's Pickup or beside another one.
#include <set>

#include "core/text.h"
#include "mailroot/places.h"
#include "replay/handoff_steps.h"

namespace requeue::replay {
namespace {

// Pickup of the recorded Mailroot, its name compared without case.
void add_recorded(const recovery::State& state, files::Files& files, std::set<std::string>& pickups) {
  if (state.mailroot.empty()) return;
  const auto tree = mailroot::open_recorded(files, unescape_bytes(state.mailroot), state.mailroot_folders);
  if (!tree) return;
  const auto entries = (*tree)->list("");
  if (!entries) return;
  for (const auto& entry : *entries) {
    if (mailroot::role_of(entry.name) == mailroot::Role::pickup) pickups.insert((*tree)->path_of(entry.name).string());
  }
}

}  // namespace

std::set<std::string> known_pickups(const recovery::State& state, files::Files& files) {
  std::set<std::string> pickups;
  for (const auto& place : state.replay_places) {
    auto path = unescape_bytes(place);
    if (files::Path(path).is_absolute()) pickups.insert(std::move(path));  // else an SMTP server
  }
  if (!state.pickup.empty()) pickups.insert(state.pickup);
  add_recorded(state, files, pickups);
  return pickups;
}

// A staged file without an open intent was never renamed: removed. But for those of messages in doubt, which are kept
// until a person's word is recorded: they may be all that is left to decide by.
Result<void> clear_staging(Place& place, const Ledger& ledger, const std::string& id, Watcher& watcher) {
  auto entries = place.beside->list(place.staging);
  if (!entries) {
    // The same folder by another path was cleaned just before, and its staging removed.
    if (entries.error().cause == Cause::not_found) return {};
    return failure(std::move(entries.error()));
  }
  std::set<std::string> kept;
  for (const auto& [source, intent] : ledger.open_intents()) kept.insert(intent.name);
  for (const auto& [source, intent] : ledger.doubted()) kept.insert(intent.name);
  for (const auto& entry : *entries) {
    if (entry.kind != files::Kind::file || !is_written_name(entry.name, id)) continue;
    if (!kept.contains(entry.name)) remove_staged(place, entry.name, watcher);
  }
  if (ledger.open_intents().empty()) return remove_staging(place);
  return {};
}

void clear_litter(recovery::Recovery& recovery, const Ledger& ledger, files::Files& files, const std::string& but_for,
                  Watcher& watcher) {
  const auto& id = recovery.state().id;
  for (const auto& path : known_pickups(recovery.state(), files)) {
    if (path == but_for) continue;
    const files::Path pickup(path);
    const auto folder = files.open(pickup);
    if (!folder) continue;
    // A copy of this recovery folder has the same ID: what it is about to hand over from there is no litter.
    const auto lock = (*folder)->lock();
    if (!lock) continue;
    const auto beside = files.open(pickup.parent_path());
    if (!beside) continue;
    Place place{*beside, pickup.filename().string(), ".requeue-" + id, {}};
    const auto token = mailroot::read_token(*place.beside, place.staging);
    if (token && token->id == id) static_cast<void>(clear_staging(place, ledger, id, watcher));
  }
}

}  // namespace requeue::replay
