// What is written into Pickup: a pure function of (source bytes, envelope, options), so that audit can repeat it.
#pragma once

#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/json.h"
#include "mail/message.h"

namespace requeue::mail {

enum class Target { iis, plain, exchange_replay, smtp };

std::string_view to_string(Target target);
std::optional<Target> target_of(std::string_view name);

struct ComposeOptions {
  Target target = Target::iis;
  bool dot_stuff = true;
  // Handed back byte for byte: found in Pickup or Drop, in Pickup's own form already, and no override names it.
  bool as_found = false;
  // A released message without a From: "From: <SENDER>" CRLF stands behind the x-headers, else Pickup puts it into
  // Badmail.
  bool add_from = false;
  // Target smtp, of a file in Pickup's own form: the dot that was doubled at the head of a line is taken away.
  bool unstuff = false;
};

// As they stand in the journal's intent event, and back (audit reads them there).
Json to_json(const ComposeOptions& options);
std::optional<ComposeOptions> compose_options_of(const Json& json);

struct Composed {
  std::uint64_t size = 0;
  std::string sha256;  // of what was written
};

// Target iis: one x-sender ("<>" when null), one x-receiver a recipient, CRLF, then the source's bytes with leading
// x-headers and its Bcc and Resent-Bcc fields removed, dot-stuffed (a line starts after LF, with or without CR).
// Target exchange_replay: the X-headers of that directory in their place, with the count of their bytes last; no dots
// are added, since it takes none away. Not tried on a real Exchange. Target smtp: see smtp_body.h. Nothing else
// changes. Facts: UP: exadmin_sp2 (x-headers first), Q286358 (one leading dot removed per line).
Result<Composed> compose(ByteReader& source, const Envelope& envelope, const ComposeOptions& options, ByteWriter& out);

// The line that stands behind the x-headers with add_from; CRLF included.
std::string added_from(const Envelope& envelope);

// Does any line of the source start with a dot (noted when it is handed back as found).
Result<bool> has_leading_dot(ByteReader& source);

}  // namespace requeue::mail
