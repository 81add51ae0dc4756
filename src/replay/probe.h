// The probe: the test message of the procedure's steps 7 and 8.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/progress.h"
#include "files/files.h"

namespace requeue::replay {

struct ProbeOptions {
  std::string from, to;  // bare addresses
  std::chrono::seconds timeout{120};
};

enum class ProbeResult { delivered, stuck, rejected };
std::string_view to_string(ProbeResult result);

struct Probed {
  ProbeResult result = ProbeResult::stuck;
  double seconds = 0;
  std::string token;     // 32 hex digits, in the message and its name
  bool untaken = false;  // stuck: it stands in Pickup as it was put there
  std::string standing;  // its path then, bytes as on disk
  Timestamp placed;      // by the clock of the Mailroot's disk; by SMTP by our own
};

// Drops a test message into Pickup of `mailroot` (composed in a folder beside it, moved in by one rename), then looks
// for its token in Pickup, Queue and Badmail. Delivered: absent from all three in two looks at least 2 s apart. A Queue
// file newer than the probe that cannot be read counts as the probe's own. Its body has a dot-stuffed line and tells
// its reader what to see.
Result<Probed> probe(files::Tree& mailroot, const ProbeOptions& options, Watcher& watcher,
                     const std::function<void(std::chrono::milliseconds)>& sleep);

}  // namespace requeue::replay
