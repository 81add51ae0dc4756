// What the next hop said to the probe, as far as the service's log can tell.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/progress.h"
#include "files/files.h"
#include "replay/probe.h"
#include "smtplog/evidence.h"

namespace requeue::replay {

enum class Said {
  nothing,   // the log has no answer
  accepted,  // 2xx to the content
  deferred,  // 4xx last: the service keeps the message and tries again
  refused,   // 5xx
};

struct NextHop {
  Said said = Said::nothing;
  std::string command;  // MAIL, RCPT or DATA, to which `code` is the answer
  int code = 0;
  std::string host;
  std::optional<std::int64_t> time;  // of the answer, by the log's clock
  std::uint64_t answers = 0;         // to this sender and recipient since the probe
  bool ambiguous = false;            // it may be the answer to another message
  std::uint64_t undated = 0;         // left out: the log has no times
};

// Of the answers since `since` (seconds since 1970). A 5xx counts whatever else was said: a probe that may have been
// refused has not passed. Otherwise the last one counts, as a second try is answered after the first.
NextHop next_hop_of(const std::vector<smtplog::NextHopAnswer>& answers, std::int64_t since);

// Reads the logs once. `since`: when the probe was placed.
Result<NextHop> read_next_hop(files::Files& files, const std::vector<std::string>& logs, const ProbeOptions& options,
                              Timestamp since, Watcher& watcher);

// A service writes its log late: looked for until there is an answer that is no 4xx, for at most `longest`. A look that
// fails is told to the watcher, and counts as no answer.
NextHop await_next_hop(const std::function<Result<NextHop>()>& look, std::chrono::milliseconds longest,
                       Watcher& watcher, const std::function<void(std::chrono::milliseconds)>& sleep);

// What the probe came to with that answer: it can fail by it, and never pass by it.
ProbeResult result_with(ProbeResult seen, const NextHop& hop);

// {answer, code, command, host, time, answers, ambiguous, undated}, what there is of it. No addresses.
Json to_json(const NextHop& hop);

}  // namespace requeue::replay
