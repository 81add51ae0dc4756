#include "recovery/state.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"

namespace requeue::recovery {

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::fresh:
      return "new";
    case Stage::stopped:
      return "stopped";
    case Stage::snapshotted:
      return "snapshotted";
    case Stage::verified:
      return "verified";
    case Stage::emptying:
      return "emptying";
    case Stage::emptied:
      return "emptied";
    case Stage::probed:
      return "probed";
    case Stage::replaying:
      return "replaying";
    case Stage::done:
      return "done";
  }
  return "new";
}

// The id becomes part of a folder's name beside Pickup, so a tampered one must not be a path.
Result<void> State::check_first(const journal::Line& line) {
  const std::string recovery_id = text_of(line.json, "recovery");
  const bool well_formed = recovery_id.size() == 16 && from_hex(recovery_id).has_value();
  if (line.event == "run" && well_formed) return {};
  return failure(Exit::verification, "the record of this recovery folder is damaged", std::string(journal::file_name),
                 "line 1 is not the `run` event with the recovery folder's id",
                 "Nothing was done. Use a good copy of it.");
}

State::Handler State::handler_for(std::string_view event) {
  static constexpr std::array<std::pair<std::string_view, Handler>, 25> handlers{{
      {"run", &State::see_run},
      {"run_end", &State::see_run_end},
      {"service", &State::see_service},
      {"snapshot", &State::see_snapshot},
      {"verified", &State::see_verified},
      {"emptying", &State::see_emptying},
      {"removing", &State::see_removing},
      {"left_in_place", &State::see_left_in_place},
      {"gone", &State::see_gone},
      {"mark", &State::see_mark},
      {"emptied", &State::see_emptied},
      {"restoring", &State::see_restoring},
      {"restored", &State::see_restored},
      {"probe", &State::see_probe},
      {"replay", &State::see_replay},
      {"message", &State::see_message},
      {"intent", &State::see_handing_over},
      {"no_probe", &State::see_no_probe},
      {"against", &State::see_against},
      {"commit", &State::see_commit},
      {"abort", &State::see_intent},
      {"in_doubt", &State::see_intent},
      {"resolved", &State::see_resolved},
      {"replay_end", &State::see_replay_end},
      {"confirmed", &State::see_confirmed},
  }};
  const auto* const found =
      std::find_if(handlers.begin(), handlers.end(), [&](const auto& handler) { return handler.first == event; });
  return found == handlers.end() ? nullptr : found->second;
}

Result<void> State::see(const journal::Line& line) {
  if (line.seq == 1) {
    REQUEUE_CHECK(check_first(line));
    id = text_of(line.json, "recovery");
  }
  see_end_of_life(line);
  const Handler handler = handler_for(line.event);
  return handler != nullptr ? (this->*handler)(line.json) : Result<void>{};
}

Json to_json(const Settings& settings) {
  Json json{{"metabase", escape_bytes(settings.metabase)}, {"virtual_server", escape_bytes(settings.virtual_server)}};
  if (settings.hop_limit) json["hop_limit"] = *settings.hop_limit;
  if (settings.strips_dots) json["strips_dots"] = *settings.strips_dots;
  return json;
}

std::string State::place_of(const std::string& source) const {
  const auto slash = source.find('/');
  const auto found = mailroot_folders.find(source.substr(0, slash));
  if (found == mailroot_folders.end()) return mailroot + '/' + source;
  return escape_bytes(found->second) + (slash == std::string::npos ? "" : source.substr(slash));
}

bool State::verified_now() const {
  return snapshot && verified && verified->ok && verified->root == snapshot->root;
}

bool State::probe_passed() const {
  return snapshot && probe_of_this_snapshot && probe_result == "delivered";
}

bool State::may_stand_restored(const std::string& source) const {
  if (restored.contains(source) || restoring_abandoned.contains(source)) return true;
  return restoring && std::ranges::find(restoring->sources, source) != restoring->sources.end();
}

Stage State::stage() const {
  if (replay_complete) return Stage::done;
  if (replay_begun) return Stage::replaying;
  if (emptied) return probe_passed() ? Stage::probed : Stage::emptied;
  if (emptying) return Stage::emptying;
  if (snapshot) return verified_now() ? Stage::verified : Stage::snapshotted;
  return stopped_by_us || service_now == "stopped" ? Stage::stopped : Stage::fresh;
}

}  // namespace requeue::recovery
