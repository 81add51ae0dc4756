// The personal fields of messages, from the lines of messages.jsonl that the journal names by their hash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/details.h"
#include "report/handovers.h"

namespace requeue::report {

// The columns of the manifest that are personal, or stand with them in messages.jsonl only.
extern const std::vector<std::string> personal_columns;

// messages.jsonl is in the order in which messages were decided on, and a manifest in that of their names: so it is
// read once for where each line stands, 12 bytes a message, and then line by line as they are asked for.
class PersonalLines {
 public:
  // `handovers` must outlive it.
  static Result<PersonalLines> open(files::Tree& recovery, const Handovers& handovers);
  // The personal columns that the newest line of this account has; an empty object where there is none.
  Result<Json> of(std::uint32_t account);

 private:
  PersonalLines(const Handovers& handovers, std::optional<journal::DetailsLines> lines)
      : handovers_(&handovers), lines_(std::move(lines)) {}
  Result<void> locate(files::Tree& recovery);

  const Handovers* handovers_;
  std::optional<journal::DetailsLines> lines_;
  std::vector<std::uint64_t> offsets_;  // by account
};

}  // namespace requeue::report
