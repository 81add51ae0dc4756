#include "report/rederive.h"

#include "core/text.h"
#include "report/selection.h"

namespace requeue::report {
namespace {

class Discard final : public ByteWriter {
 public:
  Result<void> write(std::string_view /*bytes*/) override { return {}; }
};

void differ(AuditWork& work, const Handover& handover, const std::string& source, const std::string& why) {
  ++work.result.different;
  work.find("The file handed over for " + printable(source) + " (" + printable(handover.name) +
            ", journal.jsonl line " + std::to_string(handover.line) + ") " + why);
}

Result<std::string> written_again(AuditWork& work, const Handover& handover, const Kept& kept, const Json* details) {
  REQUEUE_TRY(const auto reader, work.tree.open(stored_path(kept.stored)));
  Discard nowhere;
  const auto envelope = details != nullptr ? envelope_of(*details) : mail::Envelope{};
  REQUEUE_TRY(const auto composed, mail::compose(*reader, envelope, *handover.options, nowhere));
  return composed.sha256;
}

}  // namespace

bool needs_envelope(const Handover& handover) {
  if (!handover.options) return false;  // nothing can be derived; rederive() says why
  // By SMTP the envelope goes beside the message, and only a From that was added is made of it.
  if (handover.options->target == mail::Target::smtp) return handover.options->add_from;
  return !handover.options->as_found && handover.options->target != mail::Target::plain;
}

Result<void> rederive(AuditWork& work, const std::string& source, const Json* details) {
  const auto* account = work.handovers.find(source);
  if (account == nullptr || !account->committed) return {};
  const auto& handover = *account->committed;
  ++work.result.checked;
  work.watcher.advance(1, 0);
  const auto kept = work.kept.find(source);
  if (kept == work.kept.end()) {
    differ(work, handover, source, "has no source in the snapshot.");
    return {};
  }
  if (kept->second.sha256 != handover.source_sha256) {
    differ(work, handover, source,
           "was made from other bytes than the snapshot holds: the hash of the source in the intent differs from the "
           "one in files.jsonl.");
    return {};
  }
  if (!handover.options) {
    differ(work, handover, source, "cannot be derived again: the options in its intent are not readable.");
    return {};
  }
  if (details != nullptr && handover.options->add_from &&
      unescape_bytes(text_of(*details, "added")) != mail::added_from(envelope_of(*details))) {
    differ(work, handover, source, "has another From line added than the record says.");
    return {};
  }
  const auto written = written_again(work, handover, kept->second, details);
  if (!written) {
    if (written.error().exit == Exit::interrupted) return failure(written.error());
    differ(work, handover, source, "cannot be derived again: " + printable(written.error().why) + ".");
  } else if (*written != handover.written_sha256) {
    differ(work, handover, source,
           "is not what its source and the recorded envelope give: the hash of what was written differs.");
  }
  return {};
}

mail::Envelope envelope_of(const Json& details) {
  mail::Envelope envelope;
  envelope.null_sender = flag_of(details, "null_sender");
  envelope.sender_known = flag_of(details, "sender_known");
  if (!envelope.null_sender) envelope.sender = unescape_bytes(text_of(details, "envelope_sender"));
  const auto recipients = details.find("envelope_recipients");
  if (recipients == details.end() || !recipients->is_array()) return envelope;
  for (const auto& recipient : *recipients) {
    if (recipient.is_string()) envelope.recipients.push_back(unescape_bytes(recipient.get<std::string>()));
  }
  return envelope;
}

}  // namespace requeue::report
