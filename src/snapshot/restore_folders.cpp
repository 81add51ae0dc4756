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
      return remove_leftovers(path);
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

Result<void> RestoreFolders::remove_leftovers(const files::Relative& path) {
  REQUEUE_TRY(const auto entries, target_.list(path));
  for (const auto& entry : entries) {
    if (entry.kind != files::Kind::file || !is_temporary_name(entry.name)) continue;
    REQUEUE_CHECK(target_.remove_file(files::join(path, entry.name)));
  }
  return {};
}

}  // namespace requeue::snapshot
