#include "mailroot/staging.h"

#include <algorithm>

namespace requeue::mailroot {

Result<bool> holds_only_token(files::Tree& tree, const std::string& staging_folder) {
  REQUEUE_TRY(const auto entries, tree.list(staging_folder));
  return std::all_of(entries.begin(), entries.end(), [](const files::Entry& entry) {
    return entry.name == "token" && entry.kind == files::Kind::file;
  });
}

}  // namespace requeue::mailroot
