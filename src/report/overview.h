// What is stuck: the page that inspect shows of a Mailroot or of a recovery folder. Only reads.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "mailroot/mailroot.h"
#include "replay/plan.h"

namespace requeue::report {

// Ages as qshape shows them: up to so many minutes, and one column for what is older.
inline constexpr std::array<unsigned, 9> age_minutes = {5, 10, 20, 40, 80, 160, 320, 640, 1280};

struct DomainRow {
  std::uint64_t total = 0;
  std::array<std::uint64_t, age_minutes.size() + 1> by_age{};
};

struct Reasons {
  std::map<std::string, std::uint64_t> counts;  // addresses in them replaced
  std::uint64_t read = 0, left_out = 0;         // files; at most so many are read
  std::uint64_t no_failure = 0;                 // of those read
};

struct Overview {
  std::vector<mailroot::FolderCount> folders;
  // Of the messages that the selection takes up.
  replay::Counts counts;
  std::map<std::string, std::uint64_t> held;     // by rule
  std::map<std::string, DomainRow> domains;      // recipients of what is pending or held; "": without a domain
  std::map<std::string, std::uint64_t> senders;  // of the same; "<>": the null sender, "": not known
  std::map<std::string, std::uint64_t> envelope_sources;
  std::uint64_t with_streams = 0;
  std::uint64_t vanished = 0;  // of a live Mailroot: taken by the service while this looked
  std::uint64_t not_mail = 0;
  std::vector<std::string> notes;
  Reasons reasons;
};

struct OverviewOptions {
  replay::PlanOptions plan;
  std::uint64_t limit = UINT64_MAX;  // the oldest so many messages only
  Timestamp now;
};

Result<Overview> overview_of_mailroot(files::Tree& mailroot, OverviewOptions options, Watcher& watcher);
// The snapshot's tag files must have been checked.
Result<Overview> overview_of_recovery(recovery::Recovery& recovery, const replay::Ledger& ledger,
                                      OverviewOptions options, Watcher& watcher);

// Why mail was not delivered, in one line, from a Badmail report (.BDR) or a transcript (.LTR, .RTR). Empty: it tells
// of no failure, as a transcript that ends after the greeting.
std::string reason_of(std::string_view report);

}  // namespace requeue::report
