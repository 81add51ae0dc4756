#include "report/personal.h"

#include <limits>

#include "report/by_details.h"

namespace requeue::report {
namespace {

constexpr auto not_found = std::numeric_limits<std::uint64_t>::max();

Json columns_of(const Json& line) {
  Json found = Json::object();
  for (const auto& column : personal_columns) {
    if (const auto value = line.find(column); value != line.end()) found[column] = *value;
  }
  if (const auto smtp = line.find("smtp"); smtp != line.end()) found["smtp"] = *smtp;
  return found;
}

}  // namespace

const std::vector<std::string> personal_columns{
    "message_id",      "mih",    "date", "subject", "from", "envelope_sender", "envelope_recipients",
    "envelope_source", "arrival"};

Result<PersonalLines> PersonalLines::open(files::Tree& recovery, const Handovers& handovers) {
  REQUEUE_TRY(auto file, journal::DetailsLines::open(recovery));
  PersonalLines lines(handovers, std::move(file));
  if (lines.lines_) REQUEUE_CHECK(lines.locate(recovery));
  return lines;
}

Result<void> PersonalLines::locate(files::Tree& recovery) {
  const auto& accounts = handovers_->accounts();
  offsets_.assign(accounts.size(), not_found);
  const ByDetails by_details(accounts, [](const Account& account) { return &account.details; });
  return journal::locate_details(recovery, [&](const Sha256Bytes& hash, std::uint64_t offset) -> Result<void> {
    for (const auto account : by_details.find(hash)) offsets_[account] = offset;
    return {};
  });
}

Result<Json> PersonalLines::of(std::uint32_t account) {
  if (!lines_ || offsets_[account] == not_found) return Json::object();
  REQUEUE_TRY(const auto line, lines_->at(offsets_[account], handovers_->accounts().at(account).value.details));
  return line ? columns_of(*line) : Json::object();
}

}  // namespace requeue::report
