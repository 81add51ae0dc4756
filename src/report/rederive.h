// A handed-over file derived again from its source, the envelope and the options that were recorded, and compared by
// hash with what the intent said was written.
#pragma once

#include "report/audit_work.h"

namespace requeue::report {

// False for what is handed over byte for byte.
bool needs_envelope(const Handover& handover);

// `details`: the line of messages.jsonl that the intent names; nullptr where none is needed. Counts `checked` and
// `different`, and finds. The error is one that ends the audit.
Result<void> rederive(AuditWork& work, const std::string& source, const Json* details);

// The envelope as a line of messages.jsonl holds it.
mail::Envelope envelope_of(const Json& details);

}  // namespace requeue::report
