#include "report/personal.h"

#include "journal/details.h"

namespace requeue::report {

const std::vector<std::string> personal_columns{
    "message_id",      "mih",    "date", "subject", "from", "envelope_sender", "envelope_recipients",
    "envelope_source", "arrival"};

Result<void> read_personal(files::Tree& recovery, Personal& wanted) {
  if (wanted.empty()) return {};
  const auto visit = [&](const std::string& hash, const Json& line) -> Result<void> {
    const auto found = wanted.find(hash);
    if (found == wanted.end()) return {};
    for (const auto& column : personal_columns) {
      if (const auto value = line.find(column); value != line.end()) found->second[column] = *value;
    }
    if (const auto smtp = line.find("smtp"); smtp != line.end()) found->second["smtp"] = *smtp;
    return {};
  };
  REQUEUE_TRY([[maybe_unused]] const auto file, journal::read_details(recovery, visit));
  return {};
}

}  // namespace requeue::report
