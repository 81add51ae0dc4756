// The decision for one message by itself, in the order of the rules: final, left in place or restored, skipped, held.
// Copies of one another are for duplicates.h, which comes after.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "replay/plan.h"

namespace requeue::replay {

// What one message says of itself, with where it was found.
struct Reading;

class Decider {
 public:
  // All must outlive the Decider.
  Decider(const recovery::State& state, const Ledger& ledger, const PlanOptions& options, Timestamp now);

  // Sets disposition, rule, final_now, chosen_now and the notes. `unknown_name`: of no extension that the service uses.
  void decide(Message& message, const Reading& reading, bool unknown_name) const;
  // For one whose file cannot be read: final and left in place still come first.
  void decide_unreadable(Message& message) const;

 private:
  [[nodiscard]] bool decide_final(Message& message) const;
  [[nodiscard]] bool was_left(const Message& message) const;
  [[nodiscard]] bool decide_in_mailroot(Message& message) const;
  [[nodiscard]] bool decide_skipped(Message& message, const Reading& reading) const;
  [[nodiscard]] bool decide_held(Message& message, const Reading& reading, bool unknown_name) const;
  void apply_word(Message& message) const;
  [[nodiscard]] const Word* word_of(const Message& message) const;
  [[nodiscard]] std::string_view released_by(const Message& message, std::string_view rule) const;
  void try_rule(const Message& message, std::string_view rule, bool applies, std::string why) const;

  const recovery::State& state_;
  const Ledger& ledger_;
  const PlanOptions& options_;
  Timestamp now_;
  std::unordered_set<std::string> restoring_;
};

// A copy of a message in doubt: held, unless a person has said of this very message that it is to go. True: it goes.
bool hold_or_release_copy(Message& message, const PlanOptions& options);
// Why a message that a person released by name does not go all the same, and what to do; empty: it goes, it went, or
// the record alone says what becomes of it. `original`: what a duplicate is a copy of.
struct NotReleased {
  std::string why, hint;
};
NotReleased why_not_released(const Message& message, const std::string& original);

void set(Message& message, Disposition disposition, std::string_view rule);
void note(Message& message, std::string_view text);

}  // namespace requeue::replay
