// Open intents settled by the table of the spec (section 5, "Handoff", Recovery): what a run that was killed, or a
// machine that lost its power, left behind. Decided from what stands on the disk now and from the boot, never from
// hope.
#include <algorithm>
#include <map>
#include <set>

#include "core/text.h"
#include "journal/journal.h"
#include "replay/handoff_steps.h"

namespace requeue::replay {
namespace {

enum class InPickup { nothing, ours, other_bytes };
enum class InStaging { gone, right, wrong };

// The place that an intent names, opened; none when its token or its Pickup is not found.
struct Site {
  std::optional<Place> place;
  bool same_pickup = false;  // as where this run hands over
  bool local = false;
  bool journaled = false;
  std::vector<std::string> settled;  // names of staged files that may go, once the journal is flushed
};

Staged staged_of(const OpenIntent& intent) {
  return {intent.source, intent.sha256, intent.name, intent.written_sha256, intent.details};
}

std::uint64_t number_of(const std::string& name) {
  std::uint64_t number = 0;
  if (name.empty()) return number;  // by SMTP
  for (std::size_t i = name.rfind('-') + 1; i < name.size() && name[i] != '.'; ++i) {
    number = number * 10 + static_cast<std::uint64_t>(name[i] - '0');
  }
  return number;
}

class Settling {
 public:
  Settling(recovery::Recovery& recovery, const Ledger& ledger, files::Files& files, std::string pickup,
           Watcher& watcher)
      : recovery_(recovery),
        ledger_(ledger),
        files_(files),
        pickup_(std::move(pickup)),
        watcher_(watcher),
        id_(recovery.state().id) {}

  Result<Settled> run();

 private:
  Result<void> run_steps();
  Result<std::vector<OpenIntent>> intents_in_order() const;
  Result<Site*> site_of(const OpenIntent& intent);
  Result<Site> open_site(const files::Path& pickup);
  Result<void> add_own_site();
  Result<void> decide(const OpenIntent& intent, Site& site);
  Result<void> decide_not_in_pickup(const OpenIntent& intent, Site& site, InStaging staged);
  Result<void> send_staged();
  Result<InPickup> look_into_pickup(Place& place, const OpenIntent& intent);
  Result<InStaging> look_into_staging(Place& place, const OpenIntent& intent);
  Result<void> commit(const OpenIntent& intent, Site& site, std::string_view how);
  Result<void> abort(const OpenIntent& intent, Site& site, std::string_view why);
  Result<void> doubt(const OpenIntent& intent, std::string_view rule, std::string_view why);
  Result<void> clean();

  recovery::Recovery& recovery_;
  const Ledger& ledger_;
  files::Files& files_;
  std::string pickup_;
  Watcher& watcher_;
  const std::string id_;
  std::map<std::string, Site> sites_;  // by the recorded path of Pickup, true bytes
  std::vector<std::pair<OpenIntent, Site*>> to_send_;
  Settled result_;
  std::uint64_t moved_ = 0;  // into Pickup, on record or not yet
};

// What fails half-way must not read as if nothing had been sent.
Result<Settled> Settling::run() {
  auto done = run_steps();
  if (done) return std::move(result_);
  Error error = std::move(done.error());
  if (moved_ == 0) return failure(std::move(error));
  error.hint = std::to_string(moved_) + (moved_ == 1 ? " message" : " messages") +
               " of the replay that was cut short went to Pickup first, in this run; each is sent once, and the same "
               "command finds out which they are." +
               (error.hint.empty() ? "" : " " + error.hint);
  return failure(std::move(error));
}

Result<void> Settling::run_steps() {
  REQUEUE_TRY(const auto intents, intents_in_order());
  // A run that was killed may have left its intents in the system's memory only. They must be on the disk before any
  // rename of theirs is made good here, or a power cut forgets them and the message is composed and sent again. They
  // are: this run's own first line stands behind them and was flushed (recovery::open_to_write).
  REQUEUE_CHECK(add_own_site());
  for (const auto& intent : intents) {
    // Nothing on this machine tells whether the server took it in.
    if (!intent.smtp.empty()) {
      REQUEUE_CHECK(doubt(intent, "smtp_unanswered", "a run was cut short between sending it and the server's answer"));
      continue;
    }
    REQUEUE_TRY(Site* const site, site_of(intent));
    REQUEUE_CHECK(decide(intent, *site));
  }
  REQUEUE_CHECK(send_staged());
  // Every abort and commit is on the disk before the staged file it speaks of goes.
  REQUEUE_CHECK(recovery_.flush());
  return clean();
}

// In the order in which they were to be handed over. A name that is not of our making would be a path chosen by whoever
// changed the journal.
Result<std::vector<OpenIntent>> Settling::intents_in_order() const {
  std::vector<OpenIntent> intents;
  for (const auto& [source, intent] : ledger_.open_intents()) {
    if (intent.smtp.empty() && !is_written_name(intent.name, id_)) {
      return failure(Exit::verification, "the record of a handoff is damaged", printable(intent.source),
                     "the name it gives is not one of this recovery folder",
                     "Nothing was sent. Use a good copy of the recovery folder.");
    }
    intents.push_back(intent);
  }
  std::sort(intents.begin(), intents.end(), [](const OpenIntent& a, const OpenIntent& b) {
    return std::pair(number_of(a.name), a.source) < std::pair(number_of(b.name), b.source);
  });
  return intents;
}

// Litter of a run that was killed before its intents stands where this run hands over, also when nothing is open.
Result<void> Settling::add_own_site() {
  if (pickup_.empty()) return {};
  REQUEUE_TRY(sites_[pickup_], open_site(files::Path(pickup_)));
  return {};
}

Result<Site*> Settling::site_of(const OpenIntent& intent) {
  const auto& path = intent.pickup;
  auto found = sites_.find(path);
  if (found == sites_.end()) {
    REQUEUE_TRY(auto site, open_site(files::Path(path)));
    found = sites_.emplace(path, std::move(site)).first;
  }
  found->second.same_pickup = path == pickup_;
  return &found->second;
}

Result<Site> Settling::open_site(const files::Path& pickup) {
  // A device that fails or an interruption says nothing of the place: the run ends and everything stays open.
  const auto is_passing = [](Cause cause) { return cause == Cause::io || cause == Cause::interrupted; };
  Site site;
  auto beside = files_.open(pickup.parent_path());
  if (!beside) {
    if (is_passing(beside.error().cause)) return failure(std::move(beside.error()));
    return site;
  }
  Place place{*beside, pickup.filename().string(), ".requeue-" + id_, {}};
  auto status = place.beside->status(place.pickup);
  if (!status && is_passing(status.error().cause)) return failure(std::move(status.error()));
  auto token = mailroot::read_token(*place.beside, place.staging);
  if (!token && is_passing(token.error().cause)) return failure(std::move(token.error()));
  if (!status || status->kind != files::Kind::folder || !token || token->id != id_) return site;
  const auto volume = place.beside->volume(place.pickup);
  site.local = volume && volume->local;
  site.journaled = volume && volume->journaled;
  site.place = std::move(place);
  return site;
}

Result<void> Settling::decide(const OpenIntent& intent, Site& site) {
  if (!site.place) {
    return doubt(intent, "staging_gone", "Pickup or the staging folder with its token is not where it was");
  }
  REQUEUE_TRY(const auto staged, look_into_staging(*site.place, intent));
  // Staging is looked into first. The other way round, a file that the service is just taking could be seen in neither
  // place, or in staging only, by a look that was overtaken.
  REQUEUE_TRY(const auto found, look_into_pickup(*site.place, intent));
  switch (found) {
    case InPickup::ours:
      return commit(intent, site, "found_in_pickup");
    case InPickup::other_bytes:
      return doubt(intent, "name_taken", "other bytes stand in Pickup under the name that was given to it");
    case InPickup::nothing:
      break;
  }
  return decide_not_in_pickup(intent, site, staged);
}

Result<void> Settling::decide_not_in_pickup(const OpenIntent& intent, Site& site, InStaging staged) {
  // A volume on another host has a boot of its own, which is not known.
  const bool same_boot = site.local && !intent.boot.empty() && intent.boot == recovery_.boot();
  if (staged == InStaging::gone) {
    if (!site.journaled && !same_boot) {
      return doubt(intent, "reboot", "the file system keeps no journal: after a restart a rename leaves no trace");
    }
    result_.named.push_back("taken from Pickup before this run could see it; counted as handed over: " +
                            printable(intent.source));
    return commit(intent, site, "staged_gone");
  }
  if (!same_boot) {
    return doubt(intent, "reboot",
                 "the machine was or may have been restarted: the rename may have been seen and then undone");
  }
  if (staged == InStaging::wrong) return abort(intent, site, "not sent: the staged file is not what was composed");
  if (!site.same_pickup) return abort(intent, site, "not sent: this run hands over elsewhere");
  to_send_.emplace_back(intent, &site);
  return {};
}

// A name of ours in Pickup that cannot be opened, or that is gone again at the second look, is in the service's hands.
Result<InPickup> Settling::look_into_pickup(Place& place, const OpenIntent& intent) {
  const auto path = files::join(place.pickup, intent.name);
  const auto in_use = [](Cause cause) { return cause == Cause::busy || cause == Cause::denied; };
  auto status = place.beside->status(path);
  if (!status) {
    if (status.error().cause == Cause::not_found) return InPickup::nothing;
    if (in_use(status.error().cause)) return InPickup::ours;
    return failure(std::move(status.error()));
  }
  if (status->kind != files::Kind::file) return InPickup::other_bytes;
  auto digest = sha256_at(*place.beside, path);
  if (!digest) {
    if (in_use(digest.error().cause)) return InPickup::ours;
    return failure(std::move(digest.error()));
  }
  if (!digest->has_value()) return InPickup::ours;
  return **digest == intent.written_sha256 ? InPickup::ours : InPickup::other_bytes;
}

Result<InStaging> Settling::look_into_staging(Place& place, const OpenIntent& intent) {
  auto digest = sha256_at(*place.beside, files::join(place.staging, intent.name));
  if (!digest) {
    // A folder or a link under the name is not what was composed; anything else says nothing about it.
    if (digest.error().cause == Cause::is_link || digest.error().cause == Cause::other) return InStaging::wrong;
    return failure(std::move(digest.error()));
  }
  if (!digest->has_value()) return InStaging::gone;
  return **digest == intent.written_sha256 ? InStaging::right : InStaging::wrong;
}

// "Not sent: steps 3 to 5 now", for all of a place together.
Result<void> Settling::send_staged() {
  std::vector<Move> moves;
  std::set<Site*> touched;
  for (auto& [intent, site] : to_send_) {
    moves.push_back(move_into_pickup(*site->place, intent.name, site->local));
    if (moves.back().moved == Moved::yes) ++moved_;
    touched.insert(site);
  }
  for (Site* const site : touched) REQUEUE_CHECK(flush_pickup_and_staging(*site->place));
  for (std::size_t i = 0; i < to_send_.size(); ++i) {
    auto& [intent, site] = to_send_[i];
    if (moves[i].moved == Moved::yes) {
      REQUEUE_CHECK(record_commit(recovery_, staged_of(intent), "renamed"));
      ++result_.renamed;
    } else if (moves[i].moved == Moved::no) {
      REQUEUE_CHECK(abort(intent, *site, "not sent: " + moves[i].why));
    } else if (moves[i].moved == Moved::gone) {
      REQUEUE_CHECK(doubt(intent, "staging_gone",
                          "the composed file was gone from the staging folder before it could be moved, and is not in "
                          "Pickup"));
      // Left open, the next run would find nothing staged and nothing in Pickup, and take it for carried out.
      REQUEUE_CHECK(recovery_.flush());
    } else {
      result_.named.push_back("could not be moved into Pickup, and whether it was is not known; the next run looks: " +
                              printable(intent.source) + ": " + printable(moves[i].why));
    }
  }
  return {};
}

Result<void> Settling::commit(const OpenIntent& intent, Site& site, std::string_view how) {
  // The rename may stand in the system's memory only. Committed before it is on the disk, it could be undone by a power
  // cut, and nobody would send the message again.
  REQUEUE_CHECK(flush_pickup_and_staging(*site.place));
  REQUEUE_CHECK(record_commit(recovery_, staged_of(intent), how));
  site.settled.push_back(intent.name);
  ++result_.committed;
  return {};
}

Result<void> Settling::abort(const OpenIntent& intent, Site& site, std::string_view why) {
  REQUEUE_CHECK(record_abort(recovery_, staged_of(intent), why));
  site.settled.push_back(intent.name);
  ++result_.aborted;
  return {};
}

Result<void> Settling::doubt(const OpenIntent& intent, std::string_view rule, std::string_view why) {
  REQUEUE_CHECK(record_doubt(recovery_, staged_of(intent), rule, why));
  ++result_.in_doubt;
  result_.named.push_back("in doubt, never sent again by itself: " + printable(intent.source) + " (" +
                          std::string(rule) + ": " + std::string(why) + ")");
  return {};
}

Result<void> Settling::clean() {
  for (auto& [path, site] : sites_) {
    if (!site.place) continue;
    for (const auto& name : site.settled) remove_staged(*site.place, name, watcher_);
    REQUEUE_CHECK(clear_staging(*site.place, ledger_, id_, watcher_));
  }
  clear_litter(recovery_, ledger_, files_, pickup_, watcher_);
  return {};
}

}  // namespace

Result<Settled> settle(recovery::Recovery& recovery, const Ledger& ledger, files::Files& files,
                       const std::string& pickup, Watcher& watcher) {
  return Settling(recovery, ledger, files, pickup, watcher).run();
}

}  // namespace requeue::replay
