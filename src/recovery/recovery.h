// The recovery folder, opened: to read (inspect, plan, audit, report, status), or to write, under its lock and inside a
// run that opens with a `run` event and ends with `run_end`.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/progress.h"
#include "journal/details.h"
#include "journal/journal.h"
#include "recovery/state.h"

namespace requeue::recovery {

// What the `run` event says besides schema, recovery id, host, OS, boot, UTC offset and account, which are asked here.
struct RunFacts {
  std::string command;
  std::string version, build, program_sha256;
  std::string operator_name, ticket, reason;
  std::string command_line;  // values of options that take addresses already replaced by "(personal)"
  // Of a replay, as State::Replay has it.
  std::optional<std::vector<std::vector<std::string>>> deciding;
  std::string mailroot;                                 // resolved; empty: none given
  std::map<std::string, std::string> mailroot_folders;  // where they do not stand in one
  std::optional<Settings> settings;                     // read by this run
};

class Recovery {
 public:
  virtual ~Recovery() = default;
  [[nodiscard]] virtual files::Tree& tree() = 0;
  [[nodiscard]] virtual const State& state() const = 0;
  [[nodiscard]] virtual const std::string& head() const = 0;
  [[nodiscard]] virtual std::int64_t records() const = 0;
  [[nodiscard]] virtual const std::string& boot() const = 0;  // empty: cannot be told, and never equals
  // Of messages.jsonl, as a sentence; empty: it has each line that the journal relies on.
  [[nodiscard]] virtual std::string lines_missing() const { return {}; }
  // Only of one that was opened to write (asserted).
  // Appends to the journal and folds the line into the state and the other folds. Durable after flush().
  virtual Result<void> record(std::string_view event, const Json& fields) = 0;
  virtual Result<void> flush() = 0;
  // Adds a line to messages.jsonl; returns its hash, to be named as `details`. Flush before the event that names it.
  virtual Result<std::string> record_details(const Json& fields) = 0;
  virtual Result<std::string> record_rendered_details(std::string_view fields) = 0;  // to_line(fields)
  virtual Result<void> flush_details() = 0;
  // run_end {exit, counts}, flushed; then the details line whose `after` is the head, flushed; once disposing has
  // begun it stands in heads.jsonl instead, so that messages.jsonl stays gone. Nothing is recorded after it (asserted).
  virtual Result<void> end(Exit exit, const Json& counts) = 0;
};

// A record that this account may not read: Exit::precondition, for a person to mend; any other error as it is.
Error without_rights(Error error);

// Damage found on opening (Exit::verification, nothing done): a broken chain; a journal that lacks a line which
// messages.jsonl says was flushed; a snapshot/ or messages.jsonl without a whole journal line. A folder with none of
// them is a new state of 0 records; a folder that is not there is Exit::precondition.
// to_decide: also where messages.jsonl lacks a line that the journal relies on, as for a run that writes.
enum class Reading { to_look, to_decide };
Result<std::unique_ptr<Recovery>> open_to_read(files::Files& files, const files::Path& path,
                                               const std::vector<Fold*>& folds = {},
                                               Reading reading = Reading::to_look);

// Whether a run works on this recovery folder now, by its lock, which is taken and let go again where it is free: asked
// only where the record leaves it open, as with a run without its end.
bool is_at_work(files::Tree& recovery);
// The same as a refusal (Exit::locked), for a command that must say so before anything else.
Result<void> require_free(files::Files& files, const files::Path& path);

// refuse: also a folder without any journal, which is no recovery folder (Exit::precondition).
enum class Missing { refuse, make };
// A messages.jsonl that is gone without a disposal on record, or that lacks a line which the journal names by `details`
// or that stood there when a later run began, is damage here (Exit::verification): see find_missing_lines().
// After a seal: only verify, restore, note and dispose (Exit::precondition). Made (0700) when missing and allowed;
// wider rights of an existing one are warned of. Locked by another run: Exit::locked. Line 1 is flushed, folder too,
// before this returns.
Result<std::unique_ptr<Recovery>> open_to_write(files::Files& files, const files::Path& path, Missing missing,
                                                const RunFacts& facts, Watcher& watcher,
                                                const std::vector<Fold*>& folds = {});

}  // namespace requeue::recovery
