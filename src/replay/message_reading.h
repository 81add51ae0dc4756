// One message, read from the snapshot: its header block, the facts in it, and the envelope in force.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "mail/content.h"
#include "replay/plan.h"
#include "snapshot/bag.h"

namespace requeue::replay {

// A source whose header block has been read; the body follows in `source`, after `rest`.
struct OpenedMessage {
  std::unique_ptr<files::Reader> source;
  mail::HeaderBlock block;
  std::string rest;
};

// As the snapshot's tag files have it; not decided yet.
Message message_of(const snapshot::Entry& entry);

// Exit::verification when the file is gone or has another size than the snapshot recorded. Its bytes are not hashed
// here: the handoff does that, for each message that it hands over.
Result<OpenedMessage> open_message(recovery::Recovery& recovery, const Message& message);

// What the message says itself: x-headers, else headers. x-receivers without an x-sender take the sender of the
// headers, as the service does.
mail::Envelope own_envelope(const mail::Facts& facts);
// An override, else its own.
mail::Envelope envelope_in_force(const std::string& source, const mail::Facts& facts, const PlanOptions& options);
// Envelope and what is left out of it; `message` with arrival and as_found.
void read_envelope(Reading& reading, const Message& message, const PlanOptions& options);
// The envelope in force less what a partial copy leaves out.
Reading reading_of(mail::Facts facts, const Plan& plan, const Message& message, const PlanOptions& options);
// Found in Pickup or Drop and named by no override: it is handed back byte for byte, but not to Exchange, which reads
// other x-headers.
bool is_as_found(const std::string& source, const PlanOptions& options);
bool is_in_pickup_form(const std::string& source);
// By the FILETIME of the last X-OriginalArrivalTime, else the top Received, else the file's write time.
Timestamp arrival_of(const mail::Facts& facts, Timestamp written);

}  // namespace requeue::replay
