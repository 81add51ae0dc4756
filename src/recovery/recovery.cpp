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
#include "journal/named_lines.h"
#include "recovery/host.h"

namespace requeue::recovery {
namespace {

constexpr std::string_view snapshot_folder = "snapshot";

Json deciding_json(const std::vector<std::vector<std::string>>& options) {
  Json list = Json::array();
  for (const auto& option : options) {
    Json words = Json::array();
    for (const auto& word : option) words.push_back(escape_bytes(word));
    list.push_back(std::move(words));
  }
  return list;
}

Json run_fields(const RunFacts& facts, const std::string& id, const std::string& boot, std::uint64_t details_bytes) {
  const Host host = this_host();
  Json fields;
  fields["schema"] = schema;
  fields["recovery"] = id;
  fields["command"] = escape_bytes(facts.command);
  fields["version"] = escape_bytes(facts.version);
  fields["build"] = escape_bytes(facts.build);
  fields["program_sha256"] = escape_bytes(facts.program_sha256);
  fields["host"] = escape_bytes(host.name);
  fields["os"] = escape_bytes(host.os);
  fields["boot"] = escape_bytes(boot);
  fields["utc_offset"] = host.utc_offset;
  fields["account"] = escape_bytes(host.account);
  fields["operator"] = escape_bytes(facts.operator_name);
  fields["ticket"] = escape_bytes(facts.ticket);
  if (!facts.reason.empty()) fields["reason"] = escape_bytes(facts.reason);
  fields["command_line"] = escape_bytes(facts.command_line);
  if (facts.deciding) fields["deciding"] = deciding_json(*facts.deciding);
  fields["mailroot"] = escape_bytes(facts.mailroot);
  for (const auto& [name, path] : facts.mailroot_folders) fields["mailroot_folders"][name] = escape_bytes(path);
  if (facts.settings) fields["settings"] = to_json(*facts.settings);
  if (details_bytes > 0) fields[details_bytes_field] = details_bytes;
  return fields;
}

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
      : tree_(std::move(tree)), folds_(std::move(folds)), boot_(std::move(boot)) {}

  [[nodiscard]] files::Tree& tree() override { return *tree_; }
  [[nodiscard]] const State& state() const override { return state_; }
  [[nodiscard]] const std::string& head() const override { return journal_ ? journal_->head() : chain_.head; }
  [[nodiscard]] std::int64_t records() const override { return journal_ ? journal_->records() : chain_.records; }
  [[nodiscard]] const std::string& boot() const override { return boot_; }
  [[nodiscard]] std::string lines_missing() const override { return lines_missing_; }

  Result<void> record(std::string_view event, const Json& fields) override;
  Result<void> flush() override;
  Result<std::string> record_details(const Json& fields) override;
  Result<std::string> record_rendered_details(std::string_view fields) override;
  Result<void> flush_details() override;
  Result<void> end(Exit exit, const Json& counts) override;

  Result<void> take_lock();
  Result<void> load();
  [[nodiscard]] Result<void> require_details() const;
  [[nodiscard]] Result<void> require_named_lines() const;
  [[nodiscard]] bool never_used() const { return chain_.records == 0 && chain_.torn.length == 0; }
  Result<void> begin_run(files::Files& files, const RunFacts& facts);

 private:
  Result<void> see(const journal::Line& line);
  Result<void> check_complete(const journal::AfterCheck& after, bool has_snapshot) const;
  [[nodiscard]] Result<void> check_heads() const;
  Result<void> find_missing_lines(journal::NamedLines& named);
  [[nodiscard]] Result<void> check_possible() const;
  Result<void> flush_found_details();
  Result<void> record_cut(std::string_view file, const journal::Tail& torn);
  Result<void> witness();

  // The lock is let go last: after the files are closed.
  std::shared_ptr<files::Tree> tree_;
  std::unique_ptr<files::Lock> lock_;
  std::vector<Fold*> folds_;
  std::string boot_;
  State state_;
  journal::Chain chain_;
  journal::DetailsFile details_file_;
  journal::Tail heads_;
  journal::HeadsCheck heads_check_;
  std::string lines_missing_;  // of messages.jsonl, as a sentence; empty: none
  bool witnessed_ = false;     // this run has left its first line in heads.jsonl
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<journal::Details> details_;
  bool ended_ = false;
};

Result<void> OpenRecovery::take_lock() {
  REQUEUE_TRY(lock_, lock_of_run(*tree_));
  return {};
}

Result<void> OpenRecovery::see(const journal::Line& line) {
  REQUEUE_CHECK(state_.see(line));
  for (Fold* fold : folds_) {
    REQUEUE_CHECK(fold->see(line));
  }
  return {};
}

// messages.jsonl before the journal: see AfterCheck.
Result<void> OpenRecovery::load() {
  const auto snapshot = tree_->status(files::Relative(snapshot_folder));
  if (!snapshot && snapshot.error().cause != Cause::not_found) return failure(snapshot.error());
  journal::AfterCheck after;
  journal::NamedLines named;
  const auto expect = [&](const std::string& hash, const Json& line) -> Result<void> {
    after.expect(text_of(line, "after"));
    named.stands(hash);
    return {};
  };
  REQUEUE_TRY(details_file_, journal::read_details(*tree_, expect));
  REQUEUE_TRY(heads_, journal::read_heads(*tree_, after, heads_check_));
  Result<void> understood;
  const auto visit = [&](const journal::Line& line) -> Result<void> {
    after.saw_journal_line(line.hash);
    heads_check_.saw_journal_line(line);
    named.saw_journal_line(line);
    if (understood) understood = see(line);
    return {};
  };
  // What a line says is believed only when the whole chain holds: a flipped byte is damage, not a later format.
  REQUEUE_TRY(chain_, journal::read(*tree_, visit));
  REQUEUE_CHECK(check_complete(after, snapshot.has_value()));
  REQUEUE_CHECK(understood);
  REQUEUE_CHECK(find_missing_lines(named));
  return check_possible();
}

// Read once more before a line is called missing: a run may have written both files while they were read.
Result<void> OpenRecovery::find_missing_lines(journal::NamedLines& named) {
  if (state_.payload_destroyed()) return {};
  if (named.complete() && details_file_.torn.offset >= state_.details_bytes) return {};
  const auto look = [&](const std::string& hash, const Json&) -> Result<void> {
    named.stands_after_all(hash);
    return {};
  };
  REQUEUE_TRY(const auto again, journal::read_details(*tree_, look));
  if (!named.complete()) {
    lines_missing_ = "line " + std::to_string(named.first_naming()) + " of the journal names a line that is not in it";
    if (named.missing() > 1) lines_missing_ += ", and " + std::to_string(named.missing() - 1) + " more do";
  } else if (again.torn.offset < state_.details_bytes) {
    lines_missing_ = "it has whole lines of " + std::to_string(again.torn.offset) + " bytes, and had " +
                     std::to_string(state_.details_bytes) + " when a later run began";
  }
  return {};
}

Result<void> OpenRecovery::check_complete(const journal::AfterCheck& after, bool has_snapshot) const {
  const std::string path = files::to_text(tree_->path_of(journal::file_name));
  if (chain_.records == 0) {
    const bool has_details = details_file_.lines > 0 || details_file_.torn.length > 0;
    if (!has_snapshot && !has_details) return {};
    return failure(Exit::verification, "the journal of this recovery folder is missing or empty", path,
                   has_snapshot ? "there is a snapshot/ beside it" : "there is a messages.jsonl beside it",
                   "Nothing was done. Use a good copy of the whole recovery folder. The mail is in snapshot/; `requeue "
                   "restore` into another folder works without the journal.");
  }
  if (after.complete()) return check_heads();
  return failure(
      Exit::verification, "the journal of this recovery folder was cut", path,
      std::string(state_.payload_destroyed() ? journal::heads_name : journal::details_name) +
          " names a line that was on the disk and is no longer in it",
      "Nothing was done, and nothing may be sent: what was sent last is not known. Use a good copy of the whole "
      "recovery folder.");
}

// A chain that somebody wrote anew with care may say what no run of ours does, and nothing is built on that.
Result<void> OpenRecovery::check_possible() const {
  if (state_.snapshot || (!state_.emptying && !state_.emptied)) return {};
  return failure(Exit::verification, "the journal says what cannot have been",
                 files::to_text(tree_->path_of(journal::file_name)),
                 "a Mailroot was emptied, and no snapshot was taken",
                 "Nothing was done. Somebody changed the journal: use a good copy of the whole recovery folder.");
}

Result<void> OpenRecovery::check_heads() const {
  const bool details_stand = tree_->status(files::Relative(journal::details_name)).has_value();
  const auto wrong = heads_check_.wrong(details_stand);
  if (wrong.empty()) return {};
  return failure(Exit::verification, "heads.jsonl, which stands for the mail that was destroyed, was changed",
                 files::to_text(tree_->path_of(journal::heads_name)), wrong,
                 "Nothing was done. Use a good copy of the whole recovery folder.");
}

// Every run that ended left a line there, and only a disposal removes it, which the journal would say.
Result<void> OpenRecovery::require_details() const {
  if (!state_.run_ended || state_.payload_destroyed()) return {};
  const auto there = tree_->status(files::Relative(journal::details_name));
  if (there || there.error().cause != Cause::not_found) return {};
  return failure(Exit::verification, "messages.jsonl of this recovery folder is missing",
                 files::to_text(tree_->path_of(journal::details_name)),
                 "the journal records no disposal: one of the two was changed",
                 "Nothing was done, and nothing may be written onto it. Use a good copy of the whole recovery folder.");
}

// Whose envelope is not known any more, and to whom it went, is nothing to decide upon.
Result<void> OpenRecovery::require_named_lines() const {
  if (lines_missing_.empty()) return {};
  return failure(
      Exit::verification, "lines of messages.jsonl, which the journal relies on, are missing",
      files::to_text(tree_->path_of(journal::details_name)),
      lines_missing_ + ": it was cut or changed, which neither a kill nor a power cut does",
      "Nothing was done, and nothing was sent. Use a good copy of the whole recovery folder; requeue audit names "
      "what is missing. The mail is in snapshot/; `requeue restore` into another folder works without this record.");
}

// Before the run says how long it found messages.jsonl: a run that was killed may have left lines in the system's
// memory only, and a power cut would make a lie of it.
Result<void> OpenRecovery::flush_found_details() {
  if (details_file_.torn.offset == 0 || state_.payload_destroyed()) return {};
  REQUEUE_TRY(const auto file, tree_->append(files::Relative(journal::details_name)));
  return file->flush();
}

Result<void> OpenRecovery::begin_run(files::Files& files, const RunFacts& facts) {
  REQUEUE_CHECK(require_writable(*tree_));
  REQUEUE_CHECK(flush_found_details());
  const bool first = chain_.records == 0;
  REQUEUE_TRY(journal_, journal::open(*tree_, chain_));
  const auto details_bytes = state_.payload_destroyed() ? 0 : details_file_.torn.offset;
  REQUEUE_CHECK(record("run", run_fields(facts, first ? random_hex(8) : state_.id, boot_, details_bytes)));
  REQUEUE_CHECK(record_cut(journal::file_name, chain_.torn));
  REQUEUE_CHECK(record_cut(journal::details_name, details_file_.torn));
  REQUEUE_CHECK(flush());
  if (first) {
    // The recovery folder's own name. Its parent may be one that we may not open; then it is as durable as can be had.
    if (auto parent = files.open(tree_->path().parent_path())) {
      REQUEUE_CHECK((*parent)->flush_folder(""));
    }
  }
  if (state_.payload_destroyed()) return {};  // nothing is told of messages any more
  // Cut only now that the journal says what is cut.
  REQUEUE_TRY(details_, journal::open_details(*tree_, details_file_, *journal_));
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
  REQUEUE_CHECK(see(line));
  if (state_.payload_destroyed()) details_.reset();  // let go of the file: it is removed next
  return {};
}

// The first flush of a run that finds or begins a disposal: before messages.jsonl, the witness until then, is removed.
Result<void> OpenRecovery::flush() {
  assert(journal_);
  REQUEUE_CHECK(journal_->flush());
  if (!state_.payload_destroyed() || witnessed_) return {};
  witnessed_ = true;
  return witness();
}

Result<void> OpenRecovery::witness() {
  return journal::append_head(*tree_, heads_, head());
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
  if (state_.payload_destroyed()) return witness();
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
