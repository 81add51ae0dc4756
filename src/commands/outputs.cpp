#include "commands/outputs.h"

#include <algorithm>
#include <iterator>

#include "core/text.h"

namespace requeue::commands {
namespace {

// Compared without case, since Windows opens the record under either.
bool is_name_of_record(const std::string& name) {
  static constexpr std::string_view record[] = {"journal.jsonl", "messages.jsonl", "snapshot", "superseded"};
  return std::ranges::find(record, ascii_lower(name)) != std::end(record);
}

// The name directly below `folder` on the way to `path`; empty when it does not lead there.
std::string name_below(const files::Path& folder, const files::Path& path) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end() && rest != path.end() ? rest->string() : std::string();
}

}  // namespace

Result<void> require_outputs_apart(files::Files& files, const Options& options) {
  if (options.recovery.empty()) return {};
  for (const auto* const output :
       {&options.log, &options.out_file, &options.csv_file, &options.jsonl_file, &options.html_file}) {
    if (output->empty()) continue;
    REQUEUE_TRY(const auto recovery, files.resolve(options.recovery));
    REQUEUE_TRY(const auto path, files.resolve(*output));
    if (!is_name_of_record(name_below(recovery, path))) continue;
    return failure(Exit::precondition, "this file would take the place of the record", *output,
                   "it lies in the recovery folder, under a name of the record",
                   "Nothing was touched. Name a file outside the recovery folder.");
  }
  return {};
}

}  // namespace requeue::commands
