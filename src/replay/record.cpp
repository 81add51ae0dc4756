// One record of the manifest, up to what a replay adds.
#include <algorithm>

#include "core/text.h"
#include "mailroot/mailroot.h"
#include "replay/plan.h"

namespace requeue::replay {
namespace {

std::string_view plan_word(Disposition disposition) {
  switch (disposition) {
    case Disposition::pending:
      return "replay";
    case Disposition::held:
    case Disposition::failed:  // it is not sent until a person has looked at the snapshot
      return "hold";
    case Disposition::skipped:
      return "skip";
    default:
      return to_string(disposition);
  }
}

constexpr std::size_t longest_text = std::size_t{64} * 1024;

// A Subject of megabytes is nothing that anybody reads, and no line of the record could hold it.
std::string bounded(std::string_view text) {
  if (text.size() <= longest_text) return escape_bytes(text);
  auto size = longest_text;
  while (size > longest_text - 3 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return escape_bytes(text.substr(0, size)) + " [...]";
}

Json recipients_of(const mail::Envelope& envelope) {
  auto out = Json::array();
  for (const auto& recipient : envelope.recipients) out.push_back(escape_bytes(recipient));
  return out;
}

}  // namespace

Json log_json(const LogFinding& log) {
  const auto list = [](const std::vector<std::string>& addresses) {
    auto out = Json::array();
    for (const auto& address : addresses) out.push_back(escape_bytes(address));
    return out;
  };
  return Json{{"state", std::string(log.state)}, {"used", log.used},
              {"adds", list(log.adds)},          {"takes", list(log.takes)},
              {"refused", list(log.refused)},    {"delivered", list(log.delivered)}};
}

Json record_of(std::uint64_t seq, const Message& message, const Reading& reading, const Plan& plan, bool as_plan) {
  const auto& facts = reading.facts;
  const auto& envelope = reading.envelope;
  Json record = Json::object();
  record["seq"] = seq;
  record["source"] = escape_bytes(message.source);
  record["folder"] = escape_bytes(mailroot::top_of(message.source));
  record["size"] = message.size;
  record["mtime"] = to_iso8601(message.mtime);
  record["sha256"] = to_hex(message.sha256);
  record["streams"] = message.streams;
  record["message_id"] = bounded(facts.message_id);
  record["mih"] = facts.message_id.empty() ? std::string() : md5_hex(facts.message_id);
  record["date"] = bounded(facts.date);
  record["subject"] = bounded(facts.subject);
  record["from"] = bounded(facts.from);
  record["envelope_sender"] = envelope.null_sender ? "<>" : escape_bytes(envelope.sender);
  record["envelope_recipients"] = recipients_of(envelope);
  record["envelope_source"] = std::string(mail::to_string(envelope.source));
  record["arrival"] = to_iso8601(message.arrival);
  record["disposition"] = std::string(as_plan ? plan_word(message.disposition) : to_string(message.disposition));
  record["rule"] = std::string(message.rule);
  record["duplicate_of"] = escape_bytes(original_of(plan, message));
  return record;
}

}  // namespace requeue::replay
