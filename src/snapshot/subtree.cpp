#include "snapshot/subtree.h"

namespace requeue::snapshot {

using files::Kind;

Result<std::vector<files::Relative>> each_file_below(
    files::Tree& tree, const files::Relative& root,
    const std::function<Result<void>(const files::Relative& path)>& visit) {
  const auto status = tree.status(root);
  if (!status && status.error().cause == Cause::not_found) return std::vector<files::Relative>();
  if (!status) return failure(status.error());
  if (status->kind != Kind::folder) {
    REQUEUE_CHECK(visit(root));
    return std::vector<files::Relative>();
  }
  std::vector<files::Relative> folders{root};
  for (std::size_t next = 0; next < folders.size(); ++next) {
    const auto current = folders[next];
    REQUEUE_TRY(const auto entries, tree.list(current));
    for (const auto& entry : entries) {
      auto path = files::join(current, entry.name);
      if (entry.kind == Kind::folder)
        folders.push_back(std::move(path));
      else
        REQUEUE_CHECK(visit(path));
    }
  }
  return folders;
}

}  // namespace requeue::snapshot
