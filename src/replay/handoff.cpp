// Steps 1 to 5 of a handoff. The order is the promise: at every moment a kill or a power cut leaves a record from which
// settle() can tell whether a message went into Pickup, or that it cannot be told.
#include "replay/handoff.h"

#include <cassert>

#include "core/text.h"
#include "replay/handoff_steps.h"

namespace requeue::replay {
namespace {

constexpr std::size_t group_limit = 256;
constexpr std::string_view source_damaged = "source_damaged";  // its bytes are not those of the manifest
constexpr std::string_view compose_failed = "compose_failed";
constexpr std::string_view rename_failed = "rename_failed";
constexpr std::string_view rename_unknown = "rename_unknown";

// Tells a full disk (ends the run) from a source that cannot be read (that message fails, the others go on).
class WatchedWriter final : public ByteWriter {
 public:
  explicit WatchedWriter(ByteWriter& inner) : inner_(inner) {}
  Result<void> write(std::string_view bytes) override {
    auto written = inner_.write(bytes);
    failed_ = failed_ || !written;
    return written;
  }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  ByteWriter& inner_;
  bool failed_ = false;
};

struct Prepared {
  std::size_t index = 0;
  Staged staged;
  mail::ComposeOptions options;
  std::string_view rule;  // why it is not handed over; empty: it is
};

class PickupHandoff final : public Handoff {
 public:
  PickupHandoff(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan, const PlanOptions& options,
                Place place, Watcher& watcher)
      : recovery_(recovery),
        ledger_(ledger),
        plan_(plan),
        options_(options),
        place_(std::move(place)),
        watcher_(watcher) {}

  Result<Outcome> group(const std::vector<std::size_t>& indexes) override;
  Result<void> finish() override;

 private:
  Result<void> begin();
  Result<std::vector<Prepared>> compose_all(const std::vector<std::size_t>& indexes);
  Result<Prepared> compose_one(std::size_t index, std::uint64_t number);
  Result<std::string_view> compose_into(const Message& message, const Reading& reading, Prepared& prepared,
                                        ByteWriter& out);
  Result<void> make_durable(const std::vector<Prepared>& prepared);
  Result<void> record_intents(const std::vector<Prepared>& prepared, Outcome& outcome);
  Result<void> record_intent(const Prepared& prepared);
  std::vector<Move> rename_all(const std::vector<Prepared>& prepared);
  Result<void> record_outcomes(const std::vector<Prepared>& prepared, const std::vector<Move>& moves, Outcome& outcome);
  void discard(const std::vector<Prepared>& prepared);

  recovery::Recovery& recovery_;
  const Ledger& ledger_;
  const Plan& plan_;
  const PlanOptions& options_;
  Place place_;
  Watcher& watcher_;
  bool begun_ = false;
  bool local_ = false;
};

Result<void> PickupHandoff::begin() {
  if (begun_) return {};
  REQUEUE_CHECK(make_staging(place_, {recovery_.state().id, files::to_text(recovery_.tree().path())}));
  // The folder may be that of a run that was killed before it flushed the folder's own name.
  REQUEUE_CHECK(place_.beside->flush_folder({}));
  local_ = on_local_volume(place_);
  begun_ = true;
  return {};
}

Result<Outcome> PickupHandoff::group(const std::vector<std::size_t>& indexes) {
  assert(indexes.size() <= group_limit);
  Outcome outcome;
  REQUEUE_CHECK(begin());
  REQUEUE_TRY(const auto prepared, compose_all(indexes));
  if (auto durable = make_durable(prepared); !durable) {
    discard(prepared);
    return failure(std::move(durable.error()));
  }
  // From here an error ends the run and nothing is tidied up: an intent may be on the disk although its flush failed,
  // and then its staged file is the proof that it was not sent.
  REQUEUE_CHECK(record_intents(prepared, outcome));
  const auto moves = rename_all(prepared);
  REQUEUE_CHECK(flush_pickup_and_staging(place_));
  REQUEUE_CHECK(record_outcomes(prepared, moves, outcome));
  return outcome;
}

// Step 1. Nothing is recorded of these files yet, so whatever fails here leaves only litter, which settle() removes.
Result<std::vector<Prepared>> PickupHandoff::compose_all(const std::vector<std::size_t>& indexes) {
  std::vector<Prepared> all;
  // Each message of a group adds at least one line to the journal, so no number is given to two intents.
  auto number = static_cast<std::uint64_t>(recovery_.records());
  for (const std::size_t index : indexes) {
    const auto& source = plan_.messages[index].source;
    // The last line of defence: a message that may be in Pickup already is not composed, whatever the plan says.
    if (ledger_.is_final(source) || ledger_.open_intents().contains(source)) {
      watcher_.warn("not handed over, since the record says that it was or may have been: " + printable(source));
      continue;
    }
    auto prepared = compose_one(index, ++number);
    if (!prepared) {
      discard(all);
      return failure(std::move(prepared.error()));
    }
    all.push_back(std::move(*prepared));
  }
  return all;
}

Result<Prepared> PickupHandoff::compose_one(std::size_t index, std::uint64_t number) {
  const Message& message = plan_.messages[index];
  Prepared prepared;
  prepared.index = index;
  prepared.options = options_.compose;
  prepared.options.as_found = message.as_found && !message.add_from;
  prepared.options.add_from = message.add_from;
  // It is in Pickup's own form already, and only gets a From.
  if (message.as_found && message.add_from) prepared.options.dot_stuff = false;
  prepared.staged.source = message.source;
  prepared.staged.sha256 = to_hex(message.sha256);
  prepared.staged.name = written_name(message.sha256, recovery_.state().id, number);
  const auto reading = read_message(recovery_, plan_, message, options_);
  Json personal = Json::object();
  if (reading) personal = personal_fields(index + 1, message, plan_, *reading);
  if (!reading) {
    prepared.rule = source_damaged;
  } else if (personal.contains(too_long)) {
    // Whom it went to could not be recorded, and nothing is sent of which that is so.
    prepared.rule = compose_failed;
  } else {
    const auto path = files::join(place_.staging, prepared.staged.name);
    // Readable by the service, whose account is not ours; never read-only, or it could not remove the file.
    REQUEUE_TRY(const auto writer, place_.beside->create(path, 0644));
    auto whole = compose_into(message, *reading, prepared, *writer);
    auto closed = writer->close();
    if (!whole || !closed || !whole->empty()) remove_staged(place_, prepared.staged.name, watcher_);
    if (!whole) return failure(std::move(whole.error()));
    if (!closed) return failure(std::move(closed.error()));
    prepared.rule = *whole;
  }
  REQUEUE_TRY(prepared.staged.details, recovery_.record_details(personal));
  return prepared;
}

// The rule by which it is not handed over, or empty. An error: staging cannot be written, which ends the run.
Result<std::string_view> PickupHandoff::compose_into(const Message& message, const Reading& reading, Prepared& prepared,
                                                     ByteWriter& out) {
  const auto source = open_source(recovery_, message);
  if (!source) return source_damaged;
  HashingReader hashing(**source);
  WatchedWriter watched(out);
  auto composed = mail::compose(hashing, reading.envelope, prepared.options, watched);
  if (!composed && watched.failed()) return failure(std::move(composed.error()));
  // The digest is of the very bytes that were composed, not of another reading of the file.
  if (!hashing.drain() || hashing.hex() != prepared.staged.sha256) return source_damaged;
  if (!composed) return compose_failed;
  prepared.staged.written_sha256 = composed->sha256;
  return std::string_view{};
}

// The rest of step 1: written first and flushed together, which lets the device order the writes.
Result<void> PickupHandoff::make_durable(const std::vector<Prepared>& prepared) {
  std::vector<files::Relative> staged;
  for (const auto& one : prepared) {
    if (one.rule.empty()) staged.push_back(files::join(place_.staging, one.staged.name));
  }
  REQUEUE_CHECK(place_.beside->flush_files(staged));
  return place_.beside->flush_folder(place_.staging);
}

// Step 2. A rename whose intent is not durable could be forgotten by a power cut, and the message composed and sent
// again: so nothing is renamed before this flush, which also makes the commits of the group before durable.
Result<void> PickupHandoff::record_intents(const std::vector<Prepared>& prepared, Outcome& outcome) {
  REQUEUE_CHECK(recovery_.flush_details());
  for (const auto& one : prepared) {
    if (one.rule.empty()) {
      REQUEUE_CHECK(record_intent(one));
      continue;
    }
    const bool damaged = one.rule == source_damaged;
    watcher_.warn((damaged ? "not sent, its bytes in the snapshot are not those that were recorded: "
                           : "not sent, it cannot be composed: ") +
                  printable(one.staged.source));
    REQUEUE_CHECK(record_message(
        recovery_,
        {one.staged.source, one.staged.sha256, Disposition::failed, one.rule, {}, {}, {}, one.staged.details}));
    ++outcome.failed;
    outcome.handed.push_back({one.index, Disposition::failed, one.rule});
  }
  return recovery_.flush();
}

Result<void> PickupHandoff::record_intent(const Prepared& prepared) {
  Json fields;
  fields["source"] = escape_bytes(prepared.staged.source);
  fields["sha256"] = prepared.staged.sha256;
  fields["pickup"] = files::to_text(place_.beside->path_of(place_.pickup));
  fields["staging"] = files::to_text(place_.beside->path_of(place_.staging));
  fields["name"] = prepared.staged.name;
  fields["written_sha256"] = prepared.staged.written_sha256;
  fields["options"] = mail::to_json(prepared.options);
  fields["envelope_recorded"] = true;
  const auto& message = plan_.messages[prepared.index];
  if (!message.rare->released.empty()) fields["released"] = message.rare->released;
  if (const auto given = options_.overrides.find(message.source); given != options_.overrides.end()) {
    fields["override"] = given->second.by_plan ? "plan" : "envelopes";
  }
  // A boot of ours says nothing of a server that holds the volume and may have been restarted on its own.
  fields["boot"] = local_ ? recovery_.boot() : std::string();
  fields["details"] = prepared.staged.details;
  return recovery_.record("intent", fields);
}

// Step 3.
std::vector<Move> PickupHandoff::rename_all(const std::vector<Prepared>& prepared) {
  std::vector<Move> moves(prepared.size());
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    if (prepared[i].rule.empty()) moves[i] = move_into_pickup(place_, prepared[i].staged.name, local_);
  }
  return moves;
}

// Step 5, after the flushes of step 4.
Result<void> PickupHandoff::record_outcomes(const std::vector<Prepared>& prepared, const std::vector<Move>& moves,
                                            Outcome& outcome) {
  std::vector<std::string> aborted;
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    const auto& [index, staged, options, rule] = prepared[i];
    if (!rule.empty()) continue;
    if (moves[i].moved == Moved::yes) {
      const auto decided = plan_.messages[index].rule;
      REQUEUE_CHECK(record_commit(recovery_, staged, "renamed", decided));
      ++outcome.replayed;
      outcome.handed.push_back({index, Disposition::replayed, decided});
      continue;
    }
    watcher_.warn("could not be moved into Pickup: " + printable(staged.source) + ": " + printable(moves[i].why));
    ++outcome.failed;
    if (moves[i].moved == Moved::no) {
      REQUEUE_CHECK(record_abort(recovery_, staged, moves[i].why, rename_failed));
      aborted.push_back(staged.name);
      outcome.handed.push_back({index, Disposition::failed, rename_failed});
    } else {
      // Whether it happened is not known: the intent stays open, and the next run's settling looks.
      outcome.handed.push_back({index, Disposition::failed, rename_unknown});
    }
  }
  if (aborted.empty()) return {};
  // While the abort is not durable, the staged file is the only proof that this intent was not carried out.
  REQUEUE_CHECK(recovery_.flush());
  for (const auto& name : aborted) remove_staged(place_, name, watcher_);
  return {};
}

// Only before an intent names them.
void PickupHandoff::discard(const std::vector<Prepared>& prepared) {
  for (const auto& one : prepared) {
    if (one.rule.empty()) remove_staged(place_, one.staged.name, watcher_);
  }
}

Result<void> PickupHandoff::finish() {
  REQUEUE_CHECK(recovery_.flush());
  if (!ledger_.open_intents().empty()) return {};
  return remove_staging(place_);
}

}  // namespace

std::unique_ptr<Handoff> make_handoff(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan,
                                      const PlanOptions& options, Place place, Watcher& watcher) {
  return std::make_unique<PickupHandoff>(recovery, ledger, plan, options, std::move(place), watcher);
}

}  // namespace requeue::replay
