// What each event does to the state. A field that is absent or of another type counts as nothing said: the chain's
// hashes say whether a line is ours, and an older version knew fewer fields.
#include <algorithm>

#include "core/text.h"
#include "recovery/state.h"

namespace requeue::recovery {
namespace {

std::uint64_t count_of(const Json& event, const char* key) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(integer_of(event, key), 0));
}

std::vector<std::string> list_of(const Json& event, const char* key) {
  std::vector<std::string> list;
  const auto found = event.find(key);
  if (found == event.end() || !found->is_array()) return list;
  for (const auto& item : *found) {
    if (item.is_string()) list.push_back(item.get<std::string>());
  }
  return list;
}

Json value_of(const Json& event, const char* key) {
  const auto found = event.find(key);
  return found != event.end() ? *found : Json();
}

std::map<std::string, std::string> folders_of(const Json& event) {
  std::map<std::string, std::string> folders;
  const auto found = event.find("mailroot_folders");
  if (found == event.end() || !found->is_object()) return folders;
  for (const auto& [name, path] : found->items()) {
    if (path.is_string()) folders[name] = unescape_bytes(path.get<std::string>());
  }
  return folders;
}

std::optional<Settings> settings_of(const Json& event) {
  const auto found = event.find("settings");
  if (found == event.end() || !found->is_object()) return std::nullopt;
  Settings settings{text_of(*found, "metabase"), text_of(*found, "virtual_server"), std::nullopt, std::nullopt};
  if (const auto limit = integer_of(*found, "hop_limit"); limit > 0) settings.hop_limit = static_cast<unsigned>(limit);
  if (found->contains("strips_dots")) settings.strips_dots = flag_of(*found, "strips_dots");
  return settings;
}

// What the service's log says of a probe: "refused 550"; empty where it was not read or says nothing.
std::string hop_of(const Json& event) {
  const auto found = event.find("next_hop");
  if (found == event.end() || !found->is_object()) return {};
  const auto code = integer_of(*found, "code");
  return code == 0 ? std::string() : text_of(*found, "answer") + " " + std::to_string(code);
}

std::vector<std::vector<std::string>> deciding_of(const Json& event) {
  std::vector<std::vector<std::string>> options;
  const auto list = value_of(event, "deciding");
  if (!list.is_array()) return options;
  for (const auto& item : list) {
    if (!item.is_array()) continue;
    std::vector<std::string> words;
    for (const auto& word : item) {
      if (word.is_string()) words.push_back(unescape_bytes(word.get<std::string>()));
    }
    if (!words.empty()) options.push_back(std::move(words));
  }
  return options;
}

// Of the commands that say to which Mailroot a recovery folder belongs.
bool binds_mailroot(std::string_view command) {
  return command == "evacuate" || command == "snapshot" || command == "adopt";
}

}  // namespace

Result<void> State::see_run(const Json& event) {
  if (const std::string told = text_of(event, "schema"); told != schema) {
    return failure(Exit::precondition, "this recovery folder is in a format that this version does not know",
                   std::string(journal::file_name), "its schema is " + told,
                   "Nothing was done. Use the version of requeue that wrote it, or a later one.");
  }
  last_command = text_of(event, "command");
  boot = text_of(event, "boot");
  details_bytes = std::max(details_bytes, count_of(event, details_bytes_field));
  run_open = true;
  const bool other_boot = boot.empty() || boot != emptying_boot;
  if (emptying && !emptied && !removing_last.empty() && other_boot)
    doubtful_groups.emplace_back(removing_first, removing_last);
  mailroot_on_trial_ = mailroot.empty() && binds_mailroot(last_command);
  if (mailroot_on_trial_) {
    mailroot = text_of(event, "mailroot");
    mailroot_folders = folders_of(event);
  }
  replay_before_ = newest_replay;
  if (event.contains("deciding")) newest_replay = {deciding_of(event), false};
  settings_before_ = settings;
  if (auto said = settings_of(event)) settings = std::move(said);
  return {};
}

Result<void> State::see_run_end(const Json& event) {
  run_open = false;
  run_ended = true;
  const auto exit = static_cast<Exit>(integer_of(event, "exit"));
  const bool refused = exit == Exit::precondition || exit == Exit::usage;
  if (mailroot_on_trial_ && refused) {
    mailroot.clear();
    mailroot_folders.clear();
  }
  if (refused) settings = settings_before_;
  if (refused) newest_replay = replay_before_;
  if (last_command == "replay" && exit == Exit::interrupted) newest_replay.ended = false;
  mailroot_on_trial_ = false;
  return {};
}

Result<void> State::see_service(const Json& event) {
  const std::string action = text_of(event, "action");
  service_now = text_of(event, "state");
  if (action == "found" && service_found.empty()) service_found = service_now;
  if (service_now == "running" && emptying) service_seen_running = true;
  // From "stopping" on, so that after a kill in between it is still known who stopped it.
  if (action == "stopping" || action == "stopped") {
    stopped_by_us = true;
    mailroot_on_trial_ = false;
  } else if (service_now == "running" || action == "started" || action == "put_back") {
    stopped_by_us = false;
  }
  return {};
}

Result<void> State::see_snapshot(const Json& event) {
  SnapshotFacts facts;
  facts.files = count_of(event, "files");
  facts.bytes = count_of(event, "bytes");
  facts.folders = count_of(event, "folders");
  facts.streams = count_of(event, "streams");
  facts.others = count_of(event, "others");
  facts.root = text_of(event, "root");
  facts.facts_sha256 = text_of(event, "facts_sha256");
  facts.linked = text_of(event, "method") == "link";
  facts.adopted = flag_of(event, "adopted");
  snapshot = facts;
  // What was verified or probed before speaks of another snapshot.
  verified.reset();
  probe_of_this_snapshot = false;
  if (std::string path = text_of(event, "mailroot"); !path.empty()) mailroot = std::move(path);
  mailroot_on_trial_ = false;
  return {};
}

Result<void> State::see_verified(const Json& event) {
  verified = Verified{flag_of(event, "ok"), count_of(event, "files"), count_of(event, "bytes"), text_of(event, "level"),
                      text_of(event, "root")};
  return {};
}

Result<void> State::see_emptying(const Json& event) {
  emptying = true;
  emptying_boot = boot;
  mailbox_emptied = mailbox_emptied || flag_of(event, "empty_mailbox");
  pickup = unescape_bytes(text_of(event, "pickup"));
  kept_folders.clear();
  for (const auto& name : list_of(event, "keep")) kept_folders.push_back(ascii_lower(unescape_bytes(name)));
  left_in_place.clear();
  return {};
}

Result<void> State::see_removing(const Json& event) {
  put_back = false;
  removing_first = text_of(event, "first");
  removing_last = text_of(event, "last");
  removing_reached = event.contains("reached") ? text_of(event, "reached") : removing_last;
  emptying_boot = boot;
  for (const auto& source : list_of(event, "again")) {
    restored.erase(source);
    restoring_abandoned.erase(source);
    if (restoring) std::erase(restoring->sources, source);
  }
  return {};
}

Result<void> State::see_mark(const Json& event) {
  const auto told = text_of(event, "state");
  marked = told == "set";
  put_back = told == "taken_away" && last_command == "restore" && emptying && !emptied;
  mark_lost = mark_lost || told == "lost";
  return {};
}

Result<void> State::see_left_in_place(const Json& event) {
  left_in_place.insert(text_of(event, "source"));
  return {};
}

Result<void> State::see_gone(const Json& event) {
  gone.insert(text_of(event, "source"));
  return {};
}

Result<void> State::see_emptied(const Json& event) {
  emptied = true;
  emptied_by_hand = flag_of(event, "by_hand");
  emptied_files = count_of(event, "files");
  emptied_kept = count_of(event, "kept");
  emptied_newcomers = count_of(event, "newcomers");
  return {};
}

Result<void> State::see_restoring(const Json& event) {
  RestoringGroup group{list_of(event, "sources"), boot, value_of(event, "group")};
  if (restoring) restoring_abandoned.insert(restoring->sources.begin(), restoring->sources.end());
  for (const auto& source : group.sources) restoring_abandoned.erase(source);
  restoring = std::move(group);
  return {};
}

Result<void> State::see_restored(const Json& event) {
  if (!restoring || value_of(event, "group") != restoring->group) return {};
  // A group that was cut short is ended with the sources that were found standing, by name.
  const auto sources = event.contains("sources") ? list_of(event, "sources") : restoring->sources;
  restored.insert(sources.begin(), sources.end());
  for (auto& source : list_of(event, "in_doubt")) restoring_abandoned.insert(std::move(source));
  restoring.reset();
  return {};
}

Result<void> State::see_probe(const Json& event) {
  probe_result = text_of(event, "result");
  probe_token = text_of(event, "token");
  probe_smtp = text_of(event, "smtp");
  probe_hop = hop_of(event);
  const auto seconds = event.find("seconds");
  probe_seconds = seconds != event.end() && seconds->is_number() ? seconds->get<double>() : 0;
  probe_of_this_snapshot = snapshot.has_value();
  return {};
}

Result<void> State::see_replay(const Json& event) {
  for (const auto& name : list_of(event, "folders")) replayed_folders.insert(ascii_lower(name));
  return {};
}

// The folder of a message that was decided in a replay stays in `found`, also when that replay was killed.
Result<void> State::see_message(const Json& event) {
  const std::string source = text_of(event, "source");
  if (const auto slash = source.find('/'); slash != std::string::npos) {
    replayed_folders.insert(ascii_lower(source.substr(0, slash)));
  }
  // Of a restore: it leaves a replay nothing to do.
  if (text_of(event, "rule") == "restored") return {};
  return see_intent(event);
}

Result<void> State::see_intent(const Json& /*event*/) {
  replay_begun = true;
  replay_complete = false;
  return {};
}

Result<void> State::see_handing_over(const Json& event) {
  replay_pickup = text_of(event, "pickup");
  replay_smtp = text_of(event, "smtp");
  if (!replay_pickup.empty()) replay_places.insert(replay_pickup);
  return see_intent(event);
}

Result<void> State::see_no_probe(const Json& event) {
  no_probe = text_of(event, "reason");
  return {};
}

Result<void> State::see_against(const Json& event) {
  Against other{text_of(event, "path"), text_of(event, "recovery")};
  const bool known = std::any_of(against.begin(), against.end(),
                                 [&](const Against& one) { return one.path == other.path && one.id == other.id; });
  if (!known && !other.path.empty()) against.push_back(std::move(other));
  return {};
}

Result<void> State::see_commit(const Json& event) {
  refused_recipients += count_of(event, "refused");
  return see_intent(event);
}

// A person's word on a message in doubt stands above what made it doubtful.
Result<void> State::see_resolved(const Json& event) {
  const auto source = text_of(event, "source");
  gone.erase(source);
  restoring_abandoned.erase(source);
  if (in_doubt > 0) --in_doubt;
  return see_intent(event);
}

Result<void> State::see_replay_end(const Json& event) {
  REQUEUE_CHECK(see_replay(event));
  replay_begun = true;
  newest_replay.ended = true;
  in_doubt = count_of(event, "in_doubt");
  // -1 for a field that is missing: what is not said to be complete is not.
  replay_complete = integer_of(event, "pending", -1) == 0 && integer_of(event, "failed", -1) == 0;
  return {};
}

Result<void> State::see_confirmed(const Json& event) {
  if (text_of(event, "step") == "empty") empty_confirmed = true;
  if (text_of(event, "step") == "replay") {
    replay_confirmed = text_of(event, "place");
    replay_places.insert(replay_confirmed);
  }
  return {};
}

// Only the first of each counts: none of them can be taken back.
void State::see_end_of_life(const journal::Line& line) {
  if (line.event == "sealed" && sealed_at == 0) {
    sealed_at = line.seq;
    seal_sha256 = text_of(line.json, "sha256");
  }
  if (line.event == "disposing" && disposing_at == 0) disposing_at = line.seq;
  if (line.event == "disposed" && disposed_at == 0) disposed_at = line.seq;
}

}  // namespace requeue::recovery
