// The handoff: the atomic move of composed files into Pickup, at most once a recovery folder (spec section 5,
// "Handoff").
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mailroot/mailroot.h"
#include "recovery/recovery.h"
#include "replay/ledger.h"
#include "replay/plan.h"

namespace requeue::replay {

// Pickup with the folder that holds it: staging stands beside Pickup, on its volume, so that a rename is atomic.
struct Place {
  std::shared_ptr<files::Tree> beside;  // the parent of Pickup
  files::Relative pickup;               // name of Pickup in it
  files::Relative staging;              // ".requeue-ID"
  std::shared_ptr<files::Tree> around;  // where Queue and Badmail are looked for; none: beside
  [[nodiscard]] files::Tree& looked_at() const { return around ? *around : *beside; }
};

// A Pickup that somebody named, absolute. Links on the way are followed; one in place of Pickup itself is refused
// (Exit::precondition), with its target named: the service would not find what is put behind it.
Result<files::Path> resolve_pickup(files::Files& files, const files::Path& pickup);

// Everything that can be refused about a Pickup, before anything is written (Exit::precondition): exists, is a folder
// and no link, may be written, staging can be made on its volume, renames that never replace work there.
Result<Place> open_place(files::Files& files, const files::Path& pickup, const std::string& recovery_id);
// Space for messages of so many bytes, and a tenth more (Exit::precondition).
Result<void> require_room(Place& place, std::uint64_t bytes);
// Makes the staging folder and its token when missing (flushed); refuses a token of another recovery. The first group
// of a Handoff does this itself.
Result<void> make_staging(Place& place, const mailroot::Token& token);

// Settles each open intent by the table of the spec, in the place that the intent names, whatever --pickup says now.
// Under the lock, before anything is planned. `pickup` (resolved, may be empty): where this run hands over.
struct Settled {
  std::uint64_t committed = 0, aborted = 0, in_doubt = 0, renamed = 0;
  std::vector<std::string> named;  // for the person, safe to show
};
Result<Settled> settle(recovery::Recovery& recovery, const Ledger& ledger, files::Files& files,
                       const std::string& pickup, Watcher& watcher);

// Each Pickup that this recovery folder handed mail to, was told to, or would hand it to by itself. Absolute paths
// here, true bytes: those of another platform, and SMTP servers, are not among them.
std::set<std::string> known_pickups(const recovery::State& state, files::Files& files);
// Removes what killed runs composed and never gave an intent, wherever this recovery folder handed over or would by
// itself: an evacuation of that Mailroot is refused as long as it stands. What messages in doubt left is kept.
// `but_for`: a Pickup (resolved) that is left to settle(). A place that is gone, cannot be opened or has a run at work
// in it is passed over.
void clear_litter(recovery::Recovery& recovery, const Ledger& ledger, files::Files& files, const std::string& but_for,
                  Watcher& watcher);

// What became of one message of a group.
struct Handed {
  std::size_t index = 0;  // of Plan::messages
  Disposition disposition = Disposition::pending;
  std::string_view rule;  // static storage
};

struct RefusedBy {  // recipients that an SMTP server did not take, of a message that went to the others
  std::string source;
  std::uint64_t recipients = 0;
};

struct Outcome {
  std::uint64_t replayed = 0, failed = 0;
  std::vector<Handed> handed;
  // By SMTP.
  std::string stop;  // why nothing more is to be handed over in this run; empty: go on
  std::vector<RefusedBy> refused;
  std::uint64_t changed_line_ends = 0;  // messages whose LF or lone CR went out as CRLF
  std::uint64_t eight_bit_unasked = 0;  // messages beyond ASCII for a server that does not offer 8BITMIME
};

// Hands over groups of at most 256 messages in the spec's order of steps 1 to 5.
class Handoff {
 public:
  virtual ~Handoff() = default;
  // `indexes` of plan.messages; its commits are journaled, and flushed with the next group or at the end. `coming`:
  // what the next groups will begin with, in their order, as far as the pace lets it go without a pause: of that, step
  // 1 may be done ahead.
  virtual Result<Outcome> group(const std::vector<std::size_t>& indexes, const std::vector<std::size_t>& coming) = 0;
  // Removes what was made ready and not handed over, flushes the journal, removes staging when it holds nothing but its
  // token and nothing is open. Not to be called after a group that failed.
  virtual Result<void> finish() = 0;
};

std::unique_ptr<Handoff> make_handoff(recovery::Recovery& recovery, const Ledger& ledger, const Plan& plan,
                                      const PlanOptions& options, Place place, Watcher& watcher, unsigned jobs = 1);

// The written name: the source's hash, the recovery's ID, a number used once; ends in ".eml".
std::string written_name(const Sha256Bytes& sha256, const std::string& id, std::uint64_t number);
// The ID in a name that written_name() of any recovery folder gives; empty: it is none.
std::string_view id_of_written_name(std::string_view name);
// Whether a name is one that written_name() of this recovery gives; compared without case, since the service may be.
bool is_written_name(std::string_view name, std::string_view id);

}  // namespace requeue::replay
