// What a handoff and the settling of one have in common: one staged file, its rename, and the events that tell of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "replay/handoff.h"

namespace requeue::replay {

// A composed file with its intent, on its way from staging into Pickup.
struct Staged {
  std::string source;  // true bytes
  std::string sha256;
  std::string name;
  std::string written_sha256;
  std::string details;
};

// Reads through, and hashes all that was read.
class HashingReader final : public ByteReader {
 public:
  explicit HashingReader(ByteReader& inner) : inner_(inner) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override;
  // Reads what is left, so that the digest is of the whole file.
  Result<void> drain();
  std::string hex() { return digest_.hex(); }

 private:
  ByteReader& inner_;
  Sha256 digest_;
  bool ended_ = false;
};

// SHA-256 of a file; nullopt when nothing of that name stands there.
Result<std::optional<std::string>> sha256_at(files::Tree& tree, const files::Relative& path);

// Whether a failed rename, or a missing one, can be told from what is seen now: not on a network volume, whose server
// may have done what it did not answer.
bool on_local_volume(Place& place);

// gone: the staged file is nowhere, and the rename found it so. Somebody took it from staging (a virus scanner does),
// or it is a service that takes what it should not see; by itself it is never called sent.
enum class Moved { yes, no, unknown, gone };
struct Move {
  Moved moved = Moved::yes;
  std::string why;
};
// Whether the composed file is gone from staging.
bool is_gone_from_staging(Place& place, const std::string& name);
// Step 3 for one file. `no` only where that is known.
Move move_into_pickup(Place& place, const std::string& name, bool local);
// Step 4. A commit before it could outlive the rename that it speaks of.
Result<void> flush_pickup_and_staging(Place& place);

struct MessageEvent {
  std::string source;  // true bytes
  std::string sha256;
  Disposition disposition = Disposition::pending;
  std::string_view rule;
  std::string duplicate_of;  // true bytes; empty: none
  std::string written_name, written_sha256;
  std::string details;
};
Result<void> record_message(recovery::Recovery& recovery, const MessageEvent& event);
// Step 5 for one file: `commit`, then `message` with the rule by which it was decided, or with how it was found out.
Result<void> record_commit(recovery::Recovery& recovery, const Staged& staged, std::string_view how,
                           std::string_view rule = "replay");
// `abort`; a `message` event with disposition failed follows where a rule is given.
Result<void> record_abort(recovery::Recovery& recovery, const Staged& staged, std::string_view why,
                          std::string_view rule = {});

// `in_doubt`, and `message` with its rule: an intent of which no run can tell whether it was carried out. Not flushed.
Result<void> record_doubt(recovery::Recovery& recovery, const Staged& staged, std::string_view rule,
                          std::string_view why);

// Removes a staged file that has no intent, or whose intent is settled. A failure is told only, as the sentence that is
// returned: the next run removes it.
std::optional<std::string> remove_staged(Place& place, const std::string& name);
void remove_staged(Place& place, const std::string& name, Watcher& watcher);
// Removes the staging folder when it holds nothing but its token.
Result<void> remove_staging(Place& place);

// The composed files without an open or doubted intent, and the staging folder if it is empty then.
Result<void> clear_staging(Place& place, const Ledger& ledger, const std::string& id, Watcher& watcher);

// The personal fields of a record, which stand in messages.jsonl and never in the journal. Only `too_long` where a line
// could not hold them.
constexpr const char* too_long = "too_long";
Json personal_fields(std::uint64_t seq, const Message& message, const Plan& plan, const Reading& reading);

}  // namespace requeue::replay
