// A message as it goes through SMTP: a pure function of (source bytes, options, and the sender where a From is added),
// so that audit can repeat it.
#pragma once

#include <memory>

#include "mail/compose.h"

namespace requeue::mail {

class SmtpBody : public ByteReader {
 public:
  // So far: bytes beyond ASCII, and line ends that had to be made CRLF.
  [[nodiscard]] virtual bool eight_bit() const = 0;
  [[nodiscard]] virtual bool changed_line_ends() const = 0;
};

// The source's bytes without leading x-headers (they are the envelope), Bcc and Resent-Bcc; every line ends in CRLF,
// the last too, since SMTP has no other line end (RFC 5321, 2.3.8): LF, CR before CRLF, and a lone CR become one. In
// the header block a lone CR that parts a value from what is no field becomes a folded line, and two of them end
// nothing, as everywhere in this room. Dots are not doubled: that is the protocol's. `source` must outlive the body.
Result<std::unique_ptr<SmtpBody>> open_smtp_body(ByteReader& source, const Envelope& envelope,
                                                 const ComposeOptions& options);

}  // namespace requeue::mail
