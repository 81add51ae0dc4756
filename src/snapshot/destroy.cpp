#include "snapshot/destroy.h"

#include <array>

#include "core/text.h"
#include "journal/details.h"
#include "snapshot/bag_layout.h"
#include "snapshot/subtree.h"

namespace requeue::snapshot {
namespace {

// messages.jsonl last: while it stands, a run that was cut short is known by it, too.
std::array<files::Relative, 4> doomed() {
  return {files::join(folder, data_folder), files::Relative(superseded_folder), files::Relative(cache_folder),
          files::Relative(journal::details_name)};
}

Result<void> check_stop(const Watcher& watcher) {
  if (!watcher.stop_requested()) return {};
  return failure({Exit::interrupted, Cause::interrupted, "the disposal was interrupted", "", "",
                  "Part of the mail is destroyed. Run the same command again: it goes on."});
}

}  // namespace

Result<std::uint64_t> destroy_payload(files::Tree& recovery, Watcher& watcher) {
  std::uint64_t removed = 0;
  for (const auto& root : doomed()) {
    const auto remove = [&](const files::Relative& path) -> Result<void> {
      REQUEUE_CHECK(check_stop(watcher));
      REQUEUE_CHECK(recovery.remove_file(path));
      ++removed;
      watcher.advance(1, 0);
      return {};
    };
    REQUEUE_TRY(const auto folders, each_file_below(recovery, root, remove));
    const bool keeps_shell = root == doomed().front();  // a bag has a data/, be it empty
    for (auto each = folders.rbegin(); each != folders.rend(); ++each) {
      if (!keeps_shell || *each != root) REQUEUE_CHECK(recovery.remove_folder(*each));
    }
    if (!folders.empty() && keeps_shell) REQUEUE_CHECK(recovery.flush_folder(root));
  }
  REQUEUE_CHECK(recovery.flush_folder(files::Relative(folder)));
  REQUEUE_CHECK(recovery.flush_folder(""));
  return removed;
}

Result<std::string> payload_left(files::Tree& recovery) {
  std::string left;
  for (const auto& root : doomed()) {
    const auto see = [&](const files::Relative& path) -> Result<void> {
      if (left.empty()) left = escape_bytes(path);
      return {};
    };
    REQUEUE_TRY([[maybe_unused]] const auto folders, each_file_below(recovery, root, see));
  }
  return left;
}

Result<std::vector<std::string>> superseded_files(files::Tree& recovery) {
  std::vector<std::string> found;
  const auto see = [&](const files::Relative& path) -> Result<void> {
    if (path.find("/data/") != std::string::npos) found.push_back(escape_bytes(path));
    return {};
  };
  REQUEUE_TRY([[maybe_unused]] const auto folders, each_file_below(recovery, files::Relative(superseded_folder), see));
  return found;
}

}  // namespace requeue::snapshot
