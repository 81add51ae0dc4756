// The probe by SMTP: the test message offered to the server, and what it said.
#pragma once

#include "replay/probe.h"
#include "submission/submission.h"

namespace requeue::replay {

struct ProbedBySmtp {
  Probed probed;  // delivered: taken in by the server; rejected: it said no; stuck: it said nothing
  submission::Answer answer;
  std::string why;  // in words, where there is no answer
};

Result<ProbedBySmtp> probe_by_smtp(submission::Submitter& submitter, const ProbeOptions& options);

}  // namespace requeue::replay
