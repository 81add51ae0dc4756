// Whether this is a Mailroot, and one that may be worked on.
#include <algorithm>
#include <unordered_map>

#include "core/text.h"
#include "mailroot/mailroot.h"
#include "mailroot/staging.h"

namespace requeue::mailroot {
namespace {

using files::Kind;

constexpr std::string_view nothing_touched = "Nothing was touched. ";
constexpr std::size_t most_folders_looked_at = 1000;

bool is_served(Role role) {
  return role == Role::queue || role == Role::pickup;
}

bool must_be_no_link(Role role) {
  return is_served(role) || role == Role::drop || role == Role::badmail || role == Role::mailbox;
}

bool holds_queue_or_pickup(const std::vector<files::Entry>& entries) {
  return std::any_of(entries.begin(), entries.end(), [](const files::Entry& entry) {
    return entry.kind == Kind::folder && is_served(role_of(entry.name));
  });
}

// The folders directly in `folder` that could be looked into; what cannot be read is no help to the person here.
std::vector<files::Relative> folders_in(files::Tree& tree, const files::Relative& folder) {
  std::vector<files::Relative> folders;
  auto entries = tree.list(folder);
  if (!entries) return folders;
  for (const auto& entry : *entries) {
    if (entry.kind == Kind::folder && folders.size() < most_folders_looked_at) {
      folders.push_back(files::join(folder, entry.name));
    }
  }
  return folders;
}

// People give Inetpub, or mailroot where the servers' folders ("vsi 1") are in it, or Queue itself.
std::string likely_path(files::Tree& tree) {
  if (role_of(tree.path().filename().string()) != Role::other && tree.path().has_parent_path()) {
    return files::to_text(tree.path().parent_path());
  }
  auto level = folders_in(tree, "");
  for (int depth = 1; depth <= 2; ++depth) {
    std::vector<files::Relative> deeper;
    for (const auto& folder : level) {
      const auto entries = tree.list(folder);
      if (entries && holds_queue_or_pickup(*entries)) return files::to_text(tree.path_of(folder));
      for (auto& each : folders_in(tree, folder)) {
        if (deeper.size() < most_folders_looked_at) deeper.push_back(std::move(each));
      }
    }
    level = std::move(deeper);
  }
  return {};
}

Error not_a_mailroot(files::Tree& tree) {
  const auto likely = likely_path(tree);
  return {Exit::precondition,
          Cause::other,
          "this is not a Mailroot",
          files::to_text(tree.path()),
          "neither Queue nor Pickup stands directly in it",
          std::string(nothing_touched) + (likely.empty() ? "Give the folder that holds Queue and Pickup; the service's "
                                                           "settings name it."
                                                         : "Likely meant: " + likely)};
}

Result<void> check_staging(files::Tree& tree, const std::string& name) {
  REQUEUE_TRY(const bool idle, holds_only_token(tree, name));
  if (idle) return {};
  const auto token = read_token(tree, name);
  const bool known = token && !token->recovery.empty();
  const auto owner = known ? "the recovery folder " + printable(token->recovery)
                           : std::string("a recovery folder that cannot be told");
  const auto replay =
      known ? "requeue replay --recovery \"" + printable(token->recovery) + "\"" : std::string("requeue replay");
  return failure(Exit::precondition, "a replay's staging folder in this Mailroot still holds mail",
                 files::to_text(tree.path_of(name)), "it belongs to " + owner,
                 std::string(nothing_touched) + "Finish that replay first: " + replay +
                     " . Messages in doubt need your word: " + replay +
                     " --resolve sent|not-sent SOURCE . If it is sealed, move this folder out of the Mailroot and keep "
                     "it. Do not delete it: it holds mail, or the only trace of it.");
}

Error refused(Error error, std::string what) {
  error.exit = Exit::precondition;
  error.what = std::move(what);
  if (error.cause == Cause::denied) error.hint = "Run as an account that has full rights on the Mailroot.";
  error.hint = std::string(nothing_touched) + error.hint;
  return error;
}

// The service may be at work yet: that it has a file open, or has sent it meanwhile, says nothing of rights.
bool is_the_service_at_work(Cause cause) {
  return cause == Cause::not_found || cause == Cause::busy;
}

Result<void> check_rights_of(files::Tree& mailroot, const Item& item) {
  const bool folder = item.status.kind == Kind::folder;
  if (!folder && item.status.kind != Kind::file) return {};
  auto access = mailroot.check_access(item.path, folder);
  if (access || is_the_service_at_work(access.error().cause)) return {};
  return failure(refused(std::move(access.error()), folder ? "a folder of the Mailroot cannot be changed"
                                                           : "a file of the Mailroot cannot be read"));
}

class FolderTally {
 public:
  void add(const Item& item) {
    const std::string top(top_of(item.path));
    if (item.status.kind == Kind::folder && top.empty() && !item.path.empty()) {
      index_.emplace(item.path, folders_.size());
      folders_.push_back({item.path, role_of(item.path), 0, 0, {}});
    }
    if (item.status.kind != Kind::file) return;
    const auto found = index_.find(top);
    auto& count = found == index_.end() ? root_ : folders_[found->second];
    if (count.files == 0 || item.status.written < count.oldest) count.oldest = item.status.written;
    ++count.files;
    count.bytes += item.status.size;
  }

  std::vector<FolderCount> finish() {
    if (root_.files > 0) folders_.insert(folders_.begin(), root_);
    return std::move(folders_);
  }

 private:
  std::vector<FolderCount> folders_;
  std::unordered_map<std::string, std::size_t> index_;
  FolderCount root_;
};

}  // namespace

Error link_in_place(files::Tree& tree, const std::string& name) {
  const auto target = tree.link_target(name).value_or("a place that cannot be told");
  return {Exit::precondition,
          Cause::is_link,
          "a link stands in place of a folder of the Mailroot",
          files::to_text(tree.path_of(name)),
          "it leads to " + escape_bytes(target) + ", and links are never followed",
          std::string(nothing_touched) + "Put the real folder in its place (move it there), then run again."};
}

Result<void> check_to_look(files::Tree& mailroot) {
  REQUEUE_TRY(const auto entries, mailroot.list(""));
  // Links first: a Mailroot whose Queue is a link is one, with something in it that must be told.
  for (const auto& entry : entries) {
    if (entry.kind == Kind::link && must_be_no_link(role_of(entry.name))) {
      return failure(link_in_place(mailroot, entry.name));
    }
  }
  if (!holds_queue_or_pickup(entries)) return failure(not_a_mailroot(mailroot));
  return {};
}

Result<void> check(files::Tree& mailroot) {
  REQUEUE_CHECK(check_to_look(mailroot));
  REQUEUE_TRY(const auto entries, mailroot.list(""));
  for (const auto& entry : entries) {
    if (entry.kind == Kind::folder && is_staging(entry.name)) REQUEUE_CHECK(check_staging(mailroot, entry.name));
  }
  return {};
}

Result<std::optional<files::Relative>> first_held(files::Tree& mailroot, unsigned jobs) {
  std::optional<files::Relative> held;
  REQUEUE_CHECK(walk(
      mailroot,
      [&](const Item& item) -> Result<void> {
        const auto role = role_of(top_of(item.path));
        if (held || item.status.kind != Kind::file || role == Role::mailbox) return {};
        REQUEUE_TRY(const bool released, mailroot.is_released(item.path));
        if (!released) held = item.path;
        return {};
      },
      Vanished::error, jobs));
  return held;
}

Result<std::vector<FolderCount>> count_folders(files::Tree& mailroot) {
  FolderTally tally;
  const auto counted = walk(
      mailroot,
      [&](const Item& item) -> Result<void> {
        tally.add(item);
        return {};
      },
      Vanished::passed_over);
  if (!counted) return failure(counted.error());
  return tally.finish();
}

Result<Survey> survey(files::Tree& mailroot) {
  FolderTally tally;
  REQUEUE_TRY(const auto counts, walk(mailroot, [&](const Item& item) -> Result<void> {
                tally.add(item);
                return {};
              }));
  return Survey{counts, tally.finish()};
}

Result<Survey> check_rights(files::Tree& mailroot, unsigned jobs) {
  FolderTally tally;
  auto counts = walk(
      mailroot,
      [&](const Item& item) -> Result<void> {
        tally.add(item);
        return {};
      },
      Vanished::passed_over, jobs, [&](const Item& item) { return check_rights_of(mailroot, item); });
  if (counts) return Survey{*counts, tally.finish()};
  auto error = std::move(counts.error());
  if (error.exit == Exit::failed) error = refused(error, error.what);
  return failure(std::move(error));
}

}  // namespace requeue::mailroot
