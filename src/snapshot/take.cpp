#include "snapshot/take.h"

#include <unordered_map>

#include "core/crew.h"
#include "core/text.h"
#include "mailroot/mailroot.h"
#include "snapshot/bag_layout.h"
#include "snapshot/bag_writer.h"
#include "snapshot/copy.h"
#include "snapshot/files_jsonl.h"
#include "snapshot/restore_record.h"
#include "snapshot/superseded.h"

namespace requeue::snapshot {
namespace {

using files::Kind;
using mailroot::Item;

constexpr std::size_t most_named_in_the_journal = 1000;

Error taking_interrupted() {
  return {Exit::interrupted,
          Cause::interrupted,
          "interrupted while the snapshot was taken",
          {},
          {},
          "Nothing was removed from the Mailroot. The same command takes the snapshot anew."};
}

// Where each folder stands in the bag, where that is not simply its own path below data/mailroot.
class StoredPaths {
 public:
  files::Relative of(const files::Relative& source, bool is_folder) {
    const files::Relative parent = source.empty() ? "" : folder_of(std::string(files::parent_of(source)));
    if (source.empty()) return files::Relative(tree_folder);
    auto stored = files::join(parent, names_.name_for(parent, std::string(files::name_of(source))));
    if (is_folder && stored != files::join(tree_folder, source)) moved_.emplace(source, stored);
    return stored;
  }

 private:
  files::Relative folder_of(const std::string& source) {
    const auto found = moved_.find(source);
    return found != moved_.end() ? found->second : files::join(tree_folder, source);
  }

  SafeNames names_;
  std::unordered_map<std::string, files::Relative> moved_;
};

class Taking {
 public:
  Taking(files::Tree& recovery, files::Tree& mailroot, const TakeOptions& options, TagFile tag, Watcher& watcher)
      : copier_(mailroot, recovery, {options.method, Scope(options.keep, options.empty_mailbox)}, options.learner),
        learner_(options.learner),
        tag_(std::move(tag)),
        watcher_(watcher),
        crew_(options.jobs),
        copying_(
            crew_, [this](Result<CopiedFile> copied) { return keep(std::move(copied)); }, small_work) {}

  Result<void> see(const Item& item) {
    if (watcher_.stop_requested()) return failure(taking_interrupted());
    if (item.status.kind == Kind::link || item.status.kind == Kind::special) return see_other(item);
    auto stored = paths_.of(item.path, item.status.kind == Kind::folder);
    // A folder at once: what is in it is copied by others meanwhile.
    if (item.status.kind == Kind::folder) return copying_.add_done(copier_.copy(item, stored));
    return copying_.add([this, item, stored = std::move(stored)] { return copier_.copy(item, stored); });
  }

  Result<std::string> finish_tag() {
    REQUEUE_CHECK(copying_.finish());
    return tag_.finish();
  }

  Taken taken;
  std::uint64_t payload_bytes = 0;
  std::vector<Payload> payload;

 private:
  Result<void> see_other(const Item& item) {
    CopiedFile other;
    other.entry.source = item.path;
    other.entry.status = item.status;
    other.entry.target = item.target;
    return copying_.add_done(std::move(other));
  }

  // In the order of the walk, which is that of files.jsonl.
  Result<void> keep(Result<CopiedFile> copied) {
    if (!copied) return failure(std::move(copied.error()));
    const auto& entry = copied->entry;
    count(entry);
    if (copied->linked) count_link(copied->from_disk);
    for (auto& each : copied->payload) payload.push_back(std::move(each));
    if (learner_ != nullptr) learner_->keep(entry, copied->learnt);
    return tag_.add(render_entry(entry));
  }

  void count_link(bool from_disk) {
    ++taken.linked;
    if (!from_disk) taken.links = Links::read_from_cache;
    if (taken.links == Links::none) taken.links = Links::read_from_disk;
  }

  void count(const Entry& entry) {
    auto& facts = taken.facts;
    facts.streams += entry.streams.size();
    for (const auto& stream : entry.streams) payload_bytes += stream.size;
    switch (entry.status.kind) {
      case Kind::folder:
        if (!entry.source.empty()) ++facts.folders;
        return;
      case Kind::file:
        ++facts.files;
        facts.bytes += entry.status.size;
        payload_bytes += entry.status.size;
        watcher_.advance(1, entry.status.size);
        return;
      case Kind::link:
      case Kind::special:
        ++facts.others;
        taken.others.push_back(printable(entry.source) + (entry.status.kind == Kind::link
                                                              ? " -> " + printable(entry.target)
                                                              : std::string(" (special file)")));
    }
  }

  Copier copier_;
  Learner* learner_;
  TagFile tag_;
  StoredPaths paths_;
  Watcher& watcher_;
  Crew crew_;
  InOrder<Result<CopiedFile>> copying_;
};

Error nothing_removed(Error error) {
  constexpr auto safe = "Nothing was removed from the Mailroot. The same command takes the snapshot anew.";
  if (error.hint.find("othing was removed") != std::string::npos) return error;
  if (!error.hint.empty()) error.hint += error.hint.back() == '.' ? " " : ". ";
  error.hint += safe;
  return error;
}

Result<Taken> copy_and_seal(files::Tree& recovery, files::Tree& mailroot, const BagInfo& info,
                            const TakeOptions& options, Watcher& watcher) {
  REQUEUE_CHECK(move_aside(recovery));
  REQUEUE_CHECK(recovery.make_folder(files::Relative(folder)));
  REQUEUE_CHECK(recovery.make_folder(files::join(folder, data_folder)));
  REQUEUE_TRY(auto tag, TagFile::create(recovery, files_jsonl));
  Taking taking(recovery, mailroot, options, std::move(tag), watcher);
  REQUEUE_TRY(const auto counts, mailroot::walk(
                                     mailroot, [&](const Item& item) { return taking.see(item); },
                                     mailroot::Vanished::error, options.jobs));
  static_cast<void>(counts);  // what was copied is counted, not what was seen
  REQUEUE_TRY(auto tag_sha256, taking.finish_tag());
  if (options.learner != nullptr) taking.taken.facts.facts_sha256 = options.learner->finish();
  REQUEUE_TRY(taking.taken.facts.root,
              seal(recovery, info, taking.payload, taking.payload_bytes, std::move(tag_sha256)));
  REQUEUE_TRY(taking.taken.superseded, prune_superseded(recovery));
  return std::move(taking.taken);
}

Json fields_of(const Taken& taken, const files::Tree& mailroot) {
  const auto& facts = taken.facts;
  Json fields{{"files", facts.files},
              {"bytes", facts.bytes},
              {"folders", facts.folders},
              {"streams", facts.streams},
              {"others", facts.others},
              {"root", facts.root},
              {"method", taken.linked > 0 ? "link" : "copy"},
              {"adopted", facts.adopted}};
  if (taken.linked > 0) fields["linked"] = taken.linked;
  if (!facts.facts_sha256.empty()) fields["facts_sha256"] = facts.facts_sha256;
  // A copy made by hand is not the Mailroot: restore and replay must never take it for that.
  fields[facts.adopted ? "backup" : "mailroot"] = files::to_text(mailroot.path());
  if (taken.superseded.size() > most_named_in_the_journal) {
    fields["superseded"] = taken.superseded.size();
  } else {
    fields["superseded"] = Json(taken.superseded);
  }
  return fields;
}

}  // namespace

Result<Taken> take(recovery::Recovery& recovery, files::Tree& mailroot, const BagInfo& info, const TakeOptions& options,
                   Watcher& watcher) {
  if (recovery.state().emptying) {
    return failure(Exit::precondition, "the snapshot stands for good", files::to_text(recovery.tree().path()),
                   "emptying the Mailroot has begun", "Nothing was touched. Next: requeue empty, or requeue status.");
  }
  if (!options.adopted) REQUEUE_CHECK(settle_unfinished_restore(recovery, mailroot, watcher));
  watcher.phase("snapshot", options.expected_files, options.expected_bytes);
  auto taken = copy_and_seal(recovery.tree(), mailroot, info, options, watcher);
  if (!taken) return failure(nothing_removed(std::move(taken.error())));
  taken->facts.adopted = options.adopted;
  REQUEUE_CHECK(recovery.record("snapshot", fields_of(*taken, mailroot)));
  REQUEUE_CHECK(recovery.flush());
  for (auto& path : taken->superseded) path = printable(path);
  return std::move(*taken);
}

}  // namespace requeue::snapshot
