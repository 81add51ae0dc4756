// The probe: dropped like a message of a replay, then looked for until it has left the Mailroot.
#include "replay/probe.h"

#include <algorithm>
#include <optional>

#include "core/digest.h"
#include "core/text.h"
#include "mail/message.h"
#include "mailroot/mailroot.h"
#include "replay/probe_message.h"

namespace requeue::replay {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds probe_poll{1000};
constexpr milliseconds sure_after{2000};    // between two looks that find nothing
constexpr std::size_t head_bytes = 65536;   // the token stands in the header block and again in the body
constexpr std::int64_t coarse_seconds = 2;  // FAT keeps times to 2 s

struct Folders {
  files::Relative pickup;
  std::optional<files::Relative> queue, badmail;
};

enum class Seen { nowhere, waiting, in_badmail };

class Probing {
 public:
  Probing(files::Tree& mailroot, const ProbeOptions& options, Watcher& watcher,
          const std::function<void(milliseconds)>& sleep)
      : mailroot_(mailroot), options_(options), watcher_(watcher), sleep_(sleep), token_(random_hex(16)) {}

  Result<Probed> run();

 private:
  Result<void> find_folders();
  Result<void> drop();
  Result<void> compose(const files::Relative& path);
  void remove_leftovers();
  Result<Probed> watch();
  Seen look();
  [[nodiscard]] std::string file_name() const { return "requeue-probe-" + token_ + ".eml"; }
  bool holds_token(const files::Relative& path, bool unreadable_counts);
  bool any_holds_token(const files::Relative& folder, bool unreadable_counts);
  bool is_new(const files::Relative& path);

  files::Tree& mailroot_;
  const ProbeOptions& options_;
  Watcher& watcher_;
  const std::function<void(milliseconds)>& sleep_;
  std::string token_;
  Folders folders_;
  Timestamp dropped_;  // by the clock that gives the service's files their times
};

Result<Probed> Probing::run() {
  for (const auto& address : {options_.from, options_.to}) {
    if (mail::is_writable_address(address)) continue;
    return failure(Exit::usage, "the probe cannot be addressed", printable(address), "this is no bare address",
                   "Nothing was sent. Give an address like name@example.com.");
  }
  REQUEUE_CHECK(find_folders());
  remove_leftovers();
  auto dropped = drop();
  remove_leftovers();
  if (!dropped) return failure(std::move(dropped.error()));
  return watch();
}

Result<void> Probing::find_folders() {
  REQUEUE_TRY(const auto entries, mailroot_.list({}));
  std::optional<files::Relative> pickup;
  for (const auto& entry : entries) {
    if (entry.kind != files::Kind::folder) continue;
    switch (mailroot::role_of(entry.name)) {
      case mailroot::Role::pickup:
        pickup = entry.name;
        break;
      case mailroot::Role::queue:
        folders_.queue = entry.name;
        break;
      case mailroot::Role::badmail:
        folders_.badmail = entry.name;
        break;
      default:
        break;
    }
  }
  if (!pickup) {
    return failure(Exit::precondition, "the probe cannot be sent", files::to_text(mailroot_.path()),
                   "there is no Pickup folder in it", "Nothing was sent. Name the Mailroot of the running service.");
  }
  folders_.pickup = *pickup;
  return {};
}

// Composed where the service does not look, and moved in by one rename: it never meets half a message.
Result<void> Probing::drop() {
  const files::Relative staging(mailroot::probe_staging);
  const auto path = files::join(staging, file_name());
  if (auto made = mailroot_.make_folder(staging, 0700); !made && made.error().cause != Cause::exists) return made;
  REQUEUE_CHECK(compose(path));
  REQUEUE_TRY(const auto status, mailroot_.status(path));
  dropped_ = status.written;
  return mailroot_.rename(path, files::join(folders_.pickup, file_name()));
}

Result<void> Probing::compose(const files::Relative& path) {
  return files::write_file(mailroot_, path, probe_message(options_.from, options_.to, token_, now()), 0644);
}

// Of this probe, and of one that was killed: a folder of ours with mail in it would stand in an evacuation's way.
void Probing::remove_leftovers() {
  const files::Relative staging(mailroot::probe_staging);
  const auto entries = mailroot_.list(staging);
  if (!entries) return;
  for (const auto& entry : *entries) {
    if (entry.kind == files::Kind::file) static_cast<void>(mailroot_.remove_file(files::join(staging, entry.name)));
  }
  static_cast<void>(mailroot_.remove_folder(staging));
}

// Time is counted as slept, so that what the looks themselves cost never cuts the waiting short.
Result<Probed> Probing::watch() {
  milliseconds waited{0};
  std::optional<milliseconds> gone_since;
  const auto result = [&](ProbeResult what, milliseconds when) {
    const auto path = files::join(folders_.pickup, file_name());
    const bool untaken = what == ProbeResult::stuck && mailroot_.status(path);
    return Probed{what,
                  std::chrono::duration<double>(when).count(),
                  token_,
                  untaken,
                  untaken ? mailroot_.path_of(path).string() : std::string(),
                  dropped_};
  };
  watcher_.phase("probe", 0, 0);
  for (;;) {
    const auto seen = look();
    if (seen == Seen::in_badmail) return result(ProbeResult::rejected, waited);
    if (seen == Seen::waiting) gone_since.reset();
    // On its way from Pickup to Queue it is in neither for a moment: one look that finds nothing proves nothing.
    if (seen == Seen::nowhere && !gone_since) gone_since = waited;
    if (gone_since && waited - *gone_since >= sure_after) return result(ProbeResult::delivered, *gone_since);
    if (!gone_since && waited >= options_.timeout) return result(ProbeResult::stuck, waited);
    if (watcher_.stop_requested()) {
      return failure(Error{Exit::interrupted,
                           Cause::interrupted,
                           "the probe was interrupted",
                           {},
                           "the test message was sent and not found out about; its token is " + token_,
                           "Run the probe again; it sends a new test message. One that still stands in Pickup (" +
                               printable(file_name()) + ") may be deleted, with the service stopped."});
    }
    sleep_(probe_poll);
    waited += probe_poll;
  }
}

// Badmail first: a message found there is decided, whatever else of it still stands in Queue.
Seen Probing::look() {
  if (folders_.badmail && any_holds_token(*folders_.badmail, false)) return Seen::in_badmail;
  const auto own = mailroot_.status(files::join(folders_.pickup, file_name()));
  if (own || own.error().cause != Cause::not_found) return Seen::waiting;
  if (any_holds_token(folders_.pickup, false)) return Seen::waiting;
  // The service holds open what it is delivering: one that is new and cannot be read may well be ours.
  if (folders_.queue && any_holds_token(*folders_.queue, true)) return Seen::waiting;
  return Seen::nowhere;
}

bool Probing::any_holds_token(const files::Relative& folder, bool unreadable_counts) {
  const auto entries = mailroot_.list(folder);
  if (!entries) return unreadable_counts;
  return std::any_of(entries->begin(), entries->end(), [&](const files::Entry& entry) {
    const auto path = files::join(folder, entry.name);
    return entry.kind == files::Kind::file && is_new(path) && holds_token(path, unreadable_counts);
  });
}

// A queue of 100,000 old files is not read. Times are compared with that of our own file, on the same clock.
bool Probing::is_new(const files::Relative& path) {
  const auto status = mailroot_.status(path);
  if (!status) return status.error().cause != Cause::not_found;
  const auto newest = std::max({status->written, status->changed, status->created.value_or(status->written)});
  return newest.seconds >= dropped_.seconds - coarse_seconds;
}

bool Probing::holds_token(const files::Relative& path, bool unreadable_counts) {
  const auto reader = mailroot_.open(path);
  if (!reader) return unreadable_counts && reader.error().cause != Cause::not_found;
  std::string head;
  std::string buffer(head_bytes, '\0');
  while (head.size() < head_bytes) {
    const auto count = (*reader)->read(buffer.data(), head_bytes - head.size());
    if (!count) return unreadable_counts;
    if (*count == 0) break;
    head.append(buffer, 0, *count);
  }
  return head.find(token_) != std::string::npos;
}

}  // namespace

std::string_view to_string(ProbeResult result) {
  switch (result) {
    case ProbeResult::delivered:
      return "delivered";
    case ProbeResult::stuck:
      return "stuck";
    case ProbeResult::rejected:
      return "rejected";
  }
  return "stuck";
}

Result<Probed> probe(files::Tree& mailroot, const ProbeOptions& options, Watcher& watcher,
                     const std::function<void(milliseconds)>& sleep) {
  return Probing(mailroot, options, watcher, sleep).run();
}

}  // namespace requeue::replay
