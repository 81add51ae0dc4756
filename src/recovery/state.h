// Where the procedure stands, folded from the journal line by line. Nothing else remembers anything.
//
// Events and their fields (docs/formats.md): run {schema, recovery, command, ... [, deciding], mailroot [,
// mailroot_folders, settings, messages_bytes]}, run_end {exit, counts},
// recovered {file, length, sha256}, service {state, action: found|stopping|stopped|started|put_back, host}, snapshot
// {files, bytes, folders, streams, others, root [, facts_sha256], method, adopted, mailroot, superseded}, verified {ok,
// files, bytes, level, root, wrong}, emptying {root, keep, empty_mailbox, pickup}, removing {first, last, count [,
// again]}, mark {state: set|lost|taken_away}, left_in_place {source, why}, gone {source, why}, emptied {files, kept,
// newcomers, by_hand}, restoring {group, sources}, restored {group [, sources, in_doubt]}, probe {result, seconds,
// token, ...}; and of messages (replay/ledger.h): replay {folders, ...}, message, intent, commit, abort, in_doubt,
// resolved, no_probe, replay_end {folders, pending, failed, ...}; and of its end: confirmed {step, how, place}, note
// {text}, sealed {sha256, ...}, abandoned {reason, items}, disposing {...}, disposed {...}. An event that is not known
// is passed over: the format only grows.
//
// A source is text, as the event has it: escape_bytes of the path below the Mailroot. A resumed emptying records no
// second `emptying`, and what it left is left for good.
// `again` of `removing` names those of its group that a restore had put back: they are no longer restored.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"

namespace requeue::recovery {

inline constexpr std::string_view schema = "requeue/1";
// Of `run`; absent: messages.jsonl had no whole line, or the mail was disposed of.
inline constexpr const char* details_bytes_field = "messages_bytes";

enum class Stage { fresh, stopped, snapshotted, verified, emptying, emptied, probed, replaying, done };
std::string_view to_string(Stage stage);  // fresh is told as "new"

// Sees each line of the chain in order, then each line that this run appends. replay's ledger is another one.
class Fold {
 public:
  virtual ~Fold() = default;
  virtual Result<void> see(const journal::Line& line) = 0;
};

struct SnapshotFacts {
  std::uint64_t files = 0, bytes = 0, folders = 0, streams = 0;
  std::uint64_t others = 0;  // links and special files, recorded only
  std::string root;          // SHA-256 of tagmanifest-sha256.txt
  std::string facts_sha256;  // of cache/facts; empty: none was kept
  bool adopted = false;
  bool linked = false;  // its files are other names of those in the Mailroot
};

struct Verified {
  bool ok = false;
  std::uint64_t files = 0, bytes = 0;
  std::string level;  // "disk" or "cache"
  std::string root;   // of the snapshot that it speaks of
};

// What the service's own settings say of a replay; unset: not said there.
struct Settings {
  std::string metabase;        // the file, as recorded
  std::string virtual_server;  // its number
  std::optional<unsigned> hop_limit;
  std::optional<bool> strips_dots;  // whether Pickup takes a leading dot off each line
};
Json to_json(const Settings& settings);

struct RestoringGroup {
  std::vector<std::string> sources;
  std::string boot;  // of the run that opened it; empty: unknown
  Json group;        // its name, as recorded
};

class State : public Fold {
 public:
  Result<void> see(const journal::Line& line) override;

  [[nodiscard]] Stage stage() const;
  [[nodiscard]] bool verified_now() const;  // the newest verification is of this very snapshot, and good
  [[nodiscard]] bool probe_passed() const;  // the newest probe since the snapshot was delivered
  // Where a source stands in the Mailroot, for people. `source` as the journal has it.
  [[nodiscard]] std::string place_of(const std::string& source) const;
  // A restore put it back into the recorded Mailroot, or was cut short in doing so. `source` as the journal has it.
  [[nodiscard]] bool may_stand_restored(const std::string& source) const;

  bool run_ended = false;  // at least one run came to its end
  std::string id;          // of the recovery folder: 16 hex digits, from the first line
  std::string mailroot;    // resolved path as recorded; empty when none was
  // Where its folders are, when they do not stand in one: name in the snapshot -> path, true bytes.
  std::map<std::string, std::string> mailroot_folders;
  std::optional<Settings> settings;  // of the service, as the newest run that read them recorded
  std::string pickup;                // of an adopted snapshot: the Pickup in use, when one was named
  std::optional<SnapshotFacts> snapshot;
  std::optional<Verified> verified;

  bool emptying = false;
  bool emptied = false;
  bool emptied_by_hand = false;
  std::vector<std::string> kept_folders;  // top folders that emptying left whole: true bytes, lower case
  bool mailbox_emptied = false;
  std::uint64_t emptied_files = 0, emptied_kept = 0, emptied_newcomers = 0;
  std::string removing_first, removing_last;  // the last group begun, and the greatest source of all groups
  std::string removing_reached;               // the last source of that group itself
  std::string emptying_boot;                  // boot of the run that last removed
  // Groups (first, last) after which the machine was restarted, or may have been: what was removed of them may have
  // come back and been sent.
  std::vector<std::pair<std::string, std::string>> doubtful_groups;
  std::set<std::string> left_in_place;  // sources still in the Mailroot: kept by failure, changed, or (adopt) found
  std::set<std::string> gone;           // sources that were gone without a removal of ours

  std::string service_found;          // "running", "stopped": before the first run; empty: never asked
  std::string service_now;            // as last seen or made
  bool stopped_by_us = false;         // and not started again since
  bool service_seen_running = false;  // after emptying began
  bool marked = false;                // a mark of ours stands in the Mailroot (snapshot/mark.h)
  bool mark_lost = false;             // it was gone in the midst of the emptying: another one may have been at work
  bool put_back = false;              // a restore put back all that an emptying which was cut short had removed

  std::set<std::string> restored;  // sources that restore put back into the recorded Mailroot
  std::optional<RestoringGroup> restoring;
  // Sources of groups that were left unfinished and that no later group took up, or that a later restore called in
  // doubt: whether the service has them is not known.
  std::set<std::string> restoring_abandoned;

  std::string probe_result, probe_token;
  std::string probe_smtp;  // "HOST:PORT" of one by SMTP
  std::string probe_hop;   // what the next hop said to it, by the service's log: "refused 550"; empty: not known
  double probe_seconds = 0;
  bool probe_of_this_snapshot = false;

  // Lines of the journal; 0: not done. What is sealed is only looked at, restored, noted and disposed of.
  std::int64_t sealed_at = 0;
  std::string seal_sha256;        // of seal.json
  std::int64_t disposing_at = 0;  // from here on payload may be missing: it was destroyed on purpose
  std::int64_t disposed_at = 0;   // from here on it is all gone
  [[nodiscard]] bool payload_destroyed() const { return disposing_at != 0; }

  // The severe steps that a person (or the command line) confirmed for this recovery folder, and not yet done.
  bool empty_confirmed = false;
  std::string replay_confirmed;  // the Pickup, or the SMTP server, that it was confirmed for

  // The newest replay: each option that was typed and decides which messages go and in what form, with its values (true
  // bytes; addresses as "(personal)"); and whether it was cut short, so that it is to be typed again.
  struct Replay {
    std::vector<std::vector<std::string>> deciding;
    bool ended = false;
  };
  Replay newest_replay;

  bool replay_begun = false;
  std::string replay_pickup,
      replay_smtp;  // where the newest hand-over went: a Pickup (path), or HOST:PORT; one is empty
  // Each Pickup that a hand-over went into or was confirmed for, as the journal has it (of a confirmation by SMTP: the
  // server). Composed files of a run that was killed may stand beside any of them.
  std::set<std::string> replay_places;
  std::string no_probe;  // the newest reason that was given; empty: none was
  struct Against {
    std::string path;  // as the journal has it
    std::string id;    // of that recovery folder
  };
  std::vector<Against> against;            // recovery folders whose hand-overs count as sent, once said
  bool replay_complete = false;            // the last replay left nothing pending or failed
  std::uint64_t refused_recipients = 0;    // by SMTP servers, of messages that went to the others
  std::uint64_t in_doubt = 0;              // as the last replay ended, less what a person settled since
  std::set<std::string> replayed_folders;  // top folders, lower case, once replayed with --folder

  // The most that whole lines of messages.jsonl were long when a run began; they stood flushed.
  std::uint64_t details_bytes = 0;
  std::string last_command;
  std::string boot;       // of the newest run
  bool run_open = false;  // the newest run has no run_end: it was killed

 private:
  using Handler = Result<void> (State::*)(const Json&);
  static Handler handler_for(std::string_view event);
  static Result<void> check_first(const journal::Line& line);

  Result<void> see_run(const Json& event);
  Result<void> see_run_end(const Json& event);
  Result<void> see_service(const Json& event);
  Result<void> see_snapshot(const Json& event);
  Result<void> see_verified(const Json& event);
  Result<void> see_emptying(const Json& event);
  Result<void> see_removing(const Json& event);
  Result<void> see_left_in_place(const Json& event);
  Result<void> see_gone(const Json& event);
  Result<void> see_mark(const Json& event);
  Result<void> see_emptied(const Json& event);
  Result<void> see_restoring(const Json& event);
  Result<void> see_restored(const Json& event);
  Result<void> see_probe(const Json& event);
  Result<void> see_replay(const Json& event);
  Result<void> see_message(const Json& event);
  Result<void> see_intent(const Json& event);
  Result<void> see_commit(const Json& event);
  Result<void> see_handing_over(const Json& event);
  Result<void> see_no_probe(const Json& event);
  Result<void> see_against(const Json& event);
  Result<void> see_resolved(const Json& event);
  Result<void> see_replay_end(const Json& event);
  Result<void> see_confirmed(const Json& event);
  void see_end_of_life(const journal::Line& line);

  // The Mailroot was taken from this run's `run` event, and nothing was done to it yet: a run that is refused because
  // the path was mistyped must not bind the recovery folder to it.
  bool mailroot_on_trial_ = false;
  std::optional<Settings> settings_before_;  // of a run that is refused, nothing is kept
  Replay replay_before_;
};

}  // namespace requeue::recovery
