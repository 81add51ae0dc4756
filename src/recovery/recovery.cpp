#include "recovery/recovery.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <optional>

#include "core/digest.h"
#include "core/sleep.h"
#include "core/text.h"
#include "journal/heads.h"
#include "recovery/found_record.h"
#include "recovery/run_event.h"

namespace requeue::recovery {
namespace {

// Found before the first line is written, not between two of them.
Result<void> require_writable(files::Tree& tree) {
  for (const auto name : {journal::file_name, journal::details_name}) {
    auto access = tree.check_access(files::Relative(name), true);
    const bool closed =
        !access && (access.error().cause == Cause::denied || access.error().cause == Cause::write_protected);
    if (!closed) continue;
    Error error = std::move(access.error());
    error.exit = Exit::precondition;
    error.what = "the record of this recovery folder cannot be written";
    error.hint =
        "Nothing was touched, and nothing was sent. Give this account the right to write that file, then run "
        "the same command again.";
    return failure(std::move(error));
  }
  return {};
}

// Whoever only looks (is_at_work) has the lock for a moment: a run that begins just then is not turned away by that.
Result<std::unique_ptr<files::Lock>> lock_of_run(files::Tree& tree) {
  constexpr int tries = 3;
  constexpr std::chrono::milliseconds pause{30};
  for (int i = 1;; ++i) {
    auto lock = tree.lock();
    if (lock || lock.error().exit != Exit::locked) return lock;
    if (i == tries) break;
    sleep_for(pause);
  }
  return failure(Error{Exit::locked,
                       Cause::busy,
                       "another run of requeue works on this recovery folder",
                       files::to_text(tree.path()),
                       {},
                       "Nothing was touched. Wait until it ends; `requeue status` may be asked meanwhile."});
}

class OpenRecovery final : public Recovery {
 public:
  OpenRecovery(std::shared_ptr<files::Tree> tree, std::vector<Fold*> folds, std::string boot)
      : tree_(std::move(tree)), boot_(std::move(boot)), folds_{{}, std::move(folds)} {}

  [[nodiscard]] files::Tree& tree() override { return *tree_; }
  [[nodiscard]] const State& state() const override { return folds_.state; }
  [[nodiscard]] const std::string& head() const override { return journal_ ? journal_->head() : found_.chain.head; }
  [[nodiscard]] std::int64_t records() const override { return journal_ ? journal_->records() : found_.chain.records; }
  [[nodiscard]] const std::string& boot() const override { return boot_; }
  [[nodiscard]] std::string lines_missing() const override { return found_.lines_missing; }

  Result<void> record(std::string_view event, const Json& fields) override;
  Result<void> flush() override;
  Result<std::string> record_details(const Json& fields) override;
  Result<std::string> record_rendered_details(std::string_view fields) override;
  Result<void> flush_details() override;
  Result<void> end(Exit exit, const Json& counts) override;

  Result<void> take_lock();
  Result<void> load();
  [[nodiscard]] Result<void> require_named_lines() const { return recovery::require_named_lines(*tree_, found_); }
  [[nodiscard]] Result<void> require_details() const { return recovery::require_details(*tree_, folds_.state); }
  [[nodiscard]] bool never_used() const { return found_.chain.records == 0 && found_.chain.torn.length == 0; }
  Result<void> begin_run(files::Files& files, const RunFacts& facts);

 private:
  Result<void> flush_found_details();
  Result<void> record_cut(std::string_view file, const journal::Tail& torn);
  Result<void> witness();

  // The lock is let go last: after the files are closed.
  std::shared_ptr<files::Tree> tree_;
  std::unique_ptr<files::Lock> lock_;
  std::string boot_;
  Folds folds_;
  FoundRecord found_;
  bool witnessed_ = false;  // this run has left its first line in heads.jsonl
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<journal::Details> details_;
  bool ended_ = false;
};

Result<void> OpenRecovery::take_lock() {
  REQUEUE_TRY(lock_, lock_of_run(*tree_));
  return {};
}

Result<void> OpenRecovery::load() {
  REQUEUE_TRY(found_, read_record(*tree_, folds_));
  return {};
}

// Before the run says how long it found messages.jsonl: a run that was killed may have left lines in the system's
// memory only, and a power cut would make a lie of it.
Result<void> OpenRecovery::flush_found_details() {
  if (found_.details.torn.offset == 0 || folds_.state.payload_destroyed()) return {};
  REQUEUE_TRY(const auto file, tree_->append(files::Relative(journal::details_name)));
  return file->flush();
}

Result<void> OpenRecovery::begin_run(files::Files& files, const RunFacts& facts) {
  REQUEUE_CHECK(require_writable(*tree_));
  REQUEUE_CHECK(flush_found_details());
  const bool first = found_.chain.records == 0;
  REQUEUE_TRY(journal_, journal::open(*tree_, found_.chain));
  const auto details_bytes = folds_.state.payload_destroyed() ? 0 : found_.details.torn.offset;
  REQUEUE_CHECK(record("run", run_fields(facts, first ? random_hex(8) : folds_.state.id, boot_, details_bytes)));
  REQUEUE_CHECK(record_cut(journal::file_name, found_.chain.torn));
  REQUEUE_CHECK(record_cut(journal::details_name, found_.details.torn));
  REQUEUE_CHECK(flush());
  if (first) {
    // The recovery folder's own name. Its parent may be one that we may not open; then it is as durable as can be had.
    if (auto parent = files.open(tree_->path().parent_path())) {
      REQUEUE_CHECK((*parent)->flush_folder(""));
    }
  }
  if (folds_.state.payload_destroyed()) return {};  // nothing is told of messages any more
  // Cut only now that the journal says what is cut.
  REQUEUE_TRY(details_, journal::open_details(*tree_, found_.details, *journal_));
  return {};
}

Result<void> OpenRecovery::record_cut(std::string_view file, const journal::Tail& torn) {
  if (torn.length == 0) return {};
  return record("recovered",
                {{"file", file}, {"offset", torn.offset}, {"length", torn.length}, {"sha256", torn.sha256}});
}

Result<void> OpenRecovery::record(std::string_view event, const Json& fields) {
  assert(journal_ && !ended_);
  REQUEUE_TRY(const journal::Line line, journal_->append(event, fields));
  REQUEUE_CHECK(folds_.see(line));
  if (folds_.state.payload_destroyed()) details_.reset();  // let go of the file: it is removed next
  return {};
}

// The first flush of a run that finds or begins a disposal: before messages.jsonl, the witness until then, is removed.
Result<void> OpenRecovery::flush() {
  assert(journal_);
  REQUEUE_CHECK(journal_->flush());
  if (!folds_.state.payload_destroyed() || witnessed_) return {};
  witnessed_ = true;
  return witness();
}

Result<void> OpenRecovery::witness() {
  return journal::append_head(*tree_, found_.heads, head());
}

Result<std::string> OpenRecovery::record_details(const Json& fields) {
  assert(details_ && !ended_);
  return details_->append(fields);
}

Result<std::string> OpenRecovery::record_rendered_details(std::string_view fields) {
  assert(details_ && !ended_);
  return details_->append_rendered(fields);
}

Result<void> OpenRecovery::flush_details() {
  assert(details_);
  return details_->flush();
}

Result<void> OpenRecovery::end(Exit exit, const Json& counts) {
  REQUEUE_CHECK(record("run_end", {{"exit", static_cast<int>(exit)}, {"counts", counts}}));
  ended_ = true;
  REQUEUE_CHECK(flush());
  if (folds_.state.payload_destroyed()) return witness();
  REQUEUE_TRY(const std::string hash, details_->append(Json::object()));
  static_cast<void>(hash);
  return details_->flush();
}

Result<std::shared_ptr<files::Tree>> open_folder(files::Files& files, const files::Path& path) {
  auto tree = files.open(path);
  if (tree) return tree;
  Error error = std::move(tree.error());
  if (error.cause == Cause::not_found) {
    error.exit = Exit::precondition;
    error.what = "there is no such recovery folder";
    error.path = files::to_text(path);
    error.hint = "Check the path given with --recovery. Nothing was touched.";
  }
  return failure(without_rights(std::move(error)));
}

// What a seal says must stay true, but for what these add to it.
Result<void> refuse_sealed(const OpenRecovery& recovery, std::string_view command, const files::Path& path) {
  constexpr std::array<std::string_view, 4> allowed{"verify", "restore", "note", "dispose"};
  const auto& state = recovery.state();
  if (state.sealed_at == 0 || std::ranges::find(allowed, command) != allowed.end()) return {};
  return failure(Exit::precondition, "this recovery folder is sealed", files::to_text(path),
                 "line " + std::to_string(state.sealed_at) + " of its journal closed it",
                 "Nothing was touched. Only audit, report, verify, restore, note and dispose run on it now; for other "
                 "mail choose a new recovery folder.");
}

Result<void> warn_of_wide_rights(files::Tree& tree, Watcher& watcher) {
  REQUEUE_TRY(const auto status, tree.status(""));
  if ((status.mode & 077) == 0) return {};
  watcher.warn("others than its owner have rights on the recovery folder " + printable(files::to_text(tree.path())) +
               ", and it holds everybody's mail: chmod 700 closes it");
  return {};
}

}  // namespace

Error without_rights(Error error) {
  if (error.cause != Cause::denied) return error;
  error.exit = Exit::precondition;
  error.hint =
      "Nothing was touched. Use an account that may read this folder: the one that made it, or one "
      "that may read everything.";
  return error;
}

bool is_at_work(files::Tree& recovery) {
  const auto lock = recovery.lock();
  return !lock && lock.error().cause == Cause::busy;
}

Result<void> require_free(files::Files& files, const files::Path& path) {
  REQUEUE_TRY(const auto tree, open_folder(files, path));
  REQUEUE_TRY(const auto lock, lock_of_run(*tree));
  return {};
}

Result<std::unique_ptr<Recovery>> open_to_read(files::Files& files, const files::Path& path,
                                               const std::vector<Fold*>& folds, Reading reading) {
  REQUEUE_TRY(auto tree, open_folder(files, path));
  auto recovery = std::make_unique<OpenRecovery>(std::move(tree), folds, files.boot().value_or(""));
  if (auto loaded = recovery->load(); !loaded) return failure(without_rights(std::move(loaded.error())));
  if (reading == Reading::to_decide) REQUEUE_CHECK(recovery->require_named_lines());
  return recovery;
}

Result<std::unique_ptr<Recovery>> open_to_write(files::Files& files, const files::Path& path, Missing missing,
                                                const RunFacts& facts, Watcher& watcher,
                                                const std::vector<Fold*>& folds) {
  REQUEUE_TRY(auto tree, missing == Missing::make ? files.open_or_make(path) : open_folder(files, path));
  REQUEUE_CHECK(warn_of_wide_rights(*tree, watcher));
  auto recovery = std::make_unique<OpenRecovery>(std::move(tree), folds, files.boot().value_or(""));
  REQUEUE_CHECK(recovery->take_lock());
  if (auto loaded = recovery->load(); !loaded) return failure(without_rights(std::move(loaded.error())));
  if (missing == Missing::refuse && recovery->never_used()) {
    return failure(Exit::precondition, "this is no recovery folder", files::to_text(recovery->tree().path()),
                   "it has no journal", "Check the path given with --recovery. Nothing was touched.");
  }
  REQUEUE_CHECK(recovery->require_details());
  REQUEUE_CHECK(recovery->require_named_lines());
  REQUEUE_CHECK(refuse_sealed(*recovery, facts.command, path));
  REQUEUE_CHECK(recovery->begin_run(files, facts));
  return recovery;
}

}  // namespace requeue::recovery
