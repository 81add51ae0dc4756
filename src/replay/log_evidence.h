// SMTP logs held against the messages of one queue (--smtp-log).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "replay/plan.h"
#include "smtplog/evidence.h"

namespace requeue::replay {

class LogEvidence {
 public:
  // What the log says of the message goes into `reading`, and its envelope where that is certain and nothing better is
  // known. `message` with size, arrival and as_found.
  void apply(Reading& reading, const Message& message, bool trust) const;

  std::vector<std::string> files;  // read, in this order
  smtplog::Evidence evidence;

  // A message of the queue, before any log is read.
  void see(const mail::Facts& facts, const mail::Envelope& envelope, std::uint64_t size);
  // All messages were seen, and all logs were read.
  void finish();

 private:
  [[nodiscard]] bool is_unique(const std::string& message_id) const;
  void apply_submission(Reading& reading, const smtplog::Submission& submission, bool unique) const;
  void find_delivered(Reading& reading, const Message& message) const;
  [[nodiscard]] bool was_delivered(const Reading& reading, const Message& message, const std::string& recipient) const;

  struct Owed {  // one recipient of one message
    std::uint64_t pair = 0;
    std::uint64_t size = 0;
    std::uint32_t message = 0;
    auto operator<=>(const Owed&) const = default;
  };
  struct Identified {  // one message with a Message-ID
    std::uint64_t id = 0;
    std::uint64_t size = 0;
    std::uint32_t message = 0;
    auto operator<=>(const Identified&) const = default;
  };
  struct ById;
  std::vector<Identified> ids_;  // sorted
  std::vector<Owed> owed_;       // sorted, each once
  std::uint32_t seen_ = 0;
};

// Exit::usage for what cannot be read as a log, see log_files.h.
Result<std::shared_ptr<const LogEvidence>> read_logs(recovery::Recovery& recovery, files::Files& files,
                                                     const std::vector<std::string>& paths, const PlanOptions& options,
                                                     Watcher& watcher);

}  // namespace requeue::replay
