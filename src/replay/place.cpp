// Pickup, the folder that holds it, and the staging folder in between.
#include <algorithm>
#include <cctype>

#include "core/text.h"
#include "replay/handoff.h"

namespace requeue::replay {
namespace {

constexpr std::string_view token_file = "token";
constexpr std::string_view new_token_name = "token.new";
constexpr std::uint64_t spare_bytes = 1U << 20U;  // for names, tokens and the file system's own needs

tl::unexpected<Error> refused(const files::Path& path, std::string why, std::string hint) {
  return failure(Exit::precondition, "cannot hand messages over into this Pickup folder", files::to_text(path),
                 std::move(why), std::move(hint) + " Nothing was written.");
}

tl::unexpected<Error> refused(Error error) {
  error.exit = Exit::precondition;
  return failure(std::move(error));
}

struct Split {
  files::Path parent;
  std::string name;
};

// Pickup's own name must stay as given: were it resolved, a link in its place would go unseen.
Result<Split> split(files::Files& files, const files::Path& pickup) {
  files::Path path = pickup;
  if (path.filename() == "." || path.filename().empty()) path = path.parent_path();
  if (path.empty() || path.filename() == ".." || path.filename() == ".") {
    REQUEUE_TRY(path, files.resolve(pickup));
  }
  const files::Path name = path.filename();
  if (name.empty() || path == path.root_path() || name == path.root_name() || name == path.root_directory()) {
    return refused(pickup, "it has no folder above it, and staging must stand beside Pickup on its volume",
                   "Run requeue on that host, or share the folder that holds Pickup.");
  }
  return Split{path.parent_path().empty() ? files::Path(".") : path.parent_path(), name.string()};
}

tl::unexpected<Error> refused_link(files::Tree& beside, const files::Relative& pickup) {
  const auto target = beside.link_target(pickup);
  return refused(beside.path_of(pickup), "it is a link to " + printable(target ? *target : "an unknown place"),
                 "Links are not followed. Name the folder itself.");
}

Result<void> check_folder(Place& place) {
  const auto path = place.beside->path_of(place.pickup);
  auto status = place.beside->status(place.pickup);
  if (!status) {
    if (status.error().cause != Cause::not_found) return refused(std::move(status.error()));
    return refused(path, "there is no such folder", "Name the Pickup folder of the running service with --pickup.");
  }
  if (status->kind == files::Kind::link) return refused_link(*place.beside, place.pickup);
  if (status->kind != files::Kind::folder) return refused(path, "it is no folder", "Name the Pickup folder.");
  return {};
}

Result<void> check_rights(Place& place) {
  for (const auto& folder : {place.pickup, files::Relative{}}) {
    if (auto access = place.beside->check_access(folder, true); !access) {
      auto error = std::move(access.error());
      error.hint = folder.empty()
                       ? "requeue makes its staging folder here, beside Pickup. Give this account the right to."
                       : "Give this account the right to make files in Pickup.";
      return refused(std::move(error));
    }
  }
  return {};
}

Result<void> check_volume(Place& place) {
  const auto path = place.beside->path_of(place.pickup);
  auto pickup = place.beside->volume(place.pickup);
  if (!pickup) return refused(std::move(pickup.error()));
  auto beside = place.beside->volume({});
  if (!beside) return refused(std::move(beside.error()));
  if (pickup->identity != beside->identity) {
    return refused(path, "the folder above it is on another volume, so no rename from there into it can be atomic",
                   "Name a Pickup whose parent folder is on the same volume.");
  }
  return {};
}

// What stands in staging beside the token; a torn token of a run that was killed is made anew, others' files are not
// touched.
Result<void> check_unowned(Place& place) {
  REQUEUE_TRY(const auto entries, place.beside->list(place.staging));
  for (const auto& entry : entries) {
    if (entry.name == token_file || entry.name == new_token_name) continue;
    return refused(place.beside->path_of(place.staging),
                   "it has the name of this recovery folder's staging, but no token of it, and it holds files",
                   "Look at what is in it and move it away.");
  }
  return {};
}

Result<void> remove_if_there(files::Tree& tree, const files::Relative& path) {
  auto removed = tree.remove_file(path);
  if (removed || removed.error().cause == Cause::not_found) return {};
  return removed;
}

// The token takes its name by the very rename that the handoff will use: whole or not at all after a crash, and a file
// system that cannot rename without replacing is found out here, while nothing is at stake.
Result<void> write_token(Place& place, const mailroot::Token& token) {
  const auto fresh = files::join(place.staging, new_token_name);
  const auto name = files::join(place.staging, token_file);
  REQUEUE_CHECK(remove_if_there(*place.beside, fresh));
  REQUEUE_CHECK(remove_if_there(*place.beside, name));
  REQUEUE_CHECK(files::write_file(*place.beside, fresh, mailroot::render(token), 0644));
  if (auto renamed = place.beside->rename(fresh, name); !renamed) {
    auto error = std::move(renamed.error());
    static_cast<void>(place.beside->remove_file(fresh));
    static_cast<void>(place.beside->remove_folder(place.staging));
    error.hint =
        "This file system cannot rename a file without replacing another. Hand over on the service's own disk.";
    return refused(std::move(error));
  }
  REQUEUE_CHECK(place.beside->flush_folder(place.staging));
  return place.beside->flush_folder({});
}

}  // namespace

Result<files::Path> resolve_pickup(files::Files& files, const files::Path& pickup) {
  REQUEUE_TRY(const auto parts, split(files, pickup));
  if (const auto beside = files.open(parts.parent)) {
    const auto status = (*beside)->status(parts.name);
    if (status && status->kind == files::Kind::link) return refused_link(**beside, parts.name);
  }
  return files.resolve(pickup);
}

Result<Place> open_place(files::Files& files, const files::Path& pickup, const std::string& recovery_id) {
  REQUEUE_TRY(const auto parts, split(files, pickup));
  auto beside = files.open(parts.parent);
  if (!beside) {
    if (beside.error().cause == Cause::not_found) {
      return refused(pickup, "the folder that should hold it does not exist", "Check the path.");
    }
    return refused(std::move(beside.error()));
  }
  Place place{*beside, parts.name, ".requeue-" + recovery_id, {}};
  REQUEUE_CHECK(check_folder(place));
  REQUEUE_CHECK(check_rights(place));
  REQUEUE_CHECK(check_volume(place));
  return place;
}

Result<void> require_room(Place& place, std::uint64_t bytes) {
  auto volume = place.beside->volume(place.pickup);
  if (!volume) return refused(std::move(volume.error()));
  const auto needed = bytes + bytes / 10 + spare_bytes;
  if (volume->free_bytes >= needed) return {};
  return refused(place.beside->path_of(place.pickup),
                 "its volume has " + std::to_string(volume->free_bytes) + " bytes free, and the messages need " +
                     std::to_string(needed),
                 "Make room there, or replay in parts with --limit.");
}

Result<void> make_staging(Place& place, const mailroot::Token& token) {
  if (auto made = place.beside->make_folder(place.staging); !made && made.error().cause != Cause::exists) {
    auto error = std::move(made.error());
    error.hint = "requeue stages composed messages beside Pickup. Give this account the right to make a folder there.";
    return refused(std::move(error));
  }
  const auto found = mailroot::read_token(*place.beside, place.staging);
  if (found && found->id == token.id) return {};
  if (found && !found->id.empty()) {
    return refused(place.beside->path_of(place.staging),
                   "it is the staging folder of another recovery folder: " + printable(found->recovery),
                   "Finish that replay first.");
  }
  REQUEUE_CHECK(check_unowned(place));
  return write_token(place, token);
}

std::string written_name(const Sha256Bytes& sha256, const std::string& id, std::uint64_t number) {
  return to_hex(sha256).substr(0, 16) + "-" + id + "-" + std::to_string(number) + ".eml";
}

std::string_view id_of_written_name(std::string_view name) {
  constexpr std::size_t head = 16, length = 16;
  if (name.size() < head + 1 + length) return {};
  const auto id = name.substr(head + 1, length);
  const bool is_hex = id.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  return is_hex && is_written_name(name, id) ? id : std::string_view();
}

bool is_written_name(std::string_view name, std::string_view id) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::size_t head = 16 + 1 + id.size() + 1;
  constexpr std::string_view ending = ".eml";
  if (name.size() <= head + ending.size() || !ascii_iends_with(name, ending)) return false;
  const auto number = name.substr(head, name.size() - head - ending.size());
  return std::all_of(name.begin(), name.begin() + 16, is_hex) && name[16] == '-' &&
         ascii_iequals(name.substr(17, id.size()), id) && name[head - 1] == '-' && number.size() <= 20 &&
         std::all_of(number.begin(), number.end(), is_digit);
}

}  // namespace requeue::replay
