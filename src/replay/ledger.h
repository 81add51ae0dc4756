// What the journal says of each message: folded like the procedure's state, so that replayed and live lines go one way.
//
// Events of messages and their fields (docs/formats.md):
//   message  {source, sha256, content, disposition, rule, duplicate_of, written_name, written_sha256, details}
//   intent   {source, sha256, pickup (path), staging (path), name, written_sha256, options, envelope_recorded, boot,
//   details} or, by SMTP, {source, sha256, smtp (HOST:PORT), written_sha256, options, envelope_recorded, recipients,
//   refused, boot, details} commit   {source, name, how: renamed|found_in_pickup|staged_gone|smtp [, code, refused]}
//   abort    {source, name, why} in_doubt
//   {source, name, rule: staging_gone|name_taken|reboot|gone_before_empty|smtp_unanswered, why} resolved {source, name,
//   rule, word: sent|not_sent} replay_end {pickup_left, queue_before, queue_after, badmail_before, badmail_after,
//   ...counts}
// `source` is escape_bytes of the path below the Mailroot in the journal, and its true bytes in everything here (keys,
// OpenIntent::source): escape it again when an event is written. `details` names a line of messages.jsonl, which holds
// the personal fields of a manifest record (message_id, date, subject, from, envelope_*, ...) and, of an intent, the
// envelope.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/digest.h"
#include "core/place_map.h"
#include "mail/compose.h"
#include "recovery/state.h"

namespace requeue::replay {

enum class Disposition : unsigned char { pending, replayed, duplicate, held, skipped, in_doubt, failed };
std::string_view to_string(Disposition disposition);
std::optional<Disposition> disposition_of(std::string_view name);
// Handed over, or it may have been.
inline bool is_settled(Disposition disposition) {
  return disposition == Disposition::replayed || disposition == Disposition::in_doubt;
}

// By a person's word.
inline constexpr std::string_view resolved_sent = "resolved_sent";
inline constexpr std::string_view resolved_not_sent = "resolved_not_sent";

// An intent that is not settled yet. At most one a message.
struct OpenIntent {
  std::string source;  // true bytes
  std::string sha256;
  std::string pickup;   // absolute path of Pickup, as recorded
  std::string staging;  // absolute path of the staging folder
  std::string name;     // in both
  std::string written_sha256;
  std::string boot;  // empty: unknown, and never equals
  std::string details;
  std::string smtp;  // "HOST:PORT" it was to go to by SMTP; then it has neither Pickup, staging nor name
  mail::ComposeOptions options;
};

// What is kept of each message in memory: a million of them must stay small.
struct Standing {
  Disposition disposition = Disposition::pending;  // as last journaled
  unsigned char rule = 0;                          // index into Ledger::rules()
  bool journaled : 1 = false;                      // a `message` event with this standing exists
  bool was_copy_in_doubt : 1 = false;              // once told to be held as a copy of one in doubt
  bool was_against : 1 = false;                    // once told to be a copy of what another recovery folder sent
  std::uint32_t copy_of = none;                    // of a duplicate: Ledger::told_original() finds it by this
  Sha256Bytes details{};                           // of the newest intent that was committed, else of the message event
  static constexpr std::uint32_t none = 0xFFFFFFFF;
};

// 64 hex digits; anything else, which only a tampered record has, gives all zeros and matches nothing.
Sha256Bytes digest_of(const std::string& hex);

class Ledger : public recovery::Fold {
 public:
  Result<void> see(const journal::Line& line) override;

  // nullptr: the journal does not know this source yet.
  [[nodiscard]] const Standing* find(std::string_view source) const { return standings_.find(source); }
  // The one that a duplicate was told to be a copy of; nullptr: it was told of none.
  [[nodiscard]] const Standing* told_original(const Standing& standing) const;
  [[nodiscard]] const std::unordered_map<std::string, OpenIntent>& open_intents() const { return open_; }
  // The intents of messages in doubt, where there was one: their staged files are kept until a person's word.
  [[nodiscard]] const std::unordered_map<std::string, OpenIntent>& doubted() const { return doubted_; }
  [[nodiscard]] std::size_t size() const { return standings_.size(); }  // sources that it knows
  [[nodiscard]] const std::string& rule_text(unsigned char index) const { return rules_[index]; }
  [[nodiscard]] std::uint64_t count(Disposition disposition) const;  // sources that stand so
  [[nodiscard]] bool is_final(std::string_view source) const;        // replayed or in doubt
  [[nodiscard]] bool no_probe_given() const { return no_probe_; }

 private:
  void see_message(const std::string& source, const Json& json);
  void see_commit(const std::string& source, const Json& json);
  void see_abort(const std::string& source);
  void see_in_doubt(const std::string& source, const Json& json);
  void see_resolved(const std::string& source, const Json& json);
  unsigned char intern_rule(const std::string& rule);
  NameMap<Standing> standings_;
  std::unordered_map<std::string, OpenIntent> open_;
  std::unordered_map<std::string, OpenIntent> doubted_;
  std::vector<std::string> rules_{""};
  bool no_probe_ = false;
};

}  // namespace requeue::replay
