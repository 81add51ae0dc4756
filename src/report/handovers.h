// What the journal says of each message beyond its standing: what was written for it, when, and where its personal
// fields stand. Kept apart from replay's ledger, which every replay pays for; and with its own reading of intents and
// commits, so that an audit can say what does not go together.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/digest.h"
#include "core/place_map.h"
#include "core/time.h"
#include "mail/compose.h"
#include "recovery/state.h"

namespace requeue::report {

// One intent, and the commit that followed it. Digests as replay::digest_of() gives them.
struct Handover {
  std::int64_t line = 0;  // of the intent in the journal
  Name name;              // in Pickup
  Sha256Bytes source_sha256{};
  Sha256Bytes written_sha256{};
  Sha256Bytes details{};
  std::optional<Timestamp> written_at;          // the commit's time; none while there is no commit
  std::optional<mail::ComposeOptions> options;  // nullopt: the intent's options cannot be read
};

// A million of them must stay small.
struct Account {
  Sha256Bytes details{};              // of the newest message or intent event; zeros: none
  std::uint32_t duplicate_of = none;  // the place of a source
  bool doubted = false;
  std::unique_ptr<Handover> open;
  std::unique_ptr<Handover> committed;
  static constexpr std::uint32_t none = 0xFFFFFFFF;
};

class Handovers : public recovery::Fold {
 public:
  Result<void> see(const journal::Line& line) override;

  // By source, true bytes.
  [[nodiscard]] const NameMap<Account>& accounts() const { return accounts_; }
  [[nodiscard]] const Account* find(std::string_view source) const { return accounts_.find(source); }
  // What the rules of intents and commits forbid: a commit without its intent, a source committed twice. Safe to show.
  [[nodiscard]] const std::vector<std::string>& contradictions() const { return contradictions_; }

 private:
  void see_message(const journal::Line& line, Account& account);
  void see_intent(const journal::Line& line, const std::string& source, Account& account);
  void see_commit(const journal::Line& line, const std::string& source, Account& account);
  void see_doubt(const journal::Line& line, const std::string& source, Account& account);
  void contradict(const journal::Line& line, const std::string& source, const std::string& what);

  NameMap<Account> accounts_;
  std::vector<std::string> contradictions_;
};

// Whether there is a digest at all.
inline bool is_set(const Sha256Bytes& digest) {
  return digest != Sha256Bytes{};
}

}  // namespace requeue::report
