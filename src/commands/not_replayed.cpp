#include "commands/not_replayed.h"

#include <algorithm>

#include "commands/words.h"
#include "core/text.h"
#include "mailroot/mailroot.h"
#include "snapshot/bag.h"

namespace requeue::commands {
namespace {

using mailroot::Role;
using snapshot::FilesPerFolder;

bool is_replayed(const recovery::State& state, std::string_view top) {
  const auto role = mailroot::role_of(top);
  return role == Role::queue || role == Role::pickup || state.replayed_folders.contains(ascii_lower(top));
}

bool was_left(const recovery::State& state, std::string_view top) {
  return top.empty() || std::ranges::find(state.kept_folders, ascii_lower(top)) != state.kept_folders.end() ||
         (mailroot::role_of(top) == Role::mailbox && !state.mailbox_emptied);
}

// Without those that a restore has put back.
Result<FilesPerFolder> count(const Context& context, recovery::Recovery& recovery) {
  FilesPerFolder counts;
  REQUEUE_CHECK(snapshot::read_entries(
      recovery.tree(),
      [&](const snapshot::Entry& entry) -> Result<void> {
        const bool is_back = recovery.state().restored.contains(escape_bytes(entry.source));
        if (entry.status.kind == files::Kind::file && !is_back) ++counts[std::string(mailroot::top_of(entry.source))];
        return {};
      },
      context.options.jobs));
  return counts;
}

std::vector<std::string> lines_of(const Context& context, const recovery::State& state, const FilesPerFolder& counts) {
  std::vector<std::string> lines;
  for (const auto& [name, files] : counts) {
    if (is_replayed(state, name) || was_left(state, name)) continue;
    lines.push_back(printable(name) + ": " + counted(files, "file") + " only in the snapshot; back with: " +
                    again(context, "restore", state) + service_options(context) + " --folder " + shell_quoted(name));
  }
  return lines;
}

}  // namespace

std::vector<std::string> not_replayed_lines(const Context& context, recovery::Recovery& recovery) {
  const auto counts = count(context, recovery);
  return counts ? lines_of(context, recovery.state(), *counts) : std::vector<std::string>();
}

void tell_not_replayed(Context& context, recovery::Recovery& recovery, const FilesPerFolder& folders) {
  const auto& state = recovery.state();
  // What a restore has put back stands in the Mailroot as well: which files those are, only the list tells.
  const auto lines = state.restored.empty() ? lines_of(context, state, folders) : not_replayed_lines(context, recovery);
  for (const auto& line : lines) context.console.result(line);
}

}  // namespace requeue::commands
