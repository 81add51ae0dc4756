#include "snapshot/restore_folders.h"

#include "core/text.h"
#include "snapshot/restore_copy.h"

namespace requeue::snapshot {

Result<void> RestoreFolders::make(const files::Relative& path) {
  if (standing_.contains(path) || refused_.contains(path)) return {};
  auto made = target_.make_folder(path, 0700);
  if (made) {
    standing_.insert(path);
    unflushed_.emplace(files::parent_of(path));
    return {};
  }
  if (ends_the_run(made.error().cause)) return made;
  if (made.error().cause == Cause::exists) {
    const auto status = target_.status(path);
    if (status && status->kind == files::Kind::folder) {
      standing_.insert(path);
      return remove_leftovers(target_, path);
    }
  }
  refused_.insert(path);
  if (made.error().cause == Cause::exists) {
    result_.conflicts.push_back(printable(path) + ": something that is no folder stands there");
  } else {
    result_.left_out.push_back(printable(path) + ": " + printable(made.error().why));
  }
  return {};
}

Result<void> RestoreFolders::flush() {
  for (const auto& parent : unflushed_) REQUEUE_CHECK(target_.flush_folder(parent));
  unflushed_.clear();
  return {};
}

Result<void> RestoreFolders::make_parents(const files::Relative& path) {
  for (auto slash = path.find('/'); slash != files::Relative::npos; slash = path.find('/', slash + 1)) {
    REQUEUE_CHECK(make(path.substr(0, slash)));
  }
  return {};
}

Result<void> remove_leftovers(files::Tree& target, const files::Relative& path) {
  const auto entries = target.list(path);
  if (!entries && entries.error().cause == Cause::not_found) return {};
  if (!entries) return failure(entries.error());
  for (const auto& entry : *entries) {
    if (entry.kind != files::Kind::file || !is_temporary_name(entry.name)) continue;
    REQUEUE_CHECK(target.remove_file(files::join(path, entry.name)));
  }
  return {};
}

// A folder that goes meanwhile, or cannot be read, holds nothing that is told here: whoever walks the tree tells why.
Result<std::optional<files::Relative>> find_leftover(files::Tree& tree) {
  std::vector<files::Relative> left{""};
  while (!left.empty()) {
    const auto path = std::move(left.back());
    left.pop_back();
    std::optional<files::Relative> found;
    const auto looked = tree.each(path, [&](const files::Entry& entry) {
      if (entry.kind == files::Kind::folder) left.push_back(files::join(path, entry.name));
      if (entry.kind == files::Kind::file && is_temporary_name(entry.name)) found = files::join(path, entry.name);
    });
    if (found) return found;
    if (!looked && path.empty()) return failure(looked.error());
  }
  return std::optional<files::Relative>();
}

}  // namespace requeue::snapshot
