#include "commands/probe_log.h"

#include <algorithm>

#include "core/text.h"

namespace requeue::commands {
namespace {

// The service writes its log some seconds late.
constexpr std::chrono::milliseconds for_a_delivered_one{15000};

replay::ProbeOptions addresses_of(const Context& context) {
  return {context.options.from, context.options.to, context.options.timeout};
}

std::string answer_of(const replay::NextHop& hop) {
  const auto when = hop.time ? " at " + to_iso8601(Timestamp{*hop.time, 0}) : std::string();
  return std::to_string(hop.code) + " to " + printable(hop.command) + " by " + printable(hop.host) + when;
}

void tell_silence(Context& context, const replay::NextHop& hop) {
  if (hop.undated != 0) {
    context.console.warn(
        "the log holds answers to this sender and recipient, but no times: none of them can be told to be "
        "the probe's; have the service log date and time");
    return;
  }
  context.console.result(
      "log: no answer of a next hop to it (the service may write its log late, log no addresses, or have delivered it "
      "itself): ask its recipient");
}

void tell_hop(Context& context, const replay::NextHop& hop) {
  switch (hop.said) {
    case replay::Said::nothing:
      return tell_silence(context, hop);
    case replay::Said::accepted:
      context.console.result("log: the next hop took it in (" + answer_of(hop) + ")");
      break;
    case replay::Said::deferred:
      context.console.result("log: the next hop put it off (" + answer_of(hop) +
                             "): the service keeps it and tries again");
      break;
    case replay::Said::refused:
      context.console.result("log: the next hop refused it (" + answer_of(hop) + ")");
      break;
  }
  if (hop.ambiguous) {
    context.console.warn(
        "the log names no message: that may be the answer to another one of the same sender and "
        "recipient; probe again with a sender that nobody else uses to be sure");
  }
}

}  // namespace

Result<void> check_logs(Context& context) {
  if (context.options.smtp_logs.empty()) return {};
  const auto read =
      replay::read_next_hop(context.files, context.options.smtp_logs, addresses_of(context), now(), context.console);
  return read ? Result<void>() : failure(read.error());
}

std::optional<replay::NextHop> ask_logs(Context& context, replay::Probed& probed) {
  if (context.options.smtp_logs.empty()) return std::nullopt;
  const auto look = [&] {
    return replay::read_next_hop(context.files, context.options.smtp_logs, addresses_of(context), probed.placed,
                                 context.console);
  };
  // What stands in Queue or Badmail is decided without the log, which only says why.
  const bool patient = probed.result == replay::ProbeResult::delivered;
  const auto longest = std::min<std::chrono::milliseconds>(for_a_delivered_one, context.options.timeout);
  auto hop =
      replay::await_next_hop(look, patient ? longest : std::chrono::milliseconds(0), context.console, context.sleep);
  probed.result = replay::result_with(probed.result, hop);
  tell_hop(context, hop);
  return hop;
}

}  // namespace requeue::commands
