#include <array>
#include <utility>

#include "core/text.h"
#include "mailroot/mailroot.h"

namespace requeue::mailroot {
namespace {

constexpr std::array<std::pair<std::string_view, Role>, 7> roles{{{"queue", Role::queue},
                                                                  {"pickup", Role::pickup},
                                                                  {"drop", Role::drop},
                                                                  {"badmail", Role::badmail},
                                                                  {"mailbox", Role::mailbox},
                                                                  {"route", Role::route},
                                                                  {"sorttemp", Role::sort_temp}}};
constexpr std::string_view staging_prefix = ".requeue-";

}  // namespace

Role role_of(std::string_view top_folder) {
  for (const auto& [name, role] : roles) {
    if (ascii_iequals(name, top_folder)) return role;
  }
  return Role::other;
}

std::string_view to_string(Role role) {
  for (const auto& [name, each] : roles) {
    if (each == role) return name;
  }
  return "other";
}

std::string_view top_of(std::string_view source) {
  const auto slash = source.find('/');
  return slash == std::string_view::npos ? std::string_view() : source.substr(0, slash);
}

bool is_staging(std::string_view top_folder) {
  return top_folder.size() > staging_prefix.size() &&
         ascii_iequals(top_folder.substr(0, staging_prefix.size()), staging_prefix) &&
         !ascii_iequals(top_folder, probe_staging) && !ascii_iequals(top_folder, evacuation_mark);
}

}  // namespace requeue::mailroot
