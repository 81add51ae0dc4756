#include "snapshot/empty.h"

#include <algorithm>
#include <optional>
#include <set>

#include "core/crew.h"
#include "core/text.h"
#include "mailroot/evacuation_mark.h"
#include "mailroot/mailroot.h"
#include "snapshot/bag_layout.h"
#include "snapshot/earlier_run.h"
#include "snapshot/empty_refusals.h"
#include "snapshot/files_jsonl.h"
#include "snapshot/mark.h"
#include "snapshot/newcomers.h"
#include "snapshot/removal.h"
#include "snapshot/restore_record.h"
#include "snapshot/standing.h"

namespace requeue::snapshot {
namespace {

constexpr std::size_t group_size = 256;
constexpr std::size_t most_named = 1000;
constexpr const char* gone_rule = "gone_before_empty";

class Emptying {
 public:
  Emptying(recovery::Recovery& recovery, files::Tree& mailroot, const EmptyOptions& options, Watcher& watcher)
      : recovery_(recovery),
        mailroot_(mailroot),
        options_(options),
        watcher_(watcher),
        crew_(options.jobs),
        scope_(options.keep, options.empty_mailbox),
        earlier_(recovery, scope_),
        left_(recovery.state().left_in_place),
        gone_(recovery.state().gone) {
    if (!earlier_.any()) left_.clear();
  }

  Result<Emptied> run() {
    REQUEUE_CHECK(begin());
    REQUEUE_CHECK(remove_all());
    REQUEUE_CHECK(flush_earlier_removals());
    REQUEUE_CHECK(name_newcomers());
    REQUEUE_CHECK(ask_service());
    REQUEUE_CHECK(take_mark_away(recovery_, mailroot_));
    return finish();
  }

 private:
  Result<void> begin() {
    const auto& facts = *recovery_.state().snapshot;
    REQUEUE_CHECK(check_tags(recovery_.tree(), facts.root));
    REQUEUE_CHECK(earlier_.check_same());
    REQUEUE_CHECK(ask_service());
    watcher_.phase("empty", facts.files, 0);
    if (earlier_.any()) {
      REQUEUE_CHECK(earlier_.look_around(mailroot_, recovery_.tree()));
      return set_mark(recovery_, mailroot_, watcher_);
    }
    if (watcher_.stop_requested()) return failure(emptying_interrupted(false));
    REQUEUE_CHECK(set_mark(recovery_, mailroot_, watcher_));
    Json keep = Json::array();
    for (const auto& name : scope_.keep()) keep.push_back(escape_bytes(name));
    REQUEUE_CHECK(recovery_.record(
        "emptying", {{"root", facts.root}, {"keep", std::move(keep)}, {"empty_mailbox", scope_.empty_mailbox()}}));
    REQUEUE_CHECK(recovery_.flush());
    // Its `after` is a witness in the other file: a journal that is cut back to before the first removal is noticed.
    REQUEUE_CHECK(recovery_.record_details(Json::object()));
    return recovery_.flush_details();
  }

  struct Seen {
    Entry entry;
    Result<Standing> standing = Standing::absent;  // of one that the scope removes
  };

  // Looked at some files ahead; each is looked at once more when it is removed.
  Result<void> remove_all() {
    std::vector<Entry> group;
    InOrder<Seen> looking(
        crew_,
        [&](Seen seen) -> Result<void> {
          REQUEUE_TRY(const bool wanted, consider(seen.entry, std::move(seen.standing)));
          if (wanted) group.push_back(std::move(seen.entry));
          if (group.size() < group_size) return {};
          REQUEUE_CHECK(remove_group(group));
          group.clear();
          return {};
        },
        small_work);
    const auto look = [&](const Entry& entry) -> Result<void> {
      if (entry.status.kind != files::Kind::file) return {};
      if (!scope_.removes(entry.source)) return looking.add_done({entry});
      return looking.add([this, entry] { return Seen{entry, standing_of(mailroot_, entry)}; });
    };
    REQUEUE_CHECK(read_entries(recovery_.tree(), look, options_.jobs));
    REQUEUE_CHECK(looking.finish());
    return group.empty() ? Result<void>() : remove_group(group);
  }

  // Whether the file is to be removed; what is settled without that is counted and recorded here.
  Result<bool> consider(const Entry& entry, Result<Standing> standing) {
    ++folders_[std::string(mailroot::top_of(entry.source))];
    if (!scope_.removes(entry.source)) {
      ++kept_;
      return false;
    }
    const auto name = escape_bytes(entry.source);
    if (gone_.count(name) > 0) {
      count_gone(entry);
      return false;
    }
    if (!standing && !concerns_one_file(standing.error().cause)) return failure(std::move(standing.error()));
    if (!standing) {
      REQUEUE_CHECK(leave(entry, standing.error().why));
      return false;
    }
    // Another file under the name of one whose group was begun: what was copied is gone, as if nothing stood there, and
    // the file that does is a newcomer. Called changed, what we removed ourselves would be sent by nobody. One that a
    // restore put back has changed since.
    const bool replaced =
        *standing == Standing::other && earlier_.began(entry.source) && !recovery_.state().may_stand_restored(name);
    if (*standing == Standing::absent || replaced) {
      if (!earlier_.removed(entry.source)) {
        REQUEUE_CHECK(record_gone(entry));
      } else {
        unflushed_.emplace(files::parent_of(entry.source));
      }
      return false;
    }
    if (*standing == Standing::other) {
      REQUEUE_CHECK(record_changed(entry));
      return false;
    }
    // Replay already knows it as standing here; a removal now would make that a lie.
    if (left_.count(name) > 0) {
      REQUEUE_CHECK(leave(entry, "it was left by an earlier run"));
      return false;
    }
    return true;
  }

  Result<void> remove_group(const std::vector<Entry>& group) {
    if (watcher_.stop_requested()) {
      if (removal_begun_) REQUEUE_CHECK(record_stop_before(group.front().source));
      return failure(emptying_interrupted(removal_begun_ || earlier_.any()));
    }
    REQUEUE_CHECK(ask_service());
    REQUEUE_CHECK(flush_earlier_removals());
    // Never less than what an earlier run began: a file before it that is gone was removed by us, and stays so.
    const auto& last = std::max(group.back().source, earlier_.frontier());
    Json fields{{"first", escape_bytes(group.front().source)}, {"last", escape_bytes(last)}, {"count", group.size()}};
    if (last != group.back().source) fields["reached"] = escape_bytes(group.back().source);
    if (auto again = put_back_among(group); !again.empty()) fields["again"] = std::move(again);
    REQUEUE_CHECK(recovery_.record("removing", fields));
    REQUEUE_CHECK(recovery_.flush());
    removal_begun_ = true;
    reached_ = group.back().source;
    std::set<files::Relative> touched;
    bool flush_now = false;
    std::size_t at = 0;
    // Others were begun already. That one of them was gone is known to this run alone: the next would take it for one
    // that was removed, and it would be sent although the service may have done so.
    std::optional<Error> failed;
    const auto take = [&](const Result<Removal>& removal) -> Result<void> {
      const auto& entry = group[at++];
      if (!removal) {
        if (!failed) failed = removal.error();
        return {};
      }
      REQUEUE_CHECK(settle(entry, *removal));
      if (removal->fate == Fate::removed) touched.emplace(files::parent_of(entry.source));
      flush_now = flush_now || removal->fate != Fate::removed;
      watcher_.advance(1, entry.status.size);
      return {};
    };
    InOrder<Result<Removal>> removing(crew_, take, at_a_time());
    for (const auto& entry : group) {
      if (failed) break;
      REQUEUE_CHECK(removing.add([this, &entry] { return remove_if_same(mailroot_, entry); }));
    }
    REQUEUE_CHECK(removing.finish());
    if (failed) {
      if (flush_now) REQUEUE_CHECK(recovery_.flush());
      return failure(std::move(*failed));
    }
    for (const auto& path : touched) REQUEUE_CHECK(mailroot_.flush_folder(path));
    // In a begun group an absent file counts as removed by us, so the word that this one was not must last.
    return flush_now ? recovery_.flush() : Result<void>();
  }

  // A group of none: those before it are done and flushed. Without it the next run could not tell the last one's
  // removals from what the service took, once anything new stands in Queue or Pickup.
  Result<void> record_stop_before(const files::Relative& next) {
    REQUEUE_CHECK(flush_earlier_removals());
    const auto& last = std::max(reached_, earlier_.frontier());
    Json fields{{"first", escape_bytes(next)}, {"last", escape_bytes(last)}, {"count", 0}};
    if (last != reached_) fields["reached"] = escape_bytes(reached_);
    REQUEUE_CHECK(recovery_.record("removing", fields));
    return recovery_.flush();
  }

  // A removal frees the file's blocks, and several can; of one that has another name only the name goes, and names of
  // one folder go one after the other whoever asks: threads would only wait for each other.
  [[nodiscard]] std::size_t at_a_time() const { return recovery_.state().snapshot->linked ? group_size : small_work; }

  // The run that was cut short may have removed files without flushing their folders: after a power cut they would
  // stand there again, and be sent from there, while the record has them as taken out.
  Result<void> flush_earlier_removals() {
    for (const auto& path : unflushed_) {
      const auto flushed = mailroot_.flush_folder(path);
      if (!flushed && flushed.error().cause != Cause::not_found) return flushed;  // a folder that is gone keeps no name
    }
    unflushed_.clear();
    return {};
  }

  // A restore put these back while the emptying was cut short. They are about to be taken out again: were that not
  // told, a replay would leave them to a service that has them no more.
  [[nodiscard]] Json put_back_among(const std::vector<Entry>& group) const {
    const auto& state = recovery_.state();
    Json again = Json::array();
    for (const auto& entry : group) {
      auto name = escape_bytes(entry.source);
      if (state.may_stand_restored(name)) again.push_back(std::move(name));
    }
    return again;
  }

  Result<void> settle(const Entry& entry, const Removal& removal) {
    switch (removal.fate) {
      case Fate::removed:
        return {};
      case Fate::changed:
        return record_changed(entry);
      case Fate::gone:
        return record_gone(entry);
      case Fate::left:
        return leave(entry, removal.why);
    }
    return {};
  }

  Result<void> leave(const Entry& entry, const std::string& why) {
    ++kept_;
    name(printable(entry.source) + ": left in place: " + printable(why));
    kept_by_failure_.insert(entry.source);
    return record_left(entry, why);
  }

  // It is named with the newcomers.
  Result<void> record_changed(const Entry& entry) {
    ++changed_;
    return record_left(entry, "changed since the snapshot");
  }

  Result<void> record_left(const Entry& entry, const std::string& why) {
    auto source = escape_bytes(entry.source);
    if (left_.count(source) > 0) return {};
    return recovery_.record("left_in_place", {{"source", std::move(source)}, {"why", escape_bytes(why)}});
  }

  Result<void> record_gone(const Entry& entry) {
    count_gone(entry);
    return recovery_.record("gone", {{"source", escape_bytes(entry.source)}, {"why", gone_rule}});
  }

  void count_gone(const Entry& entry) {
    ++gone_count_;
    name(printable(entry.source) + ": gone before it could be removed; the service may have sent it");
  }

  Result<void> name_newcomers() {
    const auto expected = [&](const Entry& entry) -> Result<bool> {
      return entry.status.kind != files::Kind::file || !scope_.removes(entry.source) ||
             kept_by_failure_.count(entry.source) > 0;
    };
    return visit_newcomers(mailroot_, recovery_.tree(), expected, [&](const mailroot::Item& item) {
      ++newcomers_;
      name(printable(item.path) + ": came or changed after the snapshot: left");
    });
  }

  Result<Emptied> finish() {
    std::uint64_t total = 0;
    for (const auto& [name, count] : folders_) total += count;
    Emptied emptied;
    emptied.files = total - kept_ - gone_count_ - changed_;
    emptied.kept = kept_;
    emptied.newcomers = newcomers_;
    emptied.folders = std::move(folders_);
    REQUEUE_CHECK(recovery_.record("emptied", {{"files", emptied.files},
                                               {"kept", emptied.kept},
                                               {"newcomers", emptied.newcomers},
                                               {"gone", gone_count_},
                                               {"by_hand", false}}));
    REQUEUE_CHECK(recovery_.flush());
    if (unnamed_ > 0)
      named_.push_back("and " + std::to_string(unnamed_) + " more; the journal names those of the snapshot");
    emptied.named = std::move(named_);
    return emptied;
  }

  Result<void> ask_service() {
    if (!options_.service_running) return {};
    REQUEUE_TRY(const bool running, options_.service_running());
    return running ? Result<void>(failure(service_runs(removal_begun_ || earlier_.any()))) : Result<void>();
  }

  void name(std::string line) {
    if (named_.size() < most_named) {
      named_.push_back(std::move(line));
    } else {
      ++unnamed_;
    }
  }

  recovery::Recovery& recovery_;
  files::Tree& mailroot_;
  const EmptyOptions& options_;
  Watcher& watcher_;
  Crew crew_;
  Scope scope_;
  EarlierRun earlier_;
  std::set<std::string> left_;  // by an earlier run; escaped, as the journal has them
  std::set<std::string> gone_;
  std::set<files::Relative> kept_by_failure_;
  std::set<files::Relative> unflushed_;  // folders from which an earlier run removed files
  std::vector<std::string> named_;
  FilesPerFolder folders_;
  std::uint64_t kept_ = 0, changed_ = 0, gone_count_ = 0, newcomers_ = 0, unnamed_ = 0;
  bool removal_begun_ = false;
  files::Relative reached_;  // the last of the newest group that this run ended
};

}  // namespace

Result<Emptied> empty(recovery::Recovery& recovery, files::Tree& mailroot, const EmptyOptions& options,
                      Watcher& watcher) {
  REQUEUE_CHECK(check_ready(recovery, mailroot));
  if (recovery.state().emptying) REQUEUE_CHECK(note_lost_mark(recovery, mailroot));
  REQUEUE_CHECK(settle_unfinished_restore(recovery, mailroot, watcher));
  auto emptied = Emptying(recovery, mailroot, options, watcher).run();
  // Nothing was begun, and the service may be put back: no other evacuation is to be refused because of it.
  if (!emptied && !recovery.state().emptying) {
    static_cast<void>(mailroot::take_mark_away(mailroot, recovery.state().id));
  }
  return emptied;
}

}  // namespace requeue::snapshot
