// One message made ready for SMTP: what is known of it before a server is asked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "replay/plan.h"

namespace requeue::replay {

inline constexpr std::string_view smtp_damaged_rule = "source_damaged";
inline constexpr std::string_view smtp_unsendable_rule = "compose_failed";

struct Parcel {
  std::size_t index = 0;  // in the plan
  Reading reading;
  mail::ComposeOptions options;
  std::string written_sha256;
  std::uint64_t size = 0;  // bytes as they go out, dots not doubled: what SIZE= announces
  bool eight_bit = false, changed_line_ends = false;
  std::string_view wrong;  // the rule by which it cannot be sent; empty: it can
  // An address of the envelope is beyond ASCII: the server must offer SMTPUTF8, or it is refused unasked.
  [[nodiscard]] bool needs_utf8() const;
};

// Read through once: the digest of the source is of the very bytes that were composed.
Parcel make_parcel(recovery::Recovery& recovery, const Plan& plan, std::size_t index, const PlanOptions& options);

// Of all messages that a replay by SMTP would send now.
struct SmtpPreview {
  std::uint64_t messages = 0, eight_bit = 0, changed_line_ends = 0, beyond_ascii = 0;
  std::uint64_t largest = 0;  // bytes
};
// Makes each ready as the replay would, and sends nothing. One that cannot be sent is `failed` in the plan then.
Result<SmtpPreview> preview_smtp(recovery::Recovery& recovery, Plan& plan, const PlanOptions& options,
                                 Watcher& watcher);

}  // namespace requeue::replay
