#include "snapshot/strays.h"

#include <algorithm>
#include <array>

#include "snapshot/bag.h"
#include "snapshot/bag_layout.h"

namespace requeue::snapshot {
namespace {

constexpr std::string_view extra_file = "not part of the bag";
constexpr std::string_view extra_folder = "a folder that the snapshot did not have";

constexpr std::array<std::string_view, 6> own_names{bagit_txt,       bag_info_txt, manifest_txt,
                                                    tagmanifest_txt, files_jsonl,  data_folder};

}  // namespace

KnownFolders::KnownFolders() {
  add(files::Relative(tree_folder));
  add(files::Relative(streams_folder));
}

void KnownFolders::add_of(const Entry& entry) {
  if (entry.status.kind == files::Kind::folder) add(entry.stored);
  if (entry.status.kind == files::Kind::file) add(files::Relative(files::parent_of(entry.stored)));
  for (const auto& stream : entry.streams) add(files::Relative(files::parent_of(stream.stored)));
}

void KnownFolders::add(files::Relative path) {
  while (!path.empty() && known_.insert(path).second) path = files::Relative(files::parent_of(path));
}

bool is_stray(const Wrong& wrong) {
  return wrong.why == extra_file || wrong.why == extra_folder;
}

Result<void> find_strays(files::Tree& recovery, const KnownFolders& known, std::vector<Wrong>& wrong) {
  REQUEUE_TRY(const auto beside, recovery.list(files::Relative(folder)));
  for (const auto& entry : beside) {
    if (std::ranges::find(own_names, entry.name) == own_names.end())
      wrong.push_back({entry.name, std::string(extra_file)});
  }
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
