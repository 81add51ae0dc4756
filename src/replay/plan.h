// The decision for every message, before anything is written. A pure reading: plan() changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/progress.h"
#include "mail/compose.h"
#include "mail/message.h"
#include "recovery/recovery.h"
#include "replay/ledger.h"

namespace requeue::replay {

enum class Policy { hold, replay, skip };  // --bounces, --lists
enum class Dedup { content, exact, off };  // --dedup

struct Override {
  mail::Envelope envelope;
  int line = 0;
};

// What stands in the live Queue and Pickup while an adopted snapshot is replayed: left in place by the person who made
// the backup. Names in lower case, digests as hex.
struct LiveMail {
  std::unordered_set<std::string> names;
  std::unordered_set<std::string> digests;
};

struct PlanOptions {
  std::vector<std::string> folders;  // --folder, besides Queue and Pickup: "Drop", "Badmail"
  Policy bounces = Policy::hold;
  Policy lists = Policy::hold;
  Dedup dedup = Dedup::content;
  unsigned hop_limit = 15;
  std::uint64_t max_size = 0;                   // bytes; 0: no limit
  std::optional<std::int64_t> max_age_seconds;  // --max-age
  mail::ComposeOptions compose;
  std::unordered_map<std::string, Override> overrides;  // --envelopes, by source (true bytes)
  LiveMail live;                                        // for an adopted snapshot; a match is left_in_place
  std::optional<std::unordered_map<std::string, std::string>> chosen;  // --plan: source -> disposition word in the file
};

// Kept small: personal strings stay in the snapshot and are read again when a line is written.
struct Message {
  std::string source;  // true bytes
  // Below the recovery folder, where that is not the ordinary snapshot/data/mailroot/SOURCE; empty otherwise, so that
  // 100,000 messages do not hold each name twice. Ask stored_path().
  files::Relative stored;
  std::uint64_t size = 0;
  Timestamp mtime;
  Sha256Bytes sha256{};
  Timestamp arrival;
  Disposition disposition = Disposition::pending;  // pending: would be replayed now
  std::string_view rule;                           // static storage: "no_from", "left_in_place", "content", ...
  std::vector<std::string_view> notes;             // static storage: "partial_copy", "several_domains", ...
  std::uint32_t duplicate_of = none;               // index into Plan::messages
  mail::EnvelopeSource envelope_source = mail::EnvelopeSource::none;
  std::uint32_t streams = 0;
  bool as_found = false;   // handed back byte for byte
  bool final_now = false;  // replayed or in doubt: not decided again
  bool chosen_now = true;  // false: pending, but the --plan file leaves it for another run
  // Recipients to leave out of a partial copy, as indexes into Plan::addresses; usually empty.
  std::vector<std::uint32_t> covered;
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
  std::uint64_t not_mail = 0;
  std::vector<std::string> not_mail_named;  // at most 1000, escaped
  // Folders that were emptied and are not replayed: name and count, for `restore --folder`.
  std::vector<std::pair<std::string, std::uint64_t>> not_replayed;
  std::vector<std::string> notes;  // for people and --json: several domains, left in place, ...
  [[nodiscard]] Counts counts() const;
};

// The snapshot's tag files must have been checked (snapshot::check_tags). Reads header blocks only, and bodies of
// messages whose canonical header digest is shared.
Result<Plan> make_plan(recovery::Recovery& recovery, const Ledger& ledger, const PlanOptions& options,
                       Watcher& watcher);

// Everything about one message, read again from the snapshot: for plan --out, messages.jsonl, reports, and composing.
struct Reading {
  mail::Facts facts;
  mail::Envelope envelope;  // the one in force, less `covered`
};
Result<Reading> read_message(recovery::Recovery& recovery, const Plan& plan, const Message& message,
                             const PlanOptions& options);
files::Relative stored_path(const Message& message);
// The same from the snapshot alone: the source bytes as a stream.
Result<std::unique_ptr<files::Reader>> open_source(recovery::Recovery& recovery, const Message& message);

// One record of the manifest up to `duplicate_of` (spec section 4), values escaped; the replay and the report add the
// written ones. Key order is the manifest's.
Json record_of(std::uint64_t seq, const Message& message, const Reading& reading, const Plan& plan, bool as_plan);

// CSV in and out (RFC 4180, formula cells defused by a leading apostrophe only where a reader would run them; see
// csv.h).
// --envelopes FILE: source,sender,recipients; errors carry the line number (Exit::usage).
Result<std::unordered_map<std::string, Override>> parse_envelopes(std::string_view csv, const std::string& path);
// --out FILE: a header line, then each message in the order of replay. One that cannot be read any more is told with
// what the snapshot's tag files say of it.
Result<void> write_plan_csv(recovery::Recovery& recovery, const Plan& plan, const PlanOptions& options,
                            ByteWriter& out);
// --plan FILE. `source` is true bytes again, ready to be a key of PlanOptions::chosen.
struct PlanLine {
  std::string source, sha256, disposition;
};
Result<std::vector<PlanLine>> parse_plan(std::string_view csv, const std::string& path);
// Stale (Exit::stale_plan, nothing done) when a sha256 differs from the bag's or a source is unknown. To be asked after
// make_plan and before anything is carried out.
Result<void> check_stale(const Plan& plan, const std::vector<PlanLine>& lines, const std::string& path);

}  // namespace requeue::replay
