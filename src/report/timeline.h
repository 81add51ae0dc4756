// The procedure as it happened, drawn from the journal: each step with its time, and how long the service stood still.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/time.h"
#include "journal/journal.h"

namespace requeue::report {

struct Moment {
  Timestamp time;
  std::string what;  // in words; from the journal, not yet safe to show
  bool trouble = false;
};

// Who, where and with what, of the newest run that said so.
struct Circumstances {
  std::string host, os, account, operator_name, ticket, version, program_sha256;
};

struct Timeline {
  std::vector<Moment> moments;
  Circumstances circumstances;
  std::optional<Timestamp> stopped, started;  // the service: by requeue, or seen

  void see(const journal::Line& line);
  // From the stop of the service to its start, in seconds; nothing where requeue did not drive both.
  [[nodiscard]] std::optional<double> downtime() const;

 private:
  void add(const Json& event, std::string what, bool trouble = false);
  void see_run(const Json& event);
  void see_service(const Json& event);
  void see_step(const std::string& name, const Json& event);
  void see_later_step(const std::string& name, const Json& event);
  std::string command_;
};

}  // namespace requeue::report
