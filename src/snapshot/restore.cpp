// Putting files back: folders first, then files in groups, then what folders are to keep of their times and modes.
#include "snapshot/restore.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/digest.h"
#include "core/text.h"
#include "mailroot/mailroot.h"
#include "snapshot/restore_copy.h"
#include "snapshot/restore_folders.h"
#include "snapshot/restore_record.h"
#include "snapshot/standing.h"

namespace requeue::snapshot {
namespace {

constexpr std::size_t group_limit = 256;
constexpr std::size_t step = 262144;

// The top folder of a source; for a folder directly below the Mailroot, itself.
std::string_view top_folder_of(const Entry& entry) {
  const auto top = mailroot::top_of(entry.source);
  return top.empty() && entry.status.kind == files::Kind::folder ? std::string_view(entry.source) : top;
}

Result<std::string> digest_at(files::Tree& tree, const files::Relative& path) {
  REQUEUE_TRY(const auto reader, tree.open(path));
  Sha256 digest;
  std::vector<char> buffer(step);
  for (;;) {
    REQUEUE_TRY(const std::size_t count, reader->read(buffer.data(), buffer.size()));
    if (count == 0) return digest.hex();
    digest.update(std::string_view(buffer.data(), count));
  }
}

class Restoring {
 public:
  Restoring(files::Tree& holder, files::Tree& target, const RestoreOptions& options,
            std::unique_ptr<RestoreRecord> record, Watcher& watcher)
      : holder_(holder), target_(target), options_(options), record_(std::move(record)), watcher_(watcher) {}

  Result<Restored> run();

 private:
  struct Member {
    Entry entry;
    bool stands = false;        // already, before this run or by it
    files::Relative temporary;  // where its copy stands now; empty: nowhere
  };

  [[nodiscard]] bool selected(const Entry& entry) const;
  Result<bool> keeps_streams_of(const Entry& entry);
  Result<void> see_folder(const Entry& entry);
  Result<void> see_file(const Entry& entry);
  Result<void> see_standing(const Entry& entry, const files::Status& status);
  Result<void> compare_streams(const Entry& entry);
  Result<void> add(const Entry& entry, bool stands);
  Result<void> finish_group();
  Result<void> stage_group();
  Result<void> stage(Member& member, std::uint64_t number);
  Result<void> name_group();
  bool took_its_name(const Member& member);
  Result<void> end_group();
  Result<void> discard(Member& member);
  Result<void> discard_staged();
  Result<void> finish_folders();
  void leave_out(const files::Relative& source, std::string_view why);
  void miss(const files::Relative& source, std::string_view why);

  files::Tree& holder_;
  files::Tree& target_;
  const RestoreOptions& options_;
  std::unique_ptr<RestoreRecord> record_;
  Watcher& watcher_;
  std::map<std::string, bool, std::less<>> keeps_streams_;  // by top folder: each may be on a volume of its own
  std::vector<Entry> finished_last_;                        // folders, in the order of the walk: parents first
  std::vector<Member> group_;
  bool unsettled_ = false;  // whether one of the group stands under its name could not be seen
  Restored result_;
  RestoreFolders folders_{target_, result_};
};

Result<Restored> Restoring::run() {
  watcher_.phase("restore", 0, 0);
  REQUEUE_CHECK(record_->settle_unfinished(target_, result_));
  REQUEUE_CHECK(remove_leftovers(target_, {}));
  REQUEUE_CHECK(read_entries(holder_, [&](const Entry& entry) -> Result<void> {
    return entry.status.kind == files::Kind::folder && selected(entry) ? see_folder(entry) : Result<void>{};
  }));
  auto done = read_entries(holder_, [&](const Entry& entry) -> Result<void> {
    if (entry.status.kind == files::Kind::folder || !selected(entry)) return {};
    return see_file(entry);
  });
  if (done) done = finish_group();
  if (!done) static_cast<void>(discard_staged());
  if (done) done = finish_folders();
  if (!done) {
    record_->let_go(target_);
    return failure(std::move(done.error()));
  }
  REQUEUE_CHECK(record_->finish(target_, options_.folders.empty() && !options_.only));
  return std::move(result_);
}

Result<bool> Restoring::keeps_streams_of(const Entry& entry) {
  const files::Relative top(top_folder_of(entry));
  if (const auto known = keeps_streams_.find(top); known != keeps_streams_.end()) return known->second;
  auto volume = target_.volume(top);
  if (!volume) volume = target_.volume({});  // the folder could not be made: its files are left out in any case
  if (!volume) return failure(volume.error());
  return keeps_streams_[top] = volume->keeps_streams;
}

bool Restoring::selected(const Entry& entry) const {
  if (!options_.folders.empty()) {
    const auto top = top_folder_of(entry);
    const bool named = !top.empty() && std::any_of(options_.folders.begin(), options_.folders.end(),
                                                   [&](const auto& name) { return ascii_iequals(name, top); });
    if (!named) return false;
  }
  if (!options_.only) return true;
  // Single messages are put back, not the tree around them.
  return entry.status.kind == files::Kind::file && options_.only(entry.source);
}

Result<void> Restoring::see_folder(const Entry& entry) {
  if (!entry.source.empty()) {
    REQUEUE_CHECK(folders_.make_parents(entry.source));
    REQUEUE_CHECK(folders_.make(entry.source));
  }
  if (entry.source.empty() || folders_.stands(entry.source)) finished_last_.push_back(entry);
  return {};
}

Result<void> Restoring::see_file(const Entry& entry) {
  if (watcher_.stop_requested()) {
    REQUEUE_CHECK(finish_group());
    return failure(Error{Exit::interrupted,
                         Cause::interrupted,
                         "the restore was interrupted",
                         {},
                         std::to_string(result_.restored) + " files were put back",
                         "Run the same command again to go on; what stands already is left as it is."});
  }
  if (entry.status.kind != files::Kind::file) {
    leave_out(entry.source, entry.status.kind == files::Kind::link
                                ? "a link to " + entry.target + ": links are recorded, never made"
                                : std::string("a special file: recorded, never made"));
    return {};
  }
  // Under such a name a file would be taken for a remnant, here and by the next restore.
  if (is_temporary_name(files::name_of(entry.source))) {
    leave_out(entry.source, "what an earlier restore that was killed left behind: part of another file");
    return {};
  }
  if (options_.leave_out) {
    if (const auto why = options_.leave_out(entry.source)) {
      miss(entry.source, *why);
      return {};
    }
  }
  const auto status = target_.status(entry.source);
  if (status) return see_standing(entry, *status);
  if (status.error().cause == Cause::io || status.error().cause == Cause::interrupted) return failure(status.error());
  if (const auto why = record_->refuses(entry.source)) {
    leave_out(entry.source, *why);
    return {};
  }
  REQUEUE_TRY(const bool keeps_streams, keeps_streams_of(entry));
  if (!entry.streams.empty() && !keeps_streams && options_.recorded_mailroot) {
    miss(entry.source, "this volume keeps no alternate streams, and the service needs those of this file");
    return {};
  }
  return add(entry, false);
}

Result<void> Restoring::see_standing(const Entry& entry, const files::Status& status) {
  const auto digest = status.kind == files::Kind::file && status.size == entry.status.size
                          ? digest_at(target_, entry.source)
                          : Result<std::string>(std::string());
  if (!digest && (digest.error().cause == Cause::io || digest.error().cause == Cause::interrupted)) {
    return failure(digest.error());
  }
  if (!digest || *digest != entry.sha256) {
    record_->stands_other(entry.source);
    result_.conflicts.push_back(printable(entry.source) + (digest ? "" : ": " + printable(digest.error().why)));
    return {};
  }
  REQUEUE_CHECK(compare_streams(entry));
  // Whatever its streams are: the service would send it from there, so the record must know that it stands.
  return record_->wants_present(entry.source) ? add(entry, true) : Result<void>{};
}

Result<void> Restoring::compare_streams(const Entry& entry) {
  REQUEUE_TRY(const bool keeps_streams, keeps_streams_of(entry));
  if (!keeps_streams) {
    if (!entry.streams.empty()) leave_out(entry.source, "stands there without its streams: this volume keeps none");
    ++result_.present;
    return {};
  }
  const auto equal = equal_streams(target_, entry);
  if (!equal && (equal.error().cause == Cause::io || equal.error().cause == Cause::interrupted)) {
    return failure(equal.error());
  }
  if (equal && *equal) {
    ++result_.present;
  } else {
    record_->stands_other(entry.source);
    result_.conflicts.push_back(printable(entry.source) + ": the same bytes, but other alternate streams");
  }
  return {};
}

Result<void> Restoring::add(const Entry& entry, bool stands) {
  group_.push_back({entry, stands, {}});
  return group_.size() < group_limit ? Result<void>{} : finish_group();
}

// The record has the whole group on the disk before its first copy stands, under whatever name: the service takes any
// that stands in Pickup, and a replay that knows nothing of it would send it a second time. Those that stand already
// come first, and the others are staged, named and discarded so that at any moment what stands is the group's
// beginning: of a hole in it others are to blame.
Result<void> Restoring::finish_group() {
  if (group_.empty()) return {};
  std::stable_partition(group_.begin(), group_.end(), [](const Member& member) { return member.stands; });
  std::vector<files::Relative> sources;
  for (const auto& member : group_) {
    if (!member.stands) REQUEUE_CHECK(folders_.make_parents(member.entry.source));
    sources.push_back(member.entry.source);
  }
  REQUEUE_CHECK(folders_.flush());
  REQUEUE_CHECK(record_->begin(target_, sources));
  auto named = stage_group();
  if (named) named = name_group();
  if (!named) {
    // What stands of it is known, and is said: left to the next restore, whoever took that meanwhile would be unknown.
    if (!unsettled_ && discard_staged()) static_cast<void>(end_group());
    return named;
  }
  REQUEUE_CHECK(end_group());
  watcher_.advance(group_.size(), 0);
  group_.clear();
  return {};
}

Result<void> Restoring::stage_group() {
  for (std::size_t i = 0; i < group_.size(); ++i) {
    if (!group_[i].stands) REQUEUE_CHECK(stage(group_[i], i + 1));
  }
  return {};
}

// A copy under a temporary name, whole and flushed. All of a group before the first is named, so that nothing that
// turns out damaged is recorded as put back.
Result<void> Restoring::stage(Member& member, std::uint64_t number) {
  const auto& entry = member.entry;
  REQUEUE_TRY(const bool keeps_streams, keeps_streams_of(entry));
  const bool without_streams = !entry.streams.empty() && !keeps_streams;
  const auto temporary = files::join(files::parent_of(entry.source), temporary_name(number));
  member.temporary = temporary;
  REQUEUE_TRY(const auto copied, copy_out(holder_, entry, target_, temporary, !without_streams));
  if (copied.copied != Copied::whole) {
    REQUEUE_CHECK(discard(member));
    result_.damaged = result_.damaged || copied.copied == Copied::damaged;
    miss(entry.source, copied.why);
    return {};
  }
  if (!copied.why.empty()) leave_out(entry.source, "put back, but " + copied.why);
  if (without_streams) leave_out(entry.source, "put back without its streams: this volume keeps none");
  return {};
}

Result<void> Restoring::name_group() {
  for (auto& member : group_) {
    if (member.temporary.empty()) continue;
    const auto named = target_.take_name(member.temporary, member.entry.source);
    if (!named && !took_its_name(member)) return named;
    member.temporary.clear();
    member.stands = true;
    ++result_.restored;
    if (!named) return named;
  }
  return {};
}

// Of one whose renaming was told as failed. Where that cannot be seen, the group stays open, to be settled by the next
// restore; nothing is guessed here.
bool Restoring::took_its_name(const Member& member) {
  const auto staged = target_.status(member.temporary);
  unsettled_ = unsettled_ || (!staged && staged.error().cause != Cause::not_found);
  return !staged && staged.error().cause == Cause::not_found;
}

Result<void> Restoring::end_group() {
  std::vector<files::Relative> standing;
  std::set<files::Relative> touched;
  for (const auto& member : group_) {
    if (!member.stands) continue;
    standing.push_back(member.entry.source);
    touched.emplace(files::parent_of(member.entry.source));
  }
  for (const auto& folder : touched) REQUEUE_CHECK(target_.flush_folder(folder));
  return record_->end(standing);
}

// A copy that was not finished may be gone already, or may not.
Result<void> Restoring::discard(Member& member) {
  const auto removed = target_.remove_file(member.temporary);
  if (!removed && target_.status(member.temporary).has_value()) return removed;
  member.temporary.clear();
  return {};
}

// The last first, for the sake of the group's beginning.
Result<void> Restoring::discard_staged() {
  std::set<files::Relative> touched;
  for (auto member = group_.rbegin(); member != group_.rend(); ++member) {
    if (member->temporary.empty()) continue;
    touched.emplace(files::parent_of(member->temporary));
    REQUEUE_CHECK(discard(*member));
  }
  for (const auto& folder : touched) REQUEUE_CHECK(target_.flush_folder(folder));
  return {};
}

// Last, and deepest first: each file put into a folder changes its time, and a mode may forbid to put any.
Result<void> Restoring::finish_folders() {
  REQUEUE_CHECK(folders_.flush());
  for (auto entry = finished_last_.rbegin(); entry != finished_last_.rend(); ++entry) {
    REQUEUE_TRY(const bool keeps_streams, keeps_streams_of(*entry));
    if (!entry->streams.empty() && keeps_streams) {
      REQUEUE_TRY(const auto put, put_streams(holder_, *entry, target_, entry->source));
      if (put.copied != Copied::whole) leave_out(entry->source, put.why);
      result_.damaged = result_.damaged || put.copied == Copied::damaged;
    }
    auto set = target_.set_attributes(entry->source, attributes_of(entry->status));
    if (!set && ends_the_run(set.error().cause)) return set;
    if (!set) leave_out(entry->source, "its times and mode could not be set: " + set.error().why);
    // The folder that the operator chose keeps its own.
    const auto lacks = entry->source.empty() ? std::string() : put_rights(*entry, target_, entry->source);
    if (!lacks.empty()) leave_out(entry->source, lacks);
  }
  return {};
}

void Restoring::leave_out(const files::Relative& source, std::string_view why) {
  result_.left_out.push_back(printable(source) + ": " + printable(why));
}

// It does not stand there.
void Restoring::miss(const files::Relative& source, std::string_view why) {
  leave_out(source, why);
  record_->not_back(source);
}

}  // namespace

Result<Restored> restore(recovery::Recovery& recovery, files::Tree& target, const RestoreOptions& options,
                         Watcher& watcher) {
  const auto& state = recovery.state();
  REQUEUE_CHECK(check_tags(recovery.tree(), state.snapshot ? state.snapshot->root : std::string()));
  return Restoring(recovery.tree(), target, options,
                   options.recorded_mailroot ? journaled_record(recovery, watcher) : no_record(), watcher)
      .run();
}

Result<Restored> restore_plain(files::Tree& recovery_folder, files::Tree& target, const RestoreOptions& options,
                               Watcher& watcher) {
  REQUEUE_CHECK(check_tags(recovery_folder, {}));
  return Restoring(recovery_folder, target, options, no_record(), watcher).run();
}

}  // namespace requeue::snapshot
