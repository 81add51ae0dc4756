// What a recovery folder's record is found to hold: journal.jsonl, messages.jsonl and heads.jsonl, each read whole and
// held against the others, before anything is decided upon it or written onto it.
#pragma once

#include <string>
#include <vector>

#include "journal/details.h"
#include "journal/journal.h"
#include "recovery/state.h"

namespace requeue::recovery {

// Everything that is built by reading the journal from its first line.
struct Folds {
  State state;
  std::vector<Fold*> others;  // not null
  Result<void> see(const journal::Line& line);
};

struct FoundRecord {
  journal::Chain chain;
  journal::DetailsFile details;
  journal::Tail heads;
  // Of messages.jsonl, as a sentence; empty: it has each line that the journal relies on.
  std::string lines_missing;
};

// Feeds the folds. Exit::verification, nothing done: as open_to_read() names them.
Result<FoundRecord> read_record(files::Tree& recovery, Folds& folds);

// Exit::verification: messages.jsonl is gone, and the journal records no disposal.
Result<void> require_details(files::Tree& recovery, const State& state);
// Exit::verification: lines are missing.
Result<void> require_named_lines(files::Tree& recovery, const FoundRecord& found);

}  // namespace requeue::recovery
