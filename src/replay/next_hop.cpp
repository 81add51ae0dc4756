#include "replay/next_hop.h"

#include <algorithm>

#include "core/text.h"
#include "replay/log_files.h"

namespace requeue::replay {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t coarse_log_seconds = 2;  // a log has whole seconds, FAT two
constexpr milliseconds first_pause{1000};

Said said_by(int code) {
  if (code >= 500) return Said::refused;
  return code >= 400 ? Said::deferred : Said::accepted;
}

std::string_view word_of(Said said) {
  switch (said) {
    case Said::accepted:
      return "accepted";
    case Said::deferred:
      return "deferred";
    case Said::refused:
      return "refused";
    case Said::nothing:
      break;
  }
  return "none";
}

}  // namespace

NextHop next_hop_of(const std::vector<smtplog::NextHopAnswer>& answers, std::int64_t since) {
  NextHop hop;
  const smtplog::NextHopAnswer* deciding = nullptr;
  std::uint64_t yes = 0, no_for_good = 0;
  for (const auto& one : answers) {
    if (!one.time) ++hop.undated;
    if (!one.time || *one.time < since - coarse_log_seconds) continue;
    ++hop.answers;
    const auto said = said_by(one.code);
    if (said == Said::accepted) ++yes;
    if (said == Said::refused) ++no_for_good;
    if (deciding == nullptr || said_by(deciding->code) != Said::refused || said == Said::refused) deciding = &one;
  }
  if (deciding == nullptr) return hop;
  hop.said = said_by(deciding->code);
  hop.command = deciding->command;
  hop.code = deciding->code;
  hop.host = deciding->host;
  hop.time = deciding->time;
  // One message is put off any number of times, and then taken in or refused once.
  hop.ambiguous = deciding->mixed || deciding->command == "MAIL" || yes + no_for_good > 1;
  return hop;
}

Result<NextHop> read_next_hop(files::Files& files, const std::vector<std::string>& logs, const ProbeOptions& options,
                              Timestamp since, Watcher& watcher) {
  smtplog::Evidence evidence;
  evidence.want_answers(options.from, options.to);
  REQUEUE_TRY(const auto read, read_log_files(files, logs, evidence, watcher));
  static_cast<void>(read);
  return next_hop_of(evidence.answers(), since.seconds);
}

NextHop await_next_hop(const std::function<Result<NextHop>()>& look, milliseconds longest, Watcher& watcher,
                       const std::function<void(milliseconds)>& sleep) {
  NextHop newest;
  milliseconds waited{0};
  for (auto pause = first_pause;; pause *= 2) {
    if (auto hop = look(); hop) {
      newest = std::move(*hop);
    } else {
      watcher.warn("the log could not be read: " + printable(hop.error().path) + ": " + printable(hop.error().why));
    }
    const bool open = newest.said == Said::nothing || newest.said == Said::deferred;
    if (!open || waited + pause > longest || watcher.stop_requested()) return newest;
    sleep(pause);
    waited += pause;
  }
}

ProbeResult result_with(ProbeResult seen, const NextHop& hop) {
  if (hop.said == Said::refused) return ProbeResult::rejected;
  if (hop.said == Said::deferred && seen == ProbeResult::delivered) return ProbeResult::stuck;
  return seen;
}

Json to_json(const NextHop& hop) {
  Json json{{"answer", std::string(word_of(hop.said))}};
  if (hop.said != Said::nothing) {
    json["code"] = hop.code;
    json["command"] = hop.command;
    json["host"] = escape_bytes(hop.host);
    if (hop.time) json["time"] = to_iso8601(Timestamp{*hop.time, 0});
    json["answers"] = hop.answers;
    json["ambiguous"] = hop.ambiguous;
  }
  if (hop.undated != 0) json["undated"] = hop.undated;
  return json;
}

}  // namespace requeue::replay
