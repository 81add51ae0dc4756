#include "replay/message_reading.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "core/text.h"
#include "mailroot/mailroot.h"
#include "replay/log_evidence.h"
#include "snapshot/bag.h"

namespace requeue::replay {
namespace {

// Mail can claim any time. What ISO 8601 cannot write is no arrival: the record could not be read back.
bool has_four_digit_year(Timestamp time) {
  constexpr std::int64_t first_second = -62167219200;  // of the year 0
  constexpr std::int64_t last_second = 253402300799;   // of the year 9999
  return time.seconds >= first_second && time.seconds <= last_second;
}

tl::unexpected<Error> damaged(const Message& message, std::string why) {
  return failure(Exit::verification, "cannot read a message of the snapshot", escape_bytes(message.source),
                 std::move(why), "It is not sent; the others go on. Run `requeue audit` to see what else differs.");
}

void leave_out(std::vector<std::string>& recipients, const std::vector<std::uint32_t>& covered,
               const std::vector<std::string>& addresses) {
  if (covered.empty()) return;
  std::unordered_set<std::string> out;
  for (const auto index : covered) out.insert(ascii_lower(addresses[index]));
  std::erase_if(recipients, [&](const std::string& recipient) { return out.count(ascii_lower(recipient)) != 0; });
}

}  // namespace

files::Relative stored_path(const Message& message) {
  if (!message.rare->stored.empty()) return message.rare->stored;
  return std::string(snapshot::folder) + "/data/mailroot/" + message.source.str();
}

Message message_of(const snapshot::Entry& entry) {
  Message message;
  message.source = entry.source;
  message.size = entry.status.size;
  message.mtime = entry.status.written;
  message.arrival = message.mtime;
  message.sha256 = digest_of(entry.sha256);
  message.streams = static_cast<std::uint32_t>(entry.streams.size());
  auto stored = std::string(snapshot::folder) + '/' + entry.stored;
  if (stored != stored_path(message)) message.rare.make().stored = std::move(stored);
  return message;
}

Result<std::unique_ptr<files::Reader>> open_source(recovery::Recovery& recovery, const Message& message) {
  auto reader = recovery.tree().open(stored_path(message));
  if (!reader) return damaged(message, reader.error().why.empty() ? "it cannot be opened" : reader.error().why);
  REQUEUE_TRY(const auto status, (*reader)->status());
  if (status.kind != files::Kind::file || status.size != message.size) {
    return damaged(message, "it has " + std::to_string(status.size) + " bytes, the snapshot recorded " +
                                std::to_string(message.size));
  }
  return reader;
}

Result<OpenedMessage> open_message(recovery::Recovery& recovery, const Message& message) {
  OpenedMessage opened;
  REQUEUE_TRY(opened.source, open_source(recovery, message));
  REQUEUE_TRY(opened.block, mail::read_header_block(*opened.source, &opened.rest));
  return opened;
}

mail::Envelope envelope_in_force(const std::string& source, const mail::Facts& facts, const PlanOptions& options) {
  const auto named = options.overrides.find(source);
  return named != options.overrides.end() ? named->second.envelope : own_envelope(facts);
}

mail::Envelope own_envelope(const mail::Facts& facts) {
  if (facts.x_headers.recipients.empty()) {
    auto envelope = facts.headers;
    envelope.source = envelope.recipients.empty() ? mail::EnvelopeSource::none : mail::EnvelopeSource::headers;
    return envelope;
  }
  auto envelope = facts.x_headers;
  envelope.source = mail::EnvelopeSource::x_headers;
  if (!envelope.sender_known) {
    envelope.sender = facts.headers.sender;
    envelope.sender_known = facts.headers.sender_known;
    envelope.null_sender = facts.headers.null_sender;
  }
  return envelope;
}

// Not of a file that is handed back byte for byte: nobody has had it yet, and it says itself whom it goes to.
void read_envelope(Reading& reading, const Message& message, const PlanOptions& options) {
  reading.envelope = envelope_in_force(message.source, reading.facts, options);
  if (options.log) options.log->apply(reading, message, options.trust_log);
  auto& envelope = reading.envelope;
  if (envelope.source != mail::EnvelopeSource::headers || options.owed_domains.empty() || message.as_found) return;
  const auto owed = [&](const std::string& recipient) {
    return matches_any(options.owed_domains, mail::domain_of(recipient));
  };
  const auto rest = std::stable_partition(envelope.recipients.begin(), envelope.recipients.end(), owed);
  reading.not_owed.assign(std::make_move_iterator(rest), std::make_move_iterator(envelope.recipients.end()));
  envelope.recipients.erase(rest, envelope.recipients.end());
}

bool is_in_pickup_form(const std::string& source) {
  const auto role = mailroot::role_of(mailroot::top_of(source));
  return role == mailroot::Role::pickup || role == mailroot::Role::drop;
}

bool is_as_found(const std::string& source, const PlanOptions& options) {
  // Exchange and SMTP read no x-headers of Pickup's.
  if (options.compose.target == mail::Target::exchange_replay || options.compose.target == mail::Target::smtp) {
    return false;
  }
  return is_in_pickup_form(source) && options.overrides.count(source) == 0;
}

Timestamp arrival_of(const mail::Facts& facts, Timestamp written) {
  if (facts.arrival_filetime) {
    const auto stamped = from_filetime(*facts.arrival_filetime);
    if (has_four_digit_year(stamped)) return stamped;
  }
  if (facts.top_received && has_four_digit_year(*facts.top_received)) return *facts.top_received;
  return written;
}

Result<Reading> read_message(recovery::Recovery& recovery, const Plan& plan, const Message& message,
                             const PlanOptions& options) {
  REQUEUE_TRY(const auto opened, open_message(recovery, message));
  return reading_of(mail::facts_of(opened.block), plan, message, options);
}

Reading reading_of(mail::Facts facts, const Plan& plan, const Message& message, const PlanOptions& options) {
  Reading reading;
  reading.facts = std::move(facts);
  read_envelope(reading, message, options);
  leave_out(reading.envelope.recipients, message.rare->covered, plan.addresses);
  return reading;
}

}  // namespace requeue::replay
