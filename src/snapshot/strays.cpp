#include "snapshot/strays.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "snapshot/bag.h"
#include "snapshot/bag_layout.h"

namespace requeue::snapshot {
namespace {

constexpr std::string_view extra_file = "not part of the bag";
constexpr std::string_view extra_folder = "a folder that the snapshot did not have";

constexpr std::array<std::string_view, 6> own_names{bagit_txt,       bag_info_txt, manifest_txt,
                                                    tagmanifest_txt, files_jsonl,  data_folder};

// Folders, not files: a queue of 100,000 messages stands in a few of them.
class Folders {
 public:
  Folders() {
    add(files::Relative(tree_folder));
    add(files::Relative(streams_folder));
  }
  void add(files::Relative path) {
    while (!path.empty() && known_.insert(path).second) path = files::Relative(files::parent_of(path));
  }
  void add_parent_of(std::string_view path) { add(files::Relative(files::parent_of(path))); }
  [[nodiscard]] bool has(const files::Relative& path) const { return known_.contains(path); }

 private:
  std::unordered_set<files::Relative> known_;
};

Result<Folders> folders_of_lists(files::Tree& recovery, unsigned jobs) {
  Folders folders;
  REQUEUE_CHECK(read_entries(
      recovery,
      [&](const Entry& entry) -> Result<void> {
        if (entry.status.kind == files::Kind::folder) folders.add(entry.stored);
        if (entry.status.kind == files::Kind::file) folders.add_parent_of(entry.stored);
        for (const auto& stream : entry.streams) folders.add_parent_of(stream.stored);
        return {};
      },
      jobs));
  return folders;
}

}  // namespace

bool is_stray(const Wrong& wrong) {
  return wrong.why == extra_file || wrong.why == extra_folder;
}

Result<void> find_strays(files::Tree& recovery, std::vector<Wrong>& wrong, unsigned jobs) {
  REQUEUE_TRY(const auto beside, recovery.list(files::Relative(folder)));
  for (const auto& entry : beside) {
    if (std::ranges::find(own_names, entry.name) == own_names.end())
      wrong.push_back({entry.name, std::string(extra_file)});
  }
  REQUEUE_TRY(const auto known, folders_of_lists(recovery, jobs));
  std::vector<files::Relative> left{files::Relative(data_folder)};
  while (!left.empty()) {
    const auto current = std::move(left.back());
    left.pop_back();
    const auto entries = recovery.list(files::join(folder, current));
    if (!entries) continue;  // told where the payload is read
    for (const auto& entry : *entries) {
      if (entry.kind != files::Kind::folder) continue;
      auto path = files::join(current, entry.name);
      if (known.has(path)) {
        left.push_back(std::move(path));
      } else if (std::ranges::find(wrong, path, &Wrong::path) == wrong.end()) {
        wrong.push_back({std::move(path), std::string(extra_folder)});
      }
    }
  }
  return {};
}

}  // namespace requeue::snapshot
