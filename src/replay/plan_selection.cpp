#include "replay/plan_selection.h"

#include <algorithm>
#include <array>

#include "core/text.h"
#include "mailroot/mailroot.h"

namespace requeue::replay {
namespace {

using mailroot::Role;

constexpr std::array<std::string_view, 4> companions = {".ltr", ".rtr", ".bdr", ".bdp"};

bool is_companion(const files::Relative& source) {
  return std::any_of(companions.begin(), companions.end(),
                     [&](std::string_view extension) { return ascii_iends_with(source, extension); });
}

bool asked(const recovery::State& state, const std::vector<std::string>& folders, std::string_view folder) {
  const auto same = [&](const std::string& name) { return ascii_iequals(name, folder); };
  return state.replayed_folders.count(std::string(folder)) != 0 || std::any_of(folders.begin(), folders.end(), same);
}

}  // namespace

bool names(const std::set<std::string>& sources, const files::Relative& source) {
  return !sources.empty() && sources.count(escape_bytes(source)) != 0;
}

bool stays_in_mailroot(const recovery::State& state, const files::Relative& source) {
  if (names(state.left_in_place, source)) return true;
  if (state.emptied_by_hand) return false;
  const auto top = std::string(mailroot::top_of(source));
  if (top.empty()) return true;
  const auto& kept = state.kept_folders;
  const auto same = [&](const std::string& name) { return ascii_iequals(name, top); };
  if (std::any_of(kept.begin(), kept.end(), same)) return true;
  return mailroot::role_of(top) == Role::mailbox && !state.mailbox_emptied;
}

Selector::Selector(const recovery::State& state, const std::vector<std::string>& folders)
    : state_(state), drop_(asked(state, folders, "drop")), badmail_(asked(state, folders, "badmail")) {}

bool Selector::replays(std::string_view top_folder) const {
  const auto role = mailroot::role_of(top_folder);
  return role == Role::queue || role == Role::pickup || (role == Role::drop && drop_) ||
         (role == Role::badmail && badmail_);
}

Selection Selector::select(const files::Relative& source) const {
  const auto folder = files::parent_of(source);
  if (folder.empty() || folder.find('/') != std::string_view::npos || !replays(folder)) return Selection::other;
  const auto role = mailroot::role_of(folder);
  if (role == Role::pickup) return Selection::message;  // the service takes any name there
  if (role == Role::badmail) return ascii_iends_with(source, ".bad") ? Selection::message : Selection::other;
  if (ascii_iends_with(source, ".eml")) return Selection::message;
  return role == Role::queue && !is_companion(source) ? Selection::unknown_name : Selection::other;
}

std::string Selector::not_replayed_folder(const files::Relative& source) const {
  const auto top = std::string(mailroot::top_of(source));
  if (top.empty() || replays(top) || stays_in_mailroot(state_, source)) return {};
  return top;
}

}  // namespace requeue::replay
