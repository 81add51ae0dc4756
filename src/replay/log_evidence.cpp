#include "replay/log_evidence.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "core/text.h"
#include "replay/gunzip.h"
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
  if (!id.empty()) ids_.push_back(hash_of(id));
  for (const auto& recipient : envelope.recipients) owed_.push_back({pair_hash(sender_of(envelope), recipient), size});
}

void LogEvidence::seen_all() {
  std::sort(ids_.begin(), ids_.end());
  std::sort(owed_.begin(), owed_.end());
}

bool LogEvidence::is_unique(const std::string& message_id) const {
  const auto [first, last] = std::equal_range(ids_.begin(), ids_.end(), hash_of(message_id));
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
  const auto first = std::lower_bound(owed_.begin(), owed_.end(), Owed{pair, 0});
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

// Lines from pieces of a file. One that is longer than any log's is cut, and then counts as unread.
class LineSplitter {
 public:
  explicit LineSplitter(smtplog::Evidence& evidence) : evidence_(evidence) {}

  void add(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto end = std::min(bytes.find('\n'), bytes.size());
      if (line_.size() < longest) line_.append(bytes.substr(0, end));
      if (end == bytes.size()) return;
      finish();
      bytes.remove_prefix(end + 1);
    }
  }
  void finish() {
    if (!line_.empty()) evidence_.add_line(line_);
    line_.clear();
  }

 private:
  static constexpr std::size_t longest = 1U << 20U;
  smtplog::Evidence& evidence_;
  std::string line_;
};

tl::unexpected<Error> no_log(const std::string& path, std::string why, std::string hint) {
  return failure(Exit::usage, "cannot read an SMTP log", path, std::move(why), std::move(hint) + " Nothing was sent.");
}

// The first bytes, which say what a file is, and then the rest.
class Rejoined final : public ByteReader {
 public:
  Rejoined(std::string head, ByteReader& rest) : head_(std::move(head)), rest_(rest) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (taken_ == head_.size()) return rest_.read(buffer, size);
    const auto count = head_.copy(buffer, size, taken_);
    taken_ += count;
    return count;
  }

 private:
  std::string head_;
  std::size_t taken_ = 0;
  ByteReader& rest_;
};

Result<std::string> first_bytes(ByteReader& reader) {
  constexpr std::size_t telling = 4;
  std::string head(telling, '\0');
  std::size_t have = 0;
  while (have < telling) {
    REQUEUE_TRY(const auto got, reader.read(head.data() + have, telling - have));
    if (got == 0) break;
    have += got;
  }
  head.resize(have);
  return head;
}

Result<void> read_log(files::Tree& tree, const files::Relative& name, const std::string& shown, LogEvidence& into,
                      Watcher& watcher) {
  REQUEUE_TRY(const auto file, tree.open(name));
  REQUEUE_TRY(auto head, first_bytes(*file));
  if (head == "PK\x03\x04") return no_log(shown, "it is a ZIP file", "Unpack it first. A .gz need not be.");
  const bool packed = head.starts_with("\x1F\x8B");
  Rejoined whole(std::move(head), *file);
  const auto unpacked = packed ? gunzip(whole) : nullptr;
  ByteReader& reader = packed ? *unpacked : whole;
  into.evidence.begin_file();
  LineSplitter lines(into.evidence);
  std::string buffer(1U << 18U, '\0');
  for (;;) {
    if (watcher.stop_requested()) return failure(Exit::interrupted, "interrupted while a log was read");
    const auto got = reader.read(buffer.data(), buffer.size());
    if (!got && packed) return no_log(shown, got.error().why, "Is it whole? gunzip -t tells.");
    if (!got) return failure(got.error());
    if (*got == 0) break;
    lines.add(std::string_view(buffer).substr(0, *got));
  }
  lines.finish();
  into.files.push_back(shown);
  return {};
}

Result<void> read_path(files::Files& files, const std::string& path, LogEvidence& into, Watcher& watcher) {
  if (const auto folder = files.open(path); folder) {
    REQUEUE_TRY(const auto entries, (*folder)->list(""));
    const auto before = into.files.size();
    for (const auto& entry : entries) {
      const bool log = ascii_iends_with(entry.name, ".log") || ascii_iends_with(entry.name, ".log.gz");
      if (entry.kind != files::Kind::file || !log) continue;
      REQUEUE_CHECK(read_log(**folder, entry.name, files::to_text((*folder)->path_of(entry.name)), into, watcher));
    }
    if (into.files.size() > before) return {};
    return no_log(path, "no file in this folder is named *.log", "Name the folder of one service, such as SMTPSVC1.");
  }
  REQUEUE_TRY(const auto whole, files.resolve(path));
  const auto beside = files.open(whole.parent_path());
  if (!beside) return no_log(path, beside.error().why, "Name a file or a folder of logs.");
  const auto name = whole.filename().string();
  const auto status = (*beside)->status(name);
  if (status && status->kind != files::Kind::file) {
    return no_log(path, "it is no regular file", "Name a file or a folder of logs.");
  }
  const auto read = read_log(**beside, name, path, into, watcher);
  if (!read && read.error().cause == Cause::not_found)
    return no_log(path, "there is none", "Name a file or a folder of logs.");
  return read;
}

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
  out->seen_all();
  for (const auto& path : paths) REQUEUE_CHECK(read_path(files, path, *out, watcher));
  if (out->evidence.lines() == 0) return no_log(paths.front(), "it is empty", "Name a file or a folder of logs.");
  return std::shared_ptr<const LogEvidence>(std::move(out));
}

}  // namespace requeue::replay
