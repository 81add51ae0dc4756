#include "mailroot/places.h"

#include "core/text.h"
#include "mailroot/joined_tree.h"
#include "mailroot/mailroot.h"

namespace requeue::mailroot {
namespace {

tl::unexpected<Error> refused_place(const std::string& path, std::string why, std::string hint) {
  return failure(Exit::precondition, "a folder of the Mailroot is not where the service is configured to have it", path,
                 std::move(why), "Nothing was touched. " + std::move(hint));
}

// One Tree for those that stand in one folder, so that a rename between them can work.
Result<std::shared_ptr<files::Tree>> open_holder(files::Files& files, const files::Path& path,
                                                 const std::vector<Part>& parts) {
  REQUEUE_TRY(auto tree, files.open(path));
  REQUEUE_TRY(const auto status, tree->status(""));
  for (const auto& part : parts) {
    REQUEUE_TRY(const auto other, part.holder->status(""));
    const bool same = part.holder->path() == tree->path() ||
                      (status.identity == other.identity && status.identity != files::Identity{});
    if (same) return part.holder;
  }
  return tree;
}

Result<Part> open_part(files::Files& files, const std::string& name, const std::string& path,
                       const std::vector<Part>& parts) {
  files::Path whole(path);
  while (whole.filename() == "." || (whole.filename().empty() && whole.has_relative_path())) {
    whole = whole.parent_path();
  }
  if (!whole.is_absolute() || !whole.has_relative_path() || whole.filename() == "..") {
    return refused_place(path, "it is no folder below another on this host", "Give --mailroot DIR.");
  }
  auto holder = open_holder(files, whole.parent_path(), parts);
  const auto missing = [&] {
    return refused_place(path, "there is no such folder", "Start the service once: it makes its folders.");
  };
  if (!holder && holder.error().cause == Cause::not_found) return missing();
  if (!holder) return failure(std::move(holder.error()));
  Part part{name, *holder, whole.filename().string()};
  const auto status = part.holder->status(part.real);
  if (!status && status.error().cause == Cause::not_found) return missing();
  if (!status) return failure(status.error());
  if (status->kind != files::Kind::folder && status->kind != files::Kind::link) {
    return refused_place(path, "it is no folder", "Put the folder in its place.");
  }
  return part;
}

Result<void> require_apart(const std::vector<Part>& parts) {
  for (const auto& a : parts) {
    for (const auto& b : parts) {
      if (&a == &b) continue;
      const auto inner = a.holder->path_of(a.real).string();
      const auto outer = b.holder->path_of(b.real).string();
      REQUEUE_TRY(const auto status, a.holder->status(a.real));
      REQUEUE_TRY(const auto other, b.holder->status(b.real));
      const bool same = status.identity == other.identity && status.identity != files::Identity{};
      if (!same && !is_inside(inner, outer)) continue;
      return refused_place(inner, "it is or lies in " + outer + ", which is " + b.name,
                           "Each needs a folder of its own: mend the service's settings.");
    }
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<files::Tree>> open_recorded(files::Files& files, const std::string& mailroot,
                                                   const Folders& folders) {
  return folders.empty() ? files.open(mailroot) : open_folders(files, folders);
}

bool is_inside(std::string_view inner, std::string_view outer) {
  if (inner.size() < outer.size() || !ascii_iequals(inner.substr(0, outer.size()), outer)) return false;
  return inner.size() == outer.size() || outer.ends_with('/') || outer.ends_with('\\') || inner[outer.size()] == '/' ||
         inner[outer.size()] == '\\';
}

Result<std::shared_ptr<files::Tree>> open_folders(files::Files& files, const Folders& folders) {
  std::vector<Part> parts;
  for (const auto& [name, path] : folders) {
    REQUEUE_TRY(auto part, open_part(files, name, path, parts));
    parts.push_back(std::move(part));
  }
  REQUEUE_CHECK(require_apart(parts));
  std::shared_ptr<files::Tree> home;
  for (const auto role : {Role::queue, Role::pickup}) {
    for (const auto& part : parts) {
      if (role_of(part.name) == role) home = part.holder;
    }
  }
  if (!home) return refused_place({}, "neither Queue nor Pickup is among them", "Give --mailroot DIR.");
  return std::make_shared<JoinedTree>(std::move(home), std::move(parts), [](std::string_view name) {
    return is_staging(name) || ascii_iequals(name, probe_staging) || name == evacuation_mark;
  });
}

}  // namespace requeue::mailroot
