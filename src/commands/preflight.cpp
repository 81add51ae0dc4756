#include "commands/preflight.h"

#include <algorithm>
#include <set>

#include "commands/recorded_place.h"
#include "commands/session.h"
#include "commands/words.h"
#include "core/text.h"
#include "snapshot/bag.h"
#include "snapshot/removal.h"

namespace requeue::commands {
namespace {

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
Result<void> require_apart(Context& context, const std::string& folder) {
  if (context.options.recovery.empty()) return {};
  REQUEUE_TRY(const auto recovery, context.files.resolve(context.options.recovery));
  if (!mailroot::is_inside(recovery.string(), folder) && !mailroot::is_inside(folder, recovery.string())) return {};
  return failure(Exit::precondition, "the recovery folder and the Mailroot lie one inside the other", recovery.string(),
                 "the Mailroot is " + folder, "Nothing was touched. Choose a recovery folder outside the Mailroot.");
}

Result<void> require_not_in(Context& context, const std::string& mailroot) {
  if (context.options.recovery.empty() || mailroot.empty()) return {};
  REQUEUE_TRY(const auto recovery, context.files.resolve(context.options.recovery));
  if (!mailroot::is_inside(recovery.string(), mailroot)) return {};
  return failure(Exit::precondition, "the recovery folder lies inside the Mailroot", recovery.string(),
                 "the Mailroot is " + mailroot, "Nothing was touched. Choose a recovery folder outside the Mailroot.");
}

// The recovery folder in whose snapshot `path` lies; empty: in none.
files::Path recovery_folder_around(Context& context, const files::Path& path) {
  for (auto inner = path; inner.has_parent_path() && inner != inner.parent_path(); inner = inner.parent_path()) {
    const auto name = ascii_lower(inner.filename().string());
    if (name != "snapshot" && name != "superseded") continue;
    const auto outer = context.files.open(inner.parent_path());
    if (outer && (*outer)->status("journal.jsonl")) return inner.parent_path();
  }
  return {};
}

// A snapshot never changes: a recovery folder in it would make it one that does not verify.
Result<void> require_outside_of_snapshots(Context& context, const files::Path& recovery) {
  const auto around = recovery_folder_around(context, recovery);
  if (around.empty()) return {};
  return failure(Exit::precondition, "this recovery folder would lie in the snapshot of another one",
                 files::to_text(recovery), "that one is " + files::to_text(around),
                 "Nothing was touched. Choose a recovery folder elsewhere.");
}

// Its mail belongs to that one's record, and both would send it.
Result<void> require_no_backup_of_ours(Context& context, const files::Path& backup) {
  const auto around = recovery_folder_around(context, backup);
  if (around.empty()) return {};
  const auto folder = files::to_text(around);
  return failure(Exit::precondition, "this is the snapshot of a recovery folder, and no copy made by hand",
                 files::to_text(backup), "it belongs to " + folder + ", and both would send its mail",
                 "Nothing was touched. Go on with that one: requeue status --recovery " + shell_quoted(folder) +
                     " . Only if its record cannot be mended: requeue restore into an empty folder, adopt that, and "
                     "let nobody replay the first one any more.");
}

bool is_recovery_folder(files::Tree& tree, const files::Relative& folder) {
  for (const char* const name : {"journal.jsonl", "snapshot/tagmanifest-sha256.txt"}) {
    if (tree.status(files::join(folder, name))) return true;
  }
  return false;
}

// One that holds others is the folder in which somebody keeps them: whoever moves, seals or destroys it means one.
// Only of a new one, and two levels down: what is deeper is not looked for.
Result<void> require_not_above_others(Context& context, const files::Path& path) {
  const auto tree = context.files.open(path);
  if (!tree || is_recovery_folder(**tree, "")) return {};
  std::vector<files::Relative> level{""};
  for (int depth = 1; depth <= 2; ++depth) {
    std::vector<files::Relative> deeper;
    for (const auto& folder : level) {
      const auto entries = (*tree)->list(folder);
      if (!entries) continue;  // opened to be written it tells why
      for (const auto& entry : *entries) {
        if (entry.kind != files::Kind::folder) continue;
        const auto below = files::join(folder, entry.name);
        if (!is_recovery_folder(**tree, below)) {
          deeper.push_back(below);
          continue;
        }
        return failure(
            Exit::precondition, "this folder holds another recovery folder", files::to_text(path),
            "that one is " + files::to_text((*tree)->path_of(below)),
            "Nothing was touched. Give each maintenance window a folder of its own beside that one, or, to go "
            "on there, name it with --recovery.");
      }
    }
    level = std::move(deeper);
  }
  return {};
}

// On another host, somebody must say whose service is asked.
Result<void> require_owner(Context& context, files::Tree& mailroot, const files::Relative& folder) {
  if (context.service_stated) return {};
  REQUEUE_TRY(const auto volume, mailroot.volume(folder));
  const auto path = mailroot.path_of(folder).string();
  if (!is_network(path, volume)) return {};
  return failure(Exit::precondition, "the Mailroot is on another host, and nothing says which service owns it", path,
                 "its volume is " + volume.file_system,
                 "Nothing was touched. Say which service to ask: --service-host HOST on Windows, --service command, "
                 "or --service none when the "
                 "service there is stopped.");
}

}  // namespace

Result<void> require_no_snapshot(Context& context, const files::Path& folder, std::string_view what) {
  const auto around = recovery_folder_around(context, folder);
  if (around.empty()) return {};
  return failure(Exit::precondition, std::string(what) + " lies in the snapshot of a recovery folder",
                 files::to_text(folder), "a snapshot never changes, and this one belongs to " + files::to_text(around),
                 "Nothing was touched. Name the folder of the service itself; or requeue restore into an empty folder, "
                 "and take that.");
}

Result<void> require_named_folders(const std::vector<std::string>& given, const std::vector<std::string>& there,
                                   const std::string& option) {
  for (const auto& name : given) {
    const auto is_it = [&](const std::string& each) { return ascii_iequals(each, name); };
    if (std::ranges::any_of(there, is_it) || mailroot::role_of(name) != mailroot::Role::other) continue;
    std::string names;
    for (const auto& each : there) names += (names.empty() ? "" : ", ") + printable(each);
    return failure(Exit::usage, "there is no folder " + printable(name), {}, option + " names it",
                   "Nothing was touched. There are: " + (names.empty() ? "none" : names) + ".");
  }
  return {};
}

Result<void> require_kept_folders(const Context& context, files::Tree& mailroot) {
  if (context.options.keep.empty()) return {};
  REQUEUE_TRY(const auto entries, mailroot.list(""));
  std::vector<std::string> there;
  for (const auto& entry : entries) {
    const bool ours = mailroot::is_staging(entry.name) || entry.name == mailroot::probe_staging;
    if (entry.kind == files::Kind::folder && !ours) there.push_back(entry.name);
  }
  return require_named_folders(context.options.keep, there, "--keep");
}

Result<void> require_restored_folders(Context& context) {
  if (context.options.folders.empty()) return {};
  REQUEUE_TRY(const auto recovery, context.files.open(context.options.recovery));
  std::set<std::string> there;
  REQUEUE_CHECK(requeue::snapshot::read_entries(*recovery, [&](const requeue::snapshot::Entry& entry) -> Result<void> {
    const bool is_top = entry.status.kind == files::Kind::folder && entry.source.find('/') == std::string::npos;
    const auto top = is_top ? std::string_view(entry.source) : mailroot::top_of(entry.source);
    if (!top.empty()) there.emplace(top);
    return {};
  }));
  return require_named_folders(context.options.folders, {there.begin(), there.end()}, "--folder");
}

Result<Site> check_site(Context& context, std::shared_ptr<files::Tree> tree, mailroot::Folders folders) {
  Site site{std::move(tree), {}, std::move(folders), {}};
  site.mailroot_path = site.mailroot->path().string();
  if (site.folders.empty()) {
    REQUEUE_CHECK(require_no_snapshot(context, site.mailroot->path(), "this Mailroot"));
    REQUEUE_CHECK(require_apart(context, site.mailroot_path));
    REQUEUE_CHECK(require_owner(context, *site.mailroot, ""));
  }
  // What the journal calls the Mailroot: a later evacuation of it would take the recovery folder for one of its own.
  if (!site.folders.empty()) REQUEUE_CHECK(require_not_in(context, site.mailroot_path));
  for (const auto& [name, path] : site.folders) {
    REQUEUE_CHECK(require_no_snapshot(context, path, "this folder of the Mailroot"));
    REQUEUE_CHECK(require_apart(context, path));
    REQUEUE_CHECK(require_owner(context, *site.mailroot, name));
  }
  const bool only_looks = context.options.command == "inspect" || context.options.command == "status";
  REQUEUE_CHECK(only_looks ? mailroot::check_to_look(*site.mailroot) : mailroot::check(*site.mailroot));
  return site;
}

namespace {

Result<std::shared_ptr<files::Tree>> open_given(Context& context, const std::string& given, std::string_view what,
                                                const std::string& option) {
  auto opened = context.files.open(given);
  if (opened) return *opened;
  auto error = std::move(opened.error());
  error.exit = Exit::precondition;
  error.what = "cannot open " + std::string(what);
  error.hint = "Nothing was touched. Give " + option + " the folder that holds Queue and Pickup.";
  return failure(std::move(error));
}

}  // namespace

Result<Site> open_site(Context& context, const std::string& given) {
  REQUEUE_TRY(auto opened, open_given(context, given, "the Mailroot", "--mailroot"));
  return check_site(context, std::move(opened), {});
}

Result<Site> open_backup(Context& context, const std::string& given) {
  REQUEUE_TRY(auto opened, open_given(context, given, "the copy of the Mailroot", "--backup"));
  Site site{std::move(opened), {}, {}, {}};
  site.mailroot_path = site.mailroot->path().string();
  REQUEUE_CHECK(require_no_backup_of_ours(context, site.mailroot->path()));
  REQUEUE_CHECK(require_apart(context, site.mailroot_path));
  REQUEUE_CHECK(mailroot::check(*site.mailroot));
  return site;
}

namespace {

// Hard links need one volume; whether it has them is seen at the first one.
Result<bool> will_link(Context& context, files::Tree& source, const files::Volume& volume) {
  if (context.options.method == snapshot::Method::copy) return false;
  REQUEUE_TRY(const auto from, source.volume(""));
  if (from.identity == volume.identity) return true;
  if (context.options.method == snapshot::Method::automatic) return false;
  return failure(Exit::precondition, "--method link needs the recovery folder on the Mailroot's volume",
                 context.options.recovery, "it is on another one",
                 "Nothing was touched. Choose a recovery folder there, or --method copy.");
}

// What is to stay in the Mailroot is copied, whatever the method. Names of folders are all that the scope asks for.
std::uint64_t bytes_that_stay(const Context& context, const std::vector<mailroot::FolderCount>& folders) {
  const snapshot::Scope scope(context.options.keep, context.options.empty_mailbox);
  std::uint64_t bytes = 0;
  for (const auto& each : folders) {
    if (!scope.removes(each.name + '/')) bytes += each.bytes;
  }
  return bytes;
}

}  // namespace

Result<void> check_space(Context& context, files::Tree& source, const mailroot::Survey& survey) {
  const auto& counts = survey.counts;
  REQUEUE_TRY(const auto resolved, context.files.resolve(context.options.recovery));
  REQUEUE_CHECK(require_outside_of_snapshots(context, resolved));
  REQUEUE_CHECK(require_not_above_others(context, resolved));
  REQUEUE_TRY(const auto tree, nearest_folder(context.files, resolved));
  REQUEUE_TRY(const auto volume, tree->volume(""));
  if (auto access = tree->check_access("", true); !access) {
    auto error = std::move(access.error());
    error.exit = Exit::precondition;
    error.hint = "Nothing was touched. Choose a recovery folder that this account can write.";
    return failure(std::move(error));
  }
  REQUEUE_TRY(const bool links, will_link(context, source, volume));
  const auto written = links ? bytes_that_stay(context, survey.folders) : counts.bytes;
  const auto needed = written + written / 10 + (1U << 20U);
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

Result<void> require_snapshot_of_record(const Context& context, const recovery::State& state) {
  const auto& last = state.last_command;
  const bool takes = last == "evacuate" || last == "snapshot" || last == "adopt";
  if (!state.snapshot || state.emptying || !state.run_open || !takes) return {};
  const auto tree = context.files.open(context.options.recovery);
  if (!tree) return {};
  const auto whole = requeue::snapshot::check_tags(**tree, state.snapshot->root);
  if (whole || whole.error().exit != Exit::verification) return {};
  return failure(Exit::precondition, "the snapshot was being taken anew when the run was cut short",
                 context.options.recovery,
                 "the one that its journal names was moved aside, and the new one is not done",
                 "Nothing is damaged, and nothing was removed from the Mailroot. Run the same requeue " + last +
                     " again; it takes the snapshot anew.");
}

Result<void> require_stopped(Context& context, std::string_view for_what) {
  REQUEUE_TRY(const auto state, context.service.state());
  if (state == service::State::stopped || state == service::State::absent) return {};
  return failure(Exit::precondition, std::string(for_what) + " needs the SMTP service stopped", {},
                 service_in_words(context) + " is " + std::string(service::to_string(state)),
                 "Nothing was touched. Run `requeue stop` first, with the same --service options. If it is still "
                 "stopping, wait and run again; never use iisreset.");
}

Result<void> require_asked_service(const Context& context, const recovery::State& state, std::string what) {
  const bool asked_before = !state.service_found.empty() && state.service_found != "absent";
  if (!asked_before || context.service_stated) return {};
  REQUEUE_TRY(const auto now, context.service.state());
  if (now != service::State::absent) return {};
  return failure(Exit::precondition, std::move(what), {}, "no --service option was given",
                 "Nothing was touched. Give the --service options of the first run again; or --service none, if the "
                 "service is stopped for certain.");
}

// Typed again without its --service options, the command would empty under a service that runs, and not ask.
Result<void> require_known_service(const Context& context, const recovery::State& state) {
  if (!state.emptying) return {};
  return require_asked_service(context, state, "this emptying was begun with a service that is asked, and now none is");
}

Result<void> require_same_mailroot(const recovery::State& state, const Site& site) {
  if (state.mailroot.empty()) return {};
  if (state.mailroot == files::to_text(site.mailroot_path) && state.mailroot_folders == site.folders) return {};
  return failure(Exit::precondition, "this recovery folder belongs to another Mailroot", site.mailroot_path,
                 state.mailroot == files::to_text(site.mailroot_path) ? "the journal names other places for its folders"
                                                                      : "the journal names " + state.mailroot,
                 "Nothing was touched. Use a new recovery folder for this Mailroot, or name the recorded one.");
}

}  // namespace requeue::commands
