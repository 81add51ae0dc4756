#include "commands/outputs.h"

#include <algorithm>
#include <iterator>

#include "core/text.h"
#include "mailroot/mailroot.h"
#include "mailroot/places.h"
#include "recovery/recovery.h"

namespace requeue::commands {
namespace {

// Compared without case, since Windows opens the record under either.
bool is_name_of_record(const std::string& name) {
  static constexpr std::string_view record[] = {"journal.jsonl", "messages.jsonl", "heads.jsonl",       "snapshot",
                                                "superseded",    "seal.json",      "seal.json.minisig", "cache"};
  return std::ranges::find(record, ascii_lower(name)) != std::end(record);
}

// The name directly below `folder` on the way to `path`; empty when it does not lead there.
std::string name_below(const files::Path& folder, const files::Path& path) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end() && rest != path.end() ? rest->string() : std::string();
}

std::vector<std::string> outputs_of(const Options& options) {
  std::vector<std::string> outputs;
  for (const auto* const output :
       {&options.log, &options.out_file, &options.csv_file, &options.jsonl_file, &options.html_file}) {
    if (!output->empty()) outputs.push_back(*output);
  }
  return outputs;
}

Result<void> require_apart_from_record(files::Files& files, const std::string& recovery, const std::string& output,
                                       const files::Path& path) {
  if (recovery.empty()) return {};
  REQUEUE_TRY(const auto folder, files.resolve(recovery));
  if (!is_name_of_record(name_below(folder, path))) return {};
  return failure(Exit::precondition, "this file would take the place of the record", output,
                 "it lies in the recovery folder, under a name of the record",
                 "Nothing was touched. Name a file outside the recovery folder.");
}

// A Mailroot is known by its folders, whoever named it.
void add_mailroots_above(files::Files& files, const files::Path& path, std::vector<std::string>& folders) {
  for (auto folder = path.parent_path(); !folder.empty(); folder = folder.parent_path()) {
    const auto tree = files.open(folder);
    if (tree && (*tree)->status("Queue") && (*tree)->status("Pickup")) folders.push_back(folder.string());
    if (folder == folder.parent_path()) return;
  }
}

// A link that leads to nothing yet: what is written through it stands where nobody has looked.
Result<void> require_no_dangling_link(files::Files& files, const std::string& output, const files::Path& path) {
  const auto folder = files.open(path.parent_path());
  if (!folder) return {};
  const auto status = (*folder)->status(path.filename().string());
  if (!status || status->kind != files::Kind::link) return {};
  return failure(Exit::precondition, "this file would be written through a link that leads nowhere", output, {},
                 "Nothing was touched. Name the file itself.");
}

// Every place where a service may look for mail: as given, and as the record has it.
std::vector<std::string> live_folders(files::Files& files, const Options& options) {
  std::vector<std::string> folders{options.mailroot, options.pickup, options.backup};
  if (options.recovery.empty()) return folders;
  // A record that cannot be read is the command's to tell.
  const auto recovery = recovery::open_to_read(files, options.recovery);
  if (!recovery) return folders;
  const auto& state = (*recovery)->state();
  folders.push_back(state.pickup);
  for (const auto& recorded : {state.mailroot, state.replay_pickup}) folders.push_back(unescape_bytes(recorded));
  for (const auto& [name, place] : state.mailroot_folders) folders.push_back(place);
  return folders;
}

}  // namespace

Result<void> require_outputs_apart(files::Files& files, const Options& options) {
  const auto outputs = outputs_of(options);
  if (outputs.empty()) return {};
  const auto named = live_folders(files, options);
  for (const auto& output : outputs) {
    REQUEUE_TRY(const auto path, files.resolve(output));
    REQUEUE_CHECK(require_no_dangling_link(files, output, path));
    auto folders = named;
    add_mailroots_above(files, path, folders);
    REQUEUE_CHECK(require_apart_from_record(files, options.recovery, output, path));
    for (const auto& folder : folders) {
      if (folder.empty()) continue;
      const auto there = files.resolve(folder);
      if (!there || !mailroot::is_inside(path.string(), there->string())) continue;
      return failure(Exit::precondition, "this file would stand in the Mailroot, or in a copy of it", output,
                     "the service takes what stands in its folders for mail: " + files::to_text(*there),
                     "Nothing was touched. Name a file outside of it.");
    }
  }
  return {};
}

}  // namespace requeue::commands
