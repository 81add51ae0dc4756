// The text of the probe, as it is written into Pickup.
#pragma once

#include <string>

#include "core/time.h"

namespace requeue::replay {

// With x-sender and x-receiver first, CRLF, dot-stuffed: one line of the body begins with a dot, and says to its reader
// what to see. `token` stands in the subject, the Message-ID and the body.
// In Pickup's own form in either case: x-headers, and the dot doubled. It says to its reader which way it went.
enum class ProbeWay { pickup, smtp };
std::string probe_message(const std::string& from, const std::string& to, const std::string& token, Timestamp time,
                          ProbeWay way = ProbeWay::pickup);

// RFC 5322: "Tue, 24 Nov 2026 02:13:05 +0000".
std::string to_rfc5322(Timestamp time);

}  // namespace requeue::replay
