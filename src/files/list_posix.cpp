#include <algorithm>
#include <cerrno>
#include <memory>

#include <dirent.h>

#include "files/posix.h"

namespace requeue::files::posix {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

// Some file systems do not tell the kind with the name. A name that vanished meanwhile is not part of the answer.
bool kind_of(int folder, const dirent& found, Kind& kind) {
  switch (found.d_type) {
    case DT_REG:
      kind = Kind::file;
      return true;
    case DT_DIR:
      kind = Kind::folder;
      return true;
    case DT_LNK:
      kind = Kind::link;
      return true;
    case DT_UNKNOWN:
      break;
    default:
      kind = Kind::special;
      return true;
  }
  Status status;
  if (status_at(folder, found.d_name, status) != 0) return false;
  kind = status.kind;
  return true;
}

}  // namespace

Result<void> each_in_folder(Descriptor folder, const Path& path, const std::function<void(const Entry&)>& visit) {
  const std::string what = "cannot list a folder";
  const std::unique_ptr<DIR, CloseFolder> open(::fdopendir(folder.number()));
  if (!open) return last_error(what, path);
  const int number = folder.release();
  for (;;) {
    errno = 0;
    const dirent* found = ::readdir(open.get());
    if (found == nullptr) break;
    Entry entry{found->d_name, Kind::file};
    if (entry.name == "." || entry.name == "..") continue;
    if (kind_of(number, *found, entry.kind)) {
      visit(entry);
    } else if (errno != ENOENT) {
      return last_error(what, path / found->d_name);
    }
  }
  // A folder that was read in part must not look like a smaller one: what is missing would be lost.
  if (errno != 0) return last_error(what, path);
  return {};
}

Result<std::vector<Entry>> list_folder(Descriptor folder, const Path& path) {
  std::vector<Entry> entries;
  REQUEUE_CHECK(each_in_folder(std::move(folder), path, [&](const Entry& entry) { entries.push_back(entry); }));
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

}  // namespace requeue::files::posix
