#include "snapshot/newcomers.h"

#include <optional>

#include "snapshot/files_jsonl.h"

namespace requeue::snapshot {

Result<void> visit_newcomers(files::Tree& mailroot, files::Tree& recovery,
                             const std::function<Result<bool>(const Entry&)>& expected,
                             const std::function<void(const mailroot::Item&)>& visit) {
  REQUEUE_TRY(auto entries, open_entries(recovery, files::Relative(folder)));
  REQUEUE_TRY(auto entry, entries.next());
  const auto walked = mailroot::walk(mailroot, [&](const mailroot::Item& item) -> Result<void> {
    if (item.status.kind == files::Kind::folder) return {};
    while (entry && entry->source < item.path) {
      REQUEUE_TRY(entry, entries.next());
    }
    if (entry && entry->source == item.path && entry->status.kind == item.status.kind) {
      REQUEUE_TRY(const bool as_it_should, expected(*entry));
      if (as_it_should) return {};
    }
    visit(item);
    return {};
  });
  if (!walked) return failure(walked.error());
  return {};
}

}  // namespace requeue::snapshot
