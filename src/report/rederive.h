// A handed-over file derived again from its source, the envelope and the options that were recorded, and compared by
// hash with what the intent said was written.
#pragma once

#include "core/crew.h"
#include "report/audit_work.h"

namespace requeue::report {

// False for what is handed over byte for byte.
bool needs_envelope(const Handover& handover);

// Many at a time; what differs is found in the order in which they were added.
class Rederiving {
 public:
  explicit Rederiving(AuditWork& work);
  // `account`: one with a commit. `details`: the line of messages.jsonl that the intent names; nullptr where none is
  // needed. Counts `checked` and `different`, and finds. The error is one that ends the audit.
  Result<void> add(std::uint32_t account, const Json* details);
  Result<void> finish() { return derived_.finish(); }

 private:
  struct Derived {
    const Handover* handover = nullptr;
    std::string_view source;
    std::string differs;  // how; empty: it does not
  };
  Result<void> take(const Derived& derived);

  AuditWork& work_;
  Crew crew_;
  InOrder<Derived> derived_;
};

// The envelope as a line of messages.jsonl holds it.
mail::Envelope envelope_of(const Json& details);

}  // namespace requeue::report
