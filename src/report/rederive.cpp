#include "report/rederive.h"

#include "core/text.h"
#include "report/selection.h"

namespace requeue::report {
namespace {

class Discard final : public ByteWriter {
 public:
  Result<void> write(std::string_view /*bytes*/) override { return {}; }
};

// What speaks against it before anything is read; empty: nothing does.
std::string known_difference(const Handover& handover, KeptSources::Kept kept, const Json* details,
                             const mail::Envelope& envelope) {
  if (kept == KeptSources::Kept::none) return "has no source in the snapshot.";
  if (kept == KeptSources::Kept::other) {
    return "was made from other bytes than the snapshot holds: the hash of the source in the intent differs from the "
           "one in files.jsonl.";
  }
  if (!handover.options) return "cannot be derived again: the options in its intent are not readable.";
  if (details != nullptr && handover.options->add_from &&
      unescape_bytes(text_of(*details, "added")) != mail::added_from(envelope)) {
    return "has another From line added than the record says.";
  }
  return {};
}

std::string derive(files::Tree& tree, const Handover& handover, const files::Relative& stored,
                   const mail::Envelope& envelope) {
  const auto cannot = [](const Error& error) { return "cannot be derived again: " + printable(error.why) + "."; };
  const auto reader = tree.open(stored_path(stored));
  if (!reader) return cannot(reader.error());
  Discard nowhere;
  const auto composed = mail::compose(**reader, envelope, *handover.options, nowhere);
  if (!composed) return cannot(composed.error());
  if (replay::digest_of(composed->sha256) == handover.written_sha256) return {};
  return "is not what its source and the recorded envelope give: the hash of what was written differs.";
}

}  // namespace

bool needs_envelope(const Handover& handover) {
  if (!handover.options) return false;  // nothing can be derived; rederive() says why
  // By SMTP the envelope goes beside the message, and only a From that was added is made of it.
  if (handover.options->target == mail::Target::smtp) return handover.options->add_from;
  return !handover.options->as_found && handover.options->target != mail::Target::plain;
}

Rederiving::Rederiving(AuditWork& work)
    : work_(work),
      crew_(work.options.jobs),
      derived_(crew_, [this](const Derived& derived) { return take(derived); }) {}

// The handovers and what is kept stay as they are until all is derived.
Result<void> Rederiving::add(std::uint32_t account, const Json* details) {
  const auto& [source, known] = work_.handovers.accounts().at(account);
  const auto* const handover = known.committed.get();
  auto envelope = details != nullptr ? envelope_of(*details) : mail::Envelope{};
  Derived derived{handover, source, known_difference(*handover, work_.kept.of(account), details, envelope)};
  if (!derived.differs.empty()) return derived_.add_done(std::move(derived));
  return derived_.add([&tree = work_.tree, stored = work_.kept.stored(account), envelope = std::move(envelope),
                       derived = std::move(derived)]() mutable {
    derived.differs = derive(tree, *derived.handover, stored, envelope);
    return std::move(derived);
  });
}

Result<void> Rederiving::take(const Derived& derived) {
  ++work_.result.checked;
  work_.watcher.advance(1, 0);
  if (derived.differs.empty()) return {};
  ++work_.result.different;
  work_.find("The file handed over for " + printable(derived.source) + " (" + printable(derived.handover->name) +
             ", journal.jsonl line " + std::to_string(derived.handover->line) + ") " + derived.differs);
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
