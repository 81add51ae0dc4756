// The decision for every message, before anything is written. A pure reading: plan() changes nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/name.h"
#include "core/progress.h"
#include "core/seldom.h"
#include "mail/compose.h"
#include "mail/message.h"
#include "recovery/recovery.h"
#include "replay/choice.h"
#include "replay/envelope_cells.h"
#include "replay/ledger.h"
#include "snapshot/bag.h"

namespace requeue::replay {

enum class Policy { hold, replay, skip };  // --bounces, --lists
enum class Dedup { content, exact, off };  // --dedup

struct Override {
  mail::Envelope envelope;
  int line = 0;
  bool by_plan = false;  // changed in the plan file, not given by --envelopes
};

// What the --plan file says of a message.
struct Word {
  std::string disposition;  // as in the file
  std::string release;      // the one rule that the person lifted by writing replay in place of hold or skip
  std::unordered_set<std::string> left_out;  // of a partial copy: its recipients that the file lacks, lower case
  int line = 0;
};

// One rule that was tried on a message, and what came of it; in the order of trying (explain).
struct Step {
  std::string rule;
  bool applies = false;
  std::string why;  // raw bytes of the mail may stand in it
};
struct Trace {
  std::string source;  // whose steps are kept; true bytes
  std::vector<Step> steps;
  void add(std::string_view rule, bool applies, std::string why) {
    steps.push_back({std::string(rule), applies, std::move(why)});
  }
};

struct Message;
struct Reading;
class LogEvidence;
class OtherRecovery;

// What stands in the live Queue and Pickup while an adopted snapshot is replayed: left in place by the person who made
// the backup. Names in lower case, digests as hex.
struct LiveMail {
  std::unordered_set<std::string> names;
  std::unordered_set<std::string> digests;
  // The same name or the same bytes is the message itself.
  [[nodiscard]] bool holds(std::string_view source, const Sha256Bytes& sha256) const;
};

struct PlanOptions {
  unsigned jobs = 1;                 // messages read at a time
  std::vector<std::string> folders;  // --folder, besides Queue and Pickup: "Drop", "Badmail"
  Policy bounces = Policy::hold;
  Policy lists = Policy::hold;
  Dedup dedup = Dedup::content;
  unsigned hop_limit = 15;
  std::uint64_t max_size = 0;                   // bytes; 0: no limit
  std::optional<std::int64_t> max_age_seconds;  // --max-age
  mail::ComposeOptions compose;
  std::unordered_map<std::string, Override> overrides;          // --envelopes, by source (true bytes)
  LiveMail live;                                                // for an adopted snapshot; a match is left_in_place
  std::optional<std::unordered_map<std::string, Word>> chosen;  // --plan, by source (true bytes)
  Choice choice;                                                // what is not taken up stays pending
  Releases releases;
  std::vector<std::string> owed_domains;   // --owed-domain: header-only mail goes to recipients there only
  bool hold_several_domains = false;       // --several-domains hold
  bool check_streams = true;               // --envelope-check: addresses in alternate streams
  std::shared_ptr<const LogEvidence> log;  // --smtp-log
  std::vector<std::shared_ptr<const OtherRecovery>> against;
  bool only_looks = false;  // inspect: nothing is left pending by it
  // restore: only what was sent covers a recipient, so that what waits goes back together with its copies.
  bool only_sent_covers = false;
  bool trust_log = false;  // who has it already, by the log, is left out
  Trace* trace = nullptr;
  std::function<void(const Message&, const Reading&)> seen;  // of each message that could be read, as it was decided
};

// What few messages have.
struct Rare {
  // Below the recovery folder, where that is not the ordinary snapshot/data/mailroot/SOURCE; empty otherwise, so that
  // 100,000 messages do not hold each name twice. Ask stored_path().
  files::Relative stored;
  std::vector<std::string_view> notes;  // static storage: "partial_copy", "several_domains", ...
  std::string_view released;            // the hold rule that a person lifted; static storage, empty: none
  // Recipients to leave out of a partial copy, as indexes into Plan::addresses.
  std::vector<std::uint32_t> covered;
};

// Kept small: personal strings stay in the snapshot and are read again when a line is written.
struct Message {
  Name source;  // true bytes
  std::uint64_t size = 0;
  Timestamp mtime;
  Sha256Bytes sha256{};
  Timestamp arrival;
  std::string_view rule;  // static storage: "no_from", "left_in_place", "content", ...
  Seldom<Rare> rare;
  std::uint32_t duplicate_of = none;  // index into Plan::messages
  std::uint32_t streams = 0;
  Disposition disposition = Disposition::pending;  // pending: would be replayed now
  mail::EnvelopeSource envelope_source = mail::EnvelopeSource::none;
  bool as_found = false;            // handed back byte for byte
  bool final_now = false;           // replayed or in doubt: not decided again
  bool chosen_now = true;           // false: pending, but the --plan file or the selection leaves it for another run
  bool add_from = false;            // released without a From: one is written from the sender
  bool told_copy_in_doubt = false;  // by the record's newest word on it: held as a copy of one in doubt
  static constexpr std::uint32_t none = 0xFFFFFFFF;
};

struct Counts {  // of the whole recovery
  std::uint64_t found = 0, replayed = 0, duplicate = 0, held = 0, skipped = 0, in_doubt = 0, failed = 0, pending = 0;
  [[nodiscard]] bool balanced() const {
    return found == replayed + duplicate + held + skipped + in_doubt + failed + pending;
  }
};

struct Plan {
  std::vector<Message> messages;       // in the order of replay: oldest arrival first, then source, bytewise
  std::vector<std::string> addresses;  // interned
  std::vector<std::string> others;     // sources in other recoveries (--against); duplicate_of goes on into these
  std::uint64_t not_mail = 0;
  std::vector<std::string> not_mail_named;  // at most 1000, escaped
  // Folders that were emptied and are not replayed: name and count, for `restore --folder`.
  std::vector<std::pair<std::string, std::uint64_t>> not_replayed;
  std::vector<std::string> notes;  // for people and --json: several domains, left in place, ...
  // Of messages in doubt: the places where something of them may stand, for a person to look at.
  std::map<std::string, std::vector<std::string>> places;
  [[nodiscard]] Counts counts() const;
  // Of the pending ones: how many the --plan file or the selection leaves for another run.
  [[nodiscard]] std::uint64_t left_for_another_run() const;
  // What a run with this --limit leaves for another one.
  void leave_beyond(const std::optional<std::uint64_t>& limit);
  // What a run would write, headers of ours left out; messages whose hand-over is not settled yet may be among it.
  [[nodiscard]] std::uint64_t bytes_to_go() const;
};

// The snapshot's tag files must have been checked (snapshot::check_tags). Reads header blocks only, and bodies of
// messages whose canonical header digest is shared.
Result<Plan> make_plan(recovery::Recovery& recovery, const Ledger& ledger, const PlanOptions& options,
                       Watcher& watcher);

// The source that a duplicate is a copy of, true bytes; empty when it is none.
std::string original_of(const Plan& plan, const Message& message);

// The same decisions before anything was emptied, for a look: of a Mailroot's files as they stand, or of a snapshot.
using Visit = std::function<Result<void>(const snapshot::Entry&)>;
struct PreviewInput {
  std::function<Result<void>(const Visit&)> each;
  bool live = false;  // `stored` of an entry is its path below recovery.tree(); what is gone is none of it
};
Result<Plan> preview(recovery::Recovery& recovery, const Ledger& ledger, const PlanOptions& options, Watcher& watcher,
                     const PreviewInput& look);

// What the SMTP logs say of one message, beside the envelope that is known otherwise.
struct LogFinding {
  std::string_view state;                // clear, ambiguous, repeated; empty: its submission is not in the logs
  bool used = false;                     // the envelope in force is the log's
  std::vector<std::string> adds, takes;  // recipients in the log only; in the envelope only
  std::vector<std::string> refused;      // by the service
  std::vector<std::string> delivered;    // by the log: sender, size and time agree
  [[nodiscard]] bool says_anything() const {
    return !adds.empty() || !takes.empty() || !refused.empty() || !delivered.empty();
  }
};

// Everything about one message, read again from the snapshot: for plan --out, messages.jsonl, reports, and composing.
struct Reading {
  mail::Facts facts;
  mail::Envelope envelope;                   // the one in force, less `covered` and `not_owed`
  std::vector<std::string> not_owed;         // left out by --owed-domain
  std::vector<std::string> only_in_streams;  // addresses that stand in a stream of it and nowhere in its header block
  LogFinding log;
};
Result<Reading> read_message(recovery::Recovery& recovery, const Plan& plan, const Message& message,
                             const PlanOptions& options);
files::Relative stored_path(const Message& message);
// The same from the snapshot alone: the source bytes as a stream.
Result<std::unique_ptr<files::Reader>> open_source(recovery::Recovery& recovery, const Message& message);

// The finding with its addresses: personal.
Json log_json(const LogFinding& log);

// One record of the manifest up to `duplicate_of` (spec section 4), values escaped; the replay and the report add the
// written ones. Key order is the manifest's.
Json record_of(std::uint64_t seq, const Message& message, const Reading& reading, const Plan& plan, bool as_plan);

// CSV in and out (RFC 4180, formula cells defused by a leading apostrophe only where a reader would run them; see
// csv.h).
// --envelopes FILE: source,sender,recipients; errors carry the line number (Exit::usage).
Result<std::unordered_map<std::string, Override>> parse_envelopes(std::string_view csv, const std::string& path);
// --out FILE: a header line, then each message in the order of replay, but for those that the selection or the limit
// leaves for another run. One that cannot be read any more is told with
// what the snapshot's tag files say of it.
Result<void> write_plan_csv(recovery::Recovery& recovery, const Plan& plan, const PlanOptions& options,
                            ByteWriter& out);
// --plan FILE. `source` is true bytes again. The column rule may be missing, and both of the envelope.
struct PlanLine {
  std::string source, sha256, disposition;
  std::optional<std::string> rule;
  std::optional<mail::Envelope> envelope;  // as the file says; source override
  RecipientsCell cell;
  bool blank_envelope = false;  // as the program writes it for what it cannot read
  int line = 0;
};
Result<std::vector<PlanLine>> parse_plan(std::string_view csv, const std::string& path);
// Stale (Exit::stale_plan, nothing done) when a sha256 differs from the bag's or a source is unknown. What a person has
// changed in the file goes into `options`: chosen, and overrides where the envelope is not the one in force.
Result<void> apply_plan_file(recovery::Recovery& recovery, std::vector<PlanLine> lines, const std::string& path,
                             PlanOptions& options);

}  // namespace requeue::replay
