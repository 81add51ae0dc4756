#include "report/tally.h"

#include <algorithm>

#include "core/text.h"

namespace requeue::report {
namespace {

const replay::Standing* standing(const journal::Line& line, const replay::Ledger& ledger) {
  return ledger.find(unescape_bytes(text_of(line.json, "source")));
}

bool of_message(const journal::Line& line) {
  return line.json.contains("source");
}

}  // namespace

std::uint64_t& counter(replay::Counts& counts, replay::Disposition disposition) {
  switch (disposition) {
    case replay::Disposition::replayed:
      return counts.replayed;
    case replay::Disposition::duplicate:
      return counts.duplicate;
    case replay::Disposition::held:
      return counts.held;
    case replay::Disposition::skipped:
      return counts.skipped;
    case replay::Disposition::in_doubt:
      return counts.in_doubt;
    case replay::Disposition::failed:
      return counts.failed;
    case replay::Disposition::pending:
      break;
  }
  return counts.pending;
}

std::array<NamedCount, 8> named_counts(const replay::Counts& counted, std::uint64_t found) {
  const auto decided =
      counted.replayed + counted.duplicate + counted.held + counted.skipped + counted.in_doubt + counted.failed;
  return {{{"found", found},
           {"replayed", counted.replayed},
           {"duplicate", counted.duplicate},
           {"held", counted.held},
           {"skipped", counted.skipped},
           {"in_doubt", counted.in_doubt},
           {"failed", counted.failed},
           {"pending", found - std::min(found, decided)}}};
}

void Tally::before(const journal::Line& line, const replay::Ledger& ledger) {
  if (!of_message(line)) return;
  if (const auto* known = standing(line, ledger)) --counter(counts_, known->disposition);
}

void Tally::after(const journal::Line& line, const replay::Ledger& ledger, const recovery::State& state) {
  if (of_message(line)) {
    if (const auto* known = standing(line, ledger)) ++counter(counts_, known->disposition);
  }
  if (line.event == "sealed" && !sealed_) sealed_ = Stated{line.seq, line.json, counts_, state.replayed_folders};
  if (line.event != "replay_end") return;
  const auto nested = line.json.find("counts");
  const bool is_nested = nested != line.json.end() && nested->is_object();
  stated_ = Stated{line.seq, is_nested ? *nested : line.json, counts_, state.replayed_folders};
}

}  // namespace requeue::report
