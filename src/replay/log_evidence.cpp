#include "replay/log_evidence.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "core/text.h"
#include "replay/log_files.h"
#include "replay/message_reading.h"
#include "replay/plan_selection.h"

namespace requeue::replay {
namespace {

using smtplog::Certainty;

// A log's clock and a message's need not be the same one.
constexpr std::int64_t clock_slack = 300;
// SIZE= announces what the sender counts; line ends may be counted otherwise.
constexpr std::uint64_t size_slack = 128;

std::uint64_t hash_of(std::string_view text) {
  Sha256 sha256;
  sha256.update(text);
  const auto digest = sha256.finish();
  std::uint64_t out = 0;
  std::memcpy(&out, digest.data(), sizeof out);
  return out;
}

std::uint64_t pair_hash(const std::string& sender, const std::string& recipient) {
  return hash_of(ascii_lower(sender) + '\n' + ascii_lower(recipient));
}

bool sizes_agree(std::uint64_t a, std::uint64_t b) {
  const auto difference = a > b ? a - b : b - a;
  return difference <= std::max(size_slack, b / 50);
}

std::string bare_id(std::string_view value) {
  return smtplog::message_id_in(value);
}

const std::string& sender_of(const mail::Envelope& envelope) {
  static const std::string null_sender;
  return envelope.null_sender ? null_sender : envelope.sender;
}

std::vector<std::string> only_in(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::unordered_set<std::string> other;
  for (const auto& one : b) other.insert(ascii_lower(one));
  std::vector<std::string> out;
  std::copy_if(a.begin(), a.end(), std::back_inserter(out),
               [&](const std::string& one) { return other.count(ascii_lower(one)) == 0; });
  return out;
}

}  // namespace

void LogEvidence::see(const mail::Facts& facts, const mail::Envelope& envelope, std::uint64_t size) {
  const auto id = bare_id(facts.message_id);
  evidence.want(id, sender_of(envelope));
  if (!id.empty()) ids_.push_back({hash_of(id), size, seen_});
  for (const auto& recipient : envelope.recipients)
    owed_.push_back({pair_hash(sender_of(envelope), recipient), size, seen_});
  ++seen_;
}

struct LogEvidence::ById {
  bool operator()(const Identified& one, std::uint64_t id) const { return one.id < id; }
  bool operator()(std::uint64_t id, const Identified& one) const { return id < one.id; }
};

// A message is also owed to whom the log says that it was taken in for: without that, one delivery would account for
// two messages of which only the log knows that they go to the same person, and the second would never be sent.
void LogEvidence::finish() {
  std::sort(ids_.begin(), ids_.end());
  for (const auto& [id, submission] : evidence.submissions()) {
    const auto [first, last] = std::equal_range(ids_.begin(), ids_.end(), hash_of(id), ById{});
    for (auto it = first; it != last; ++it) {
      for (const auto& recipient : submission.recipients)
        owed_.push_back({pair_hash(submission.sender, recipient), it->size, it->message});
    }
  }
  std::sort(owed_.begin(), owed_.end());
  owed_.erase(std::unique(owed_.begin(), owed_.end()), owed_.end());
}

bool LogEvidence::is_unique(const std::string& message_id) const {
  const auto [first, last] = std::equal_range(ids_.begin(), ids_.end(), hash_of(message_id), ById{});
  return last - first == 1;
}

void LogEvidence::apply(Reading& reading, const Message& message, bool trust) const {
  if (reading.envelope.source == mail::EnvelopeSource::override_ || message.as_found) return;
  const auto id = bare_id(reading.facts.message_id);
  const auto* const submission = id.empty() ? nullptr : evidence.submission(id);
  if (submission != nullptr) apply_submission(reading, *submission, is_unique(id));
  find_delivered(reading, message);
  if (!trust || reading.log.delivered.empty()) return;
  reading.envelope.recipients = only_in(reading.envelope.recipients, reading.log.delivered);
}

void LogEvidence::apply_submission(Reading& reading, const smtplog::Submission& submission, bool unique) const {
  auto& envelope = reading.envelope;
  auto& log = reading.log;
  log.state = submission.certainty == Certainty::repeated || !unique ? "repeated"
              : submission.certainty == Certainty::ambiguous         ? "ambiguous"
                                                                     : "clear";
  log.adds = only_in(submission.recipients, envelope.recipients);
  log.takes = only_in(envelope.recipients, submission.recipients);
  log.refused = submission.refused;
  const bool better_known = envelope.source == mail::EnvelopeSource::x_headers;
  if (log.state != "clear" || better_known || submission.recipients.empty()) return;
  envelope.source = mail::EnvelopeSource::log;
  envelope.sender = submission.sender;
  envelope.null_sender = submission.sender.empty();
  envelope.sender_known = true;
  envelope.recipients = submission.recipients;
  reading.not_owed.clear();
  log.used = true;
}

void LogEvidence::find_delivered(Reading& reading, const Message& message) const {
  for (const auto& recipient : reading.envelope.recipients) {
    if (was_delivered(reading, message, recipient)) reading.log.delivered.push_back(recipient);
  }
}

// Sender, recipient, size and time must agree, and no other message of the queue may be the one that was delivered:
// a device sends many that are as long as one another.
bool LogEvidence::was_delivered(const Reading& reading, const Message& message, const std::string& recipient) const {
  const auto& sender = sender_of(reading.envelope);
  const auto* const deliveries = evidence.deliveries(sender, recipient);
  if (deliveries == nullptr) return false;
  const auto pair = pair_hash(sender, recipient);
  const auto first = std::lower_bound(owed_.begin(), owed_.end(), Owed{pair, 0, 0});
  std::size_t alike = 0;
  for (auto it = first; it != owed_.end() && it->pair == pair && alike < 2; ++it) {
    if (sizes_agree(it->size, message.size)) ++alike;
  }
  if (alike > 1) return false;
  return std::any_of(deliveries->begin(), deliveries->end(), [&](const smtplog::Delivery& one) {
    return one.size && one.time && sizes_agree(*one.size, message.size) &&
           *one.time >= message.arrival.seconds - clock_slack;
  });
}

namespace {

Result<void> see_messages(recovery::Recovery& recovery, const PlanOptions& options, LogEvidence& into,
                          Watcher& watcher) {
  const Selector selector(recovery.state(), options.folders);
  return snapshot::read_entries(recovery.tree(), [&](const snapshot::Entry& entry) -> Result<void> {
    if (watcher.stop_requested()) return failure(Exit::interrupted, "interrupted while the messages were read");
    if (entry.status.kind != files::Kind::file || selector.select(entry.source) == Selection::other) return {};
    const auto message = message_of(entry);
    const auto opened = open_message(recovery, message);
    if (!opened) return {};
    const auto facts = mail::facts_of(opened->block);
    into.see(facts, envelope_in_force(message.source, facts, options), message.size);
    return {};
  });
}

}  // namespace

Result<std::shared_ptr<const LogEvidence>> read_logs(recovery::Recovery& recovery, files::Files& files,
                                                     const std::vector<std::string>& paths, const PlanOptions& options,
                                                     Watcher& watcher) {
  auto out = std::make_shared<LogEvidence>();
  watcher.phase("SMTP logs", 0, 0);
  REQUEUE_CHECK(see_messages(recovery, options, *out, watcher));
  REQUEUE_TRY(out->files, read_log_files(files, paths, out->evidence, watcher));
  out->finish();
  if (out->evidence.lines() == 0) return no_log(paths.front(), "it is empty", "Name a file or a folder of logs.");
  return std::shared_ptr<const LogEvidence>(std::move(out));
}

}  // namespace requeue::replay
