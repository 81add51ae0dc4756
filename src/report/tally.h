// How many messages the journal has in each disposition, kept line by line, so that the counts which a replay wrote can
// be compared with what the journal had come to at that very line.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "recovery/state.h"
#include "replay/ledger.h"
#include "replay/plan.h"

namespace requeue::report {

struct Stated {
  std::int64_t line = 0;   // of the journal: a replay_end
  Json counts;             // as it says
  replay::Counts counted;  // of the ledger at that line; found and pending are the bag's to say
  std::set<std::string> replayed_folders;
};

class Tally {
 public:
  // Call for each line, before and after the ledger saw it.
  void before(const journal::Line& line, const replay::Ledger& ledger);
  void after(const journal::Line& line, const replay::Ledger& ledger, const recovery::State& state);
  // The newest replay that said how it ended.
  [[nodiscard]] const std::optional<Stated>& stated() const { return stated_; }
  // What it had come to at the seal.
  [[nodiscard]] const std::optional<Stated>& sealed() const { return sealed_; }

 private:
  replay::Counts counts_;
  std::optional<Stated> stated_;
  std::optional<Stated> sealed_;
};

struct NamedCount {
  const char* key;
  std::uint64_t value = 0;
};
// Every count that a record states, by the journal's name for it. Pending is what is found and not `counted` otherwise.
std::array<NamedCount, 8> named_counts(const replay::Counts& counted, std::uint64_t found);

// The counter of a disposition.
std::uint64_t& counter(replay::Counts& counts, replay::Disposition disposition);

}  // namespace requeue::report
