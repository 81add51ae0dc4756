// status: where the procedure stands, what comes next, and the way back while there is one.
#include "commands/context.h"
#include "commands/deciding_options.h"
#include "commands/not_replayed.h"
#include "commands/open_messages.h"
#include "commands/runbook.h"
#include "commands/service_steps.h"
#include "commands/session.h"
#include "commands/whereabouts.h"
#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

// What stands at the path, as far as it is told.
struct Seen {
  bool there = false;    // a folder
  bool foreign = false;  // with something in it, and no journal
  bool at_work = false;  // another run works on it now
  recovery::State state;
  replay::Ledger ledger;
  std::string head;
  std::string damage;  // lines of messages.jsonl that are missing, as a sentence
  std::vector<std::string> not_replayed;
  std::optional<OpenMessages> open;  // where the state alone does not tell
};

// A journal that was torn in its first line is one.
Result<bool> is_foreign(recovery::Recovery& recovery) {
  if (recovery.records() != 0 || recovery.tree().status(files::Relative(journal::file_name))) return false;
  REQUEUE_TRY(const auto entries, recovery.tree().list(""));
  return !entries.empty();
}

bool must_be_counted(const recovery::State& state) {
  return state.sealed_at != 0 || !state.restored.empty() || !state.gone.empty() || state.restoring ||
         !state.restoring_abandoned.empty();
}

Result<void> look(Context& context, Seen& seen) {
  const auto& path = context.options.recovery;
  if (path.empty()) return {};
  REQUEUE_TRY(seen.there, folder_is_there(context.files, path));
  if (!seen.there) return {};
  REQUEUE_TRY(const auto recovery, recovery::open_to_read(context.files, path, {&seen.ledger}));
  REQUEUE_TRY(seen.foreign, is_foreign(*recovery));
  if (seen.foreign) return {};
  seen.state = recovery->state();
  seen.head = recovery->head();
  seen.damage = recovery->lines_missing();
  seen.at_work = seen.state.run_open && is_at_work(context);
  if (!seen.state.emptied || seen.state.payload_destroyed()) return {};
  seen.not_replayed = not_replayed_lines(context, *recovery);
  if (!must_be_counted(seen.state)) return {};
  // A damaged bag is told by the step that needs it.
  if (auto open = count_open_messages(context, *recovery, seen.ledger)) seen.open = *open;
  return {};
}

// What it holds may be a snapshot, or a live Mailroot: neither is a place to begin anew.
Next next_of_foreign(Context& context) {
  const auto above = context.files.resolve(context.options.recovery);
  const auto tree = above ? context.files.open(above->parent_path()) : Result<std::shared_ptr<files::Tree>>();
  if (tree && *tree && (*tree)->status(files::Relative(journal::file_name))) {
    return {{}, "likely meant: --recovery " + shell_quoted(above->parent_path().string())};
  }
  return {{}, "give --recovery the folder that evacuate was given; for a new evacuation, an empty one or none yet"};
}

Next next_of(Context& context, const Seen& seen) {
  const auto& state = seen.state;
  if (seen.foreign) return next_of_foreign(context);
  if (seen.at_work) return {{}, "wait until it ends, then ask again"};
  const auto mailroot = state.mailroot.empty() ? context.options.mailroot : unescape_bytes(state.mailroot);
  const auto evacuate = again(context, "evacuate", mailroot) + service_options(context);
  if (state.payload_destroyed() && state.disposed_at == 0) {
    return {again(context, "dispose"), "the disposal was cut short"};
  }
  if (state.disposed_at != 0)
    return {again(context, "audit"), "keep journal, manifests and seal: nothing is left to do"};
  if (state.restoring) {
    return {again(context, "restore", mailroot) + service_options(context),
            "a restore was cut short: run the same one again (with its --folder or --held) before the service starts "
            "and before anything is replayed"};
  }
  if (state.sealed_at != 0) {
    return {again(context, "audit"), "when nobody needs the mail any more: " + again(context, "dispose"), true};
  }
  switch (state.stage()) {
    case recovery::Stage::fresh:
    case recovery::Stage::stopped:
    case recovery::Stage::snapshotted:
    case recovery::Stage::verified:
      return {evacuate, {}};
    case recovery::Stage::emptying:
      if (state.put_back) {
        return {evacuate + scope_options(state),
                "what was removed is back in the Mailroot; evacuate again, or leave it at that: " +
                    start_the_service(context)};
      }
      return {evacuate + scope_options(state), "leave the service stopped: the evacuation was interrupted half-way"};
    case recovery::Stage::emptied:
      if (!state.restored.empty()) {
        return {again(context, "plan"),
                counted(state.restored.size(), "file") +
                    " stand in the Mailroot again (restore): the service sends what "
                    "is in Queue and Pickup when it starts, and a replay sends only the others. Then " +
                    start_the_service(context)};
      }
      return {next_probe(context, state),
              "fix the cipher order (registry, restart), then " + start_the_service(context)};
    case recovery::Stage::probed:
    case recovery::Stage::replaying:
      if (seen.open && seen.open->back != 0 && seen.open->to_send == 0) {
        return {again(context, "audit"),
                "nothing is left to replay: " + counted(seen.open->back, "message") +
                    (seen.open->back == 1 ? " stands" : " stand") +
                    " in the Mailroot again (restore), for the service to send: " + start_the_service(context)};
      }
      return next_of_replay(context, state);
    case recovery::Stage::done:
      if (state.in_doubt > 0) {
        return {again(context, "plan"), "messages are in doubt (" + std::to_string(state.in_doubt) +
                                            "): look where plan says, then replay --resolve sent|not-sent SOURCE"};
      }
      return {again(context, "audit"), "keep the journal head in the change ticket"};
  }
  return {};
}

// In doubt, told here where it is not the next step; and what was closed up unsent.
void tell_open(Context& context, const Seen& seen) {
  auto& console = context.console;
  const auto& state = seen.state;
  const bool sealed = state.sealed_at != 0;
  const auto in_doubt = seen.open ? seen.open->in_doubt : seen.ledger.count(replay::Disposition::in_doubt);
  if (in_doubt != 0 && (sealed || state.stage() != recovery::Stage::done)) {
    console.result(counted(in_doubt, "message") + " in doubt, which no replay sends: the service may have sent " +
                   (in_doubt == 1 ? "it" : "them") + ". Which: " + again(context, sealed ? "report" : "plan"));
  }
  const auto unsent = sealed && seen.open ? seen.open->to_send + seen.open->held : 0;
  if (unsent == 0) return;
  console.result(
      counted(unsent, "message") + " not sent when this was sealed. To give " + (unsent == 1 ? "it" : "them") +
      " to the service again, while it is stopped: " + again(context, "restore", state) + service_options(context));
}

// What a person still has to settle, or should know of before the service runs.
void tell_waiting(Context& context, const Seen& seen) {
  auto& console = context.console;
  const auto& state = seen.state;
  const auto& ledger = seen.ledger;
  tell_open(context, seen);
  if (const auto held = ledger.count(replay::Disposition::held); held != 0) {
    console.result(counted(held, "message") +
                   " held; why, and the ways out: " + again(context, state.sealed_at != 0 ? "report" : "plan"));
  }
  if (const auto left = state.left_in_place.size(); left != 0 && !state.emptied_by_hand) {
    console.result(
        counted(left, "file") +
        " of the snapshot stayed in the Mailroot when it was emptied: the service sends what stands in Queue "
        "and Pickup, a replay does not; which messages: " +
        again(context, "report") + " --csv FILE (rule left_in_place)");
  }
  if (const auto refused = refused_words(context, state); !refused.empty()) console.result(refused);
  if (state.emptied_newcomers != 0) {
    console.result(counted(state.emptied_newcomers, "file") +
                   " came after the snapshot and stayed in the Mailroot: the service takes them when it runs; look: " +
                   "requeue inspect" +
                   (context.options.metabase.empty() ? ' ' + shell_quoted(unescape_bytes(state.mailroot))
                                                     : mailroot_options(context, unescape_bytes(state.mailroot))));
  }
}

// The newest one, since the snapshot.
Json tell_probe_of(Context& context, const recovery::State& state) {
  if (!state.probe_of_this_snapshot || state.probe_result.empty()) return nullptr;
  const auto where = state.probe_smtp.empty() ? std::string() : ", by SMTP to " + printable(state.probe_smtp);
  context.console.result("newest probe: " + printable(state.probe_result) + where +
                         (state.probe_passed() ? "" : "; a replay needs one that passes, or --no-probe REASON"));
  if (!state.probe_hop.empty())
    context.console.result("  by the service's log, the next hop: " + printable(state.probe_hop));
  Json json{{"result", state.probe_result}};
  if (!state.probe_smtp.empty()) json["smtp"] = state.probe_smtp;
  return json;
}

// As recorded; without a record, where the service has it, and what waits there.
Json tell_mailroot(Context& context, const recovery::State& state) {
  auto& console = context.console;
  Json json = Json::object();
  const auto tell = [&](const std::string& path, const mailroot::Folders& folders) {
    console.result("Mailroot: " + printable(path));
    json["path"] = escape_bytes(path);
    for (const auto& [name, folder] : folders) {
      console.result("  " + name + " is " + printable(folder));
      json["folders"][name] = escape_bytes(folder);
    }
  };
  if (!state.mailroot.empty()) {
    tell(unescape_bytes(state.mailroot), state.mailroot_folders);
    return json;
  }
  const auto site = find_site(context, state);
  if (!site) {
    if (site.error().exit != Exit::usage) console.warn("Mailroot: " + to_text(site.error()));
    return json;
  }
  tell(site->mailroot_path, site->folders);
  const auto counts = mailroot::count_folders(*site->mailroot);
  if (!counts) return json;
  for (const auto& folder : *counts) {
    if (folder.name.empty()) continue;
    console.result("  " + printable(folder.name) + ": " + counted(folder.files, "file") + ", " +
                   counted(folder.bytes, "byte"));
    json["files"][escape_bytes(folder.name)] = folder.files;
  }
  return json;
}

void tell_path(Context& context, const Seen& seen) {
  const auto& path = context.options.recovery;
  if (path.empty()) return;
  if (!seen.there) {
    context.console.result("no recovery folder stands at " + printable(path) +
                           " (is the path right?); evacuate would make one there");
  } else if (seen.foreign) {
    context.console.result(printable(path) + " is no recovery folder: it has no journal (is the path right?)");
  }
}

// A runbook is pasted, and carried out from another folder: its paths are whole.
std::string runbook_from_anywhere(Context& context, const Seen& seen) {
  Options options = context.options;
  if (!options.recovery.empty()) {
    if (const auto whole = context.files.resolve(options.recovery)) options.recovery = whole->string();
  }
  Context there{options,         context.files, context.service, context.service_stated, context.console,
                context.program, context.sleep, context.connect, context.event_log};
  return runbook(there, seen.state, seen.head, next_of(there, seen).command);
}

}  // namespace

Result<Outcome> status(Context& context) {
  Seen seen;
  REQUEUE_CHECK(look(context, seen));
  const auto& state = seen.state;
  auto& console = context.console;
  const auto stage = std::string(recovery::to_string(state.stage()));
  if (context.options.runbook) {
    const auto text = runbook_from_anywhere(context, seen);
    console.result(text);
    return Outcome{Exit::done, Json{{"stage", stage}, {"runbook", text}, {"head", seen.head}}};
  }
  const auto next = next_of(context, seen);
  console.result("stage: " + stage);
  tell_path(context, seen);
  Json places = tell_mailroot(context, state);
  const auto service = context.service.state();
  const auto service_text = service ? std::string(service::to_string(*service)) : std::string("unknown");
  console.result("service: " + (service_text == "absent" ? "not asked (--service none)" : service_text));
  tell_start_type(context);
  if (state.stopped_by_us) {
    const bool not_now = state.emptying && !state.emptied && !state.put_back;
    console.result("requeue stopped the service; it was " +
                   (state.service_found.empty() ? "running" : state.service_found) + " before. To start it" +
                   (state.restoring ? ", but not now, finish the restore first"
                    : not_now       ? ", but not now, finish the evacuation first"
                                    : "") +
                   ": " + start_the_service(context, state.sealed_at != 0));
  }
  // Not: the run that stopped it. A later one may be the one that was killed.
  if (state.run_open) {
    console.result("the newest run (" + printable(state.last_command) + ") " +
                   (seen.at_work ? "is at work now" : "did not end"));
  }
  if (state.sealed_at != 0) console.result("sealed by journal line " + std::to_string(state.sealed_at));
  if (state.payload_destroyed()) {
    console.result("the mail was destroyed" + std::string(state.disposed_at == 0 ? " in part" : "") +
                   " by journal line " + std::to_string(state.disposing_at));
  }
  auto probe = tell_probe_of(context, state);
  if (!next.manual.empty() && !next.after) console.result("next, by hand: " + next.manual);
  if (!next.command.empty()) console.result("next: " + next.command);
  if (!next.manual.empty() && next.after) console.result("later, " + next.manual);
  const bool way_back = !seen.at_work && state.emptying && !state.payload_destroyed() && !state.replay_begun &&
                        !state.mailroot.empty() && !state.put_back;
  if (way_back) {
    console.result("way back: " + again(context, "restore", state) + service_options(context));
    console.result("  and then: " + start_the_service(context, state.sealed_at != 0));
  }
  if (!state.payload_destroyed()) tell_waiting(context, seen);
  for (const auto& line : seen.not_replayed) console.result(line);
  if (!seen.damage.empty()) {
    console.warn("DAMAGE: " + seen.damage + ". Nothing is sent from this record: " + again(context, "audit") +
                 " names what is missing");
  }
  if (!seen.head.empty()) console.result("journal head " + seen.head);
  Outcome outcome;
  outcome.body = Json{{"stage", stage},
                      {"next", {{"command", next.command}, {"manual", next.manual}}},
                      {"service", service_text},
                      {"start_type", context.service.start_type().type},
                      {"stopped_by_requeue", state.stopped_by_us},
                      {"sealed", state.sealed_at != 0},
                      {"disposed", state.disposed_at != 0},
                      {"mailroot", std::move(places)},
                      {"head", seen.head}};
  if (!probe.is_null()) outcome.body["probe"] = std::move(probe);
  return outcome;
}

}  // namespace requeue::commands
