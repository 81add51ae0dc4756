#include "commands/preflight.h"

#include <algorithm>

#include "commands/session.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

bool is_inside(const std::string& inner, const std::string& outer) {
  if (inner == outer) return true;
  if (inner.size() <= outer.size() || inner.compare(0, outer.size(), outer) != 0) return false;
  return outer.ends_with('/') || inner[outer.size()] == '/' || inner[outer.size()] == '\\';
}

bool is_network(const std::string& path, const files::Volume& volume) {
  static constexpr std::string_view network[] = {"nfs", "cifs", "smb", "smb2", "9p", "afs", "ceph", "ncp"};
  return path.starts_with("\\\\") || std::ranges::find(network, volume.file_system) != std::end(network);
}

// The deepest folder of `path` that exists already.
Result<std::shared_ptr<files::Tree>> nearest_folder(files::Files& files, files::Path path) {
  for (;;) {
    auto tree = files.open(path);
    if (tree || tree.error().cause != Cause::not_found || !path.has_parent_path() || path == path.parent_path()) {
      return tree;
    }
    path = path.parent_path();
  }
}

// Neither inside the other: a snapshot would take in itself, or be emptied. A probe may name no recovery folder.
Result<void> require_apart(Context& context, const std::string& mailroot) {
  if (context.options.recovery.empty()) return {};
  REQUEUE_TRY(const auto recovery, context.files.resolve(context.options.recovery));
  if (!is_inside(recovery.string(), mailroot) && !is_inside(mailroot, recovery.string())) return {};
  return failure(Exit::precondition, "the recovery folder and the Mailroot lie one inside the other", recovery.string(),
                 "the Mailroot is " + mailroot, "Nothing was touched. Choose a recovery folder outside the Mailroot.");
}

}  // namespace

Result<Site> open_site(Context& context, const std::string& given) {
  Site site;
  auto opened = context.files.open(given);
  if (!opened) {
    auto error = std::move(opened.error());
    error.exit = Exit::precondition;
    error.what = "cannot open the Mailroot";
    error.hint = "Nothing was touched. Give --mailroot the folder that holds Queue and Pickup.";
    return failure(std::move(error));
  }
  site.mailroot = *opened;
  site.mailroot_path = site.mailroot->path().string();
  REQUEUE_CHECK(require_apart(context, site.mailroot_path));
  REQUEUE_TRY(const auto volume, site.mailroot->volume(""));
  if (is_network(given, volume) && !context.service_stated) {
    return failure(Exit::precondition, "the Mailroot is on another host, and nothing says which service owns it", given,
                   "its volume is " + volume.file_system,
                   "Nothing was touched. Say which service to ask: --service-host HOST on Windows, --service command, "
                   "or --service none when the "
                   "service there is stopped.");
  }
  REQUEUE_CHECK(mailroot::check(*site.mailroot));
  return site;
}

Result<void> check_space(Context& context, const mailroot::Counts& counts) {
  REQUEUE_TRY(const auto resolved, context.files.resolve(context.options.recovery));
  REQUEUE_TRY(const auto tree, nearest_folder(context.files, resolved));
  REQUEUE_TRY(const auto volume, tree->volume(""));
  if (auto access = tree->check_access("", true); !access) {
    auto error = std::move(access.error());
    error.exit = Exit::precondition;
    error.hint = "Nothing was touched. Choose a recovery folder that this account can write.";
    return failure(std::move(error));
  }
  const auto needed = counts.bytes + counts.bytes / 10 + (1U << 20U);
  if (volume.free_bytes < needed) {
    return failure(Exit::precondition, "not enough free space for the snapshot", resolved.string(),
                   std::to_string(volume.free_bytes) + " bytes are free, " + std::to_string(needed) +
                       " are needed (the tree and 10 %)",
                   "Nothing was touched. Choose a recovery folder on a larger volume.");
  }
  const auto files_needed = counts.files + counts.folders + counts.streams + 16;
  if (volume.free_files < files_needed) {
    return failure(
        Exit::precondition, "the volume can hold too few files for the snapshot", resolved.string(),
        std::to_string(volume.free_files) + " more files fit, " + std::to_string(files_needed) + " are needed",
        "Nothing was touched. Choose a recovery folder on another volume.");
  }
  return {};
}

Result<void> require_stopped(Context& context, std::string_view for_what) {
  REQUEUE_TRY(const auto state, context.service.state());
  if (state == service::State::stopped || state == service::State::absent) return {};
  return failure(Exit::precondition, std::string(for_what) + " needs the SMTP service stopped", {},
                 context.service.name() + " is " + std::string(service::to_string(state)),
                 "Nothing was touched. Run `requeue stop` first, with the same --service options. If it is still "
                 "stopping, wait and run again; never use iisreset.");
}

Result<void> require_same_mailroot(const std::string& recorded, const std::string& given) {
  if (recorded.empty() || recorded == given) return {};
  return failure(Exit::precondition, "this recovery folder belongs to another Mailroot", given,
                 "the journal names " + recorded,
                 "Nothing was touched. Use a new recovery folder for this Mailroot, or name the recorded one.");
}

}  // namespace requeue::commands
