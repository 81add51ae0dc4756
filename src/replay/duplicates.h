// Copies of one message, and who is still owed one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "replay/message_facts.h"
#include "replay/plan.h"

namespace requeue::replay {

// What is kept of each message while a plan is made, beside Plan::messages and in its order.
struct Traits {
  std::array<unsigned char, 16> header{};  // of the canonical header block
  std::uint64_t message_id = 0;            // of the Message-ID's hash; 0: none
  std::uint64_t content = 0;               // tells contents with one Message-ID apart
  std::uint64_t stamp = 0;                 // FILETIME of the last X-OriginalArrivalTime
  std::uint64_t kept_at = 0;               // FactsCache::place()
  bool has_stamp = false;
  bool was_read = false;     // its header block was; one that was not takes no part
  bool failed_last = false;  // a run has tried to hand it over and could not
};

Traits traits_of(const MessageFacts& message);

// Left in place, or put back: in the Mailroot, for the service to send.
bool is_the_services(const Message& message);

// What is read again only of messages that share a header block with another.
class CopyReader {
 public:
  virtual ~CopyReader() = default;
  // These replayed messages will be asked for; once, before the first.
  virtual Result<void> prepare(const std::vector<std::uint32_t>& replayed) = 0;
  virtual Result<Sha256Bytes> content(std::uint32_t index) = 0;
  // Of the envelope in force; of a replayed one as it was recorded.
  virtual Result<std::vector<std::string>> recipients(std::uint32_t index) = 0;
  // Whom the message names itself, whatever an override or the record says.
  virtual Result<std::vector<std::string>> own_recipients(std::uint32_t index) = 0;
  // Its bytes are those that the snapshot recorded; all of them are read.
  virtual Result<bool> is_as_recorded(std::uint32_t index) = 0;
};

// Decides on the pending ones that are copies; `plan` is in the order of replay and decided otherwise. A message that
// cannot be read again becomes failed, the others go on.
Result<void> find_duplicates(Plan& plan, std::vector<Traits>& traits, const PlanOptions& options, CopyReader& reader);

// Holds a pending message that was told to be a copy of one that was sent, or may have been, when the snapshot no
// longer shows it: a damaged original must not make its copy a message of its own. After find_duplicates, with the
// messages of other recoveries still there.
Result<void> hold_former_copies(Plan& plan, const Ledger& ledger, const PlanOptions& options, CopyReader& reader);

// Notes pending messages whose Message-ID stands on other contents too. After find_duplicates.
void note_reused_message_ids(Plan& plan, const std::vector<Traits>& traits);

// Orders `values` so that new[i] is old[order[i]], in place.
template <class T>
void reorder(std::vector<T>& values, std::vector<std::uint32_t> order) {
  for (std::uint32_t start = 0; start < order.size(); ++start) {
    if (order[start] == start) continue;
    T moved = std::move(values[start]);
    std::uint32_t place = start;
    while (order[place] != start) {
      values[place] = std::move(values[order[place]]);
      place = std::exchange(order[place], place);
    }
    values[place] = std::move(moved);
    order[place] = place;
  }
}

}  // namespace requeue::replay
