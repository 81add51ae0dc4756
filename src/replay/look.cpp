#include "replay/look.h"

#include "core/text.h"

namespace requeue::replay {
namespace {

// A folder that cannot be listed counts as empty: a look is for the person's eyes, and ends no run.
template <class Matches>
std::uint64_t count_files(files::Tree& tree, const files::Relative& folder, const Matches& matches) {
  std::uint64_t count = 0;
  const auto looked = tree.each(folder, [&](const files::Entry& entry) {
    if (entry.kind == files::Kind::file && matches(entry.name)) ++count;
  });
  return looked ? count : 0;
}

std::uint64_t count_all(files::Tree& tree, const std::optional<files::Relative>& folder) {
  return folder ? count_files(tree, *folder, [](std::string_view) { return true; }) : 0;
}

}  // namespace

std::optional<files::Relative> neighbour(files::Tree& beside, mailroot::Role role) {
  const auto entries = beside.list({});
  if (!entries) return std::nullopt;
  for (const auto& entry : *entries) {
    if (entry.kind == files::Kind::folder && mailroot::role_of(entry.name) == role) return entry.name;
  }
  return std::nullopt;
}

std::uint64_t count_ours(Place& place, std::string_view id) {
  return count_files(*place.beside, place.pickup, [&](std::string_view name) { return is_written_name(name, id); });
}

std::uint64_t count_bad(files::Tree& beside, const files::Relative& badmail) {
  return count_files(beside, badmail, [](std::string_view name) { return ascii_iends_with(name, ".bad"); });
}

Look look_around(Place& place, std::string_view id) {
  return {count_ours(place, id), count_all(place.looked_at(), neighbour(place.looked_at(), mailroot::Role::queue)),
          count_all(place.looked_at(), neighbour(place.looked_at(), mailroot::Role::badmail))};
}

}  // namespace requeue::replay
