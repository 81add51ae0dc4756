// What the journal says of each message beyond its standing: what was written for it, when, and where its personal
// fields stand. Kept apart from replay's ledger, which every replay pays for; and with its own reading of intents and
// commits, so that an audit can say what does not go together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/digest.h"
#include "mail/compose.h"
#include "recovery/state.h"

namespace requeue::report {

// One intent, and the commit that followed it.
struct Handover {
  std::int64_t line = 0;  // of the intent in the journal
  std::string name;       // in Pickup
  std::string source_sha256;
  std::string written_sha256;
  std::string details;
  std::string written_at;                       // the commit's time; empty while there is none
  std::optional<mail::ComposeOptions> options;  // nullopt: the intent's options cannot be read
};

struct Account {
  std::string details;       // of the newest message or intent event; hex
  std::string duplicate_of;  // a source, true bytes
  std::unique_ptr<Handover> open;
  std::unique_ptr<Handover> committed;
  bool doubted = false;
};

class Handovers : public recovery::Fold {
 public:
  Result<void> see(const journal::Line& line) override;

  // By source, true bytes.
  [[nodiscard]] const std::unordered_map<std::string, Account>& accounts() const { return accounts_; }
  [[nodiscard]] const Account* find(const std::string& source) const;
  // What the rules of intents and commits forbid: a commit without its intent, a source committed twice. Safe to show.
  [[nodiscard]] const std::vector<std::string>& contradictions() const { return contradictions_; }

 private:
  void see_message(const journal::Line& line, Account& account);
  void see_intent(const journal::Line& line, const std::string& source, Account& account);
  void see_commit(const journal::Line& line, const std::string& source, Account& account);
  void see_doubt(const journal::Line& line, const std::string& source, Account& account);
  void contradict(const journal::Line& line, const std::string& source, const std::string& what);

  std::unordered_map<std::string, Account> accounts_;
  std::vector<std::string> contradictions_;
};

}  // namespace requeue::report
