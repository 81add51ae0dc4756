// inspect: a read-only look at a Mailroot or a recovery folder.
#include <map>

#include "commands/context.h"
#include "commands/session.h"
#include "core/text.h"
#include "mailroot/mailroot.h"
#include "snapshot/bag.h"

namespace requeue::commands {
namespace {

using mailroot::FolderCount;

Result<std::vector<FolderCount>> count_snapshot(files::Tree& recovery) {
  std::map<std::string, FolderCount> folders;
  REQUEUE_CHECK(snapshot::check_tags(recovery, {}));
  REQUEUE_CHECK(snapshot::read_entries(recovery, [&](const snapshot::Entry& entry) -> Result<void> {
    const std::string top(mailroot::top_of(entry.source));
    const bool top_folder = entry.status.kind == files::Kind::folder && !entry.source.empty() && top.empty();
    if (top_folder) folders[entry.source];
    if (entry.status.kind != files::Kind::file) return {};
    auto& folder = folders[top];
    folder.bytes += entry.status.size;
    if (folder.files++ == 0 || entry.status.written < folder.oldest) folder.oldest = entry.status.written;
    return {};
  }));
  std::vector<FolderCount> counted;
  for (auto& [name, folder] : folders) {
    folder.name = name;
    folder.role = mailroot::role_of(name);
    counted.push_back(std::move(folder));
  }
  return counted;
}

}  // namespace

Result<Outcome> inspect(Context& context) {
  REQUEUE_TRY(const auto tree, context.files.open(context.options.path));
  const bool recovery = static_cast<bool>(tree->status(files::Relative(journal::file_name)));
  if (!recovery) REQUEUE_CHECK(mailroot::check(*tree));
  REQUEUE_TRY(const auto folders, recovery ? count_snapshot(*tree) : mailroot::count_folders(*tree));
  auto& console = context.console;
  console.result(std::string(recovery ? "recovery folder " : "Mailroot ") + files::to_text(tree->path()));
  Json list = Json::array();
  for (const auto& folder : folders) {
    const auto shown = folder.name.empty() ? std::string("(in the Mailroot itself)") : printable(folder.name);
    const auto oldest = folder.files == 0 ? std::string() : to_iso8601(folder.oldest);
    console.result("  " + shown + ": " + counted(folder.files, "file") + ", " + counted(folder.bytes, "byte") +
                   (oldest.empty() ? "" : ", oldest " + oldest));
    Json item{{"name", escape_bytes(folder.name)}, {"files", folder.files}, {"bytes", folder.bytes}};
    item["oldest"] = oldest.empty() ? Json(nullptr) : Json(oldest);
    list.push_back(std::move(item));
  }
  if (!recovery) console.result("Only read. On a running service the figures move.");
  return Outcome{Exit::done, Json{{"folders", std::move(list)}}};
}

}  // namespace requeue::commands
