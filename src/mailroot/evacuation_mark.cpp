#include "mailroot/evacuation_mark.h"

#include <algorithm>

#include "core/text.h"
#include "mailroot/joined_tree.h"

namespace requeue::mailroot {
namespace {

constexpr std::uint64_t largest_mark = std::uint64_t{64} * 1024;

files::Relative mark_path() {
  return files::Relative(evacuation_mark);
}

std::vector<files::Tree*> holders_of(files::Tree& mailroot) {
  const auto* const joined = dynamic_cast<const JoinedTree*>(&mailroot);
  return joined != nullptr ? joined->holders() : std::vector<files::Tree*>{&mailroot};
}

Result<std::optional<Token>> read_in(files::Tree& holder) {
  const auto bytes = files::read_file(holder, mark_path(), largest_mark);
  if (!bytes && bytes.error().cause == Cause::not_found) return std::optional<Token>();
  if (!bytes) return failure(bytes.error());
  auto token = parse_token(*bytes);
  if (token.id.empty() || std::ranges::count(*bytes, '\n') < 2) return std::optional<Token>();
  return std::optional(std::move(token));
}

Result<void> remove_in(files::Tree& holder) {
  const auto removed = holder.remove_file(mark_path());
  if (!removed && removed.error().cause == Cause::not_found) return {};
  if (!removed) return removed;
  return holder.flush_folder("");
}

// Of a Mailroot in several places each that bears it.
std::string places_of_mark(files::Tree& mailroot, const std::string& id) {
  std::string places;
  for (auto* const holder : holders_of(mailroot)) {
    const auto token = read_in(*holder);
    if (!token || !*token || (*token)->id != id) continue;
    places += (places.empty() ? "" : ", ") + files::to_text(holder->path_of(evacuation_mark));
  }
  return places;
}

}  // namespace

Result<std::optional<Token>> read_mark(files::Tree& mailroot, const std::string& id) {
  std::optional<Token> first;
  bool everywhere = true;
  for (auto* const holder : holders_of(mailroot)) {
    REQUEUE_TRY(auto token, read_in(*holder));
    everywhere = everywhere && token;
    if (token && token->id != id) return token;
    if (token && !first) first = std::move(token);
  }
  return everywhere ? first : std::nullopt;
}

Result<void> set_mark(files::Tree& mailroot, const Token& token) {
  for (auto* const holder : holders_of(mailroot)) {
    REQUEUE_TRY(const auto found, read_in(*holder));
    if (found) continue;
    REQUEUE_CHECK(remove_in(*holder));
    REQUEUE_CHECK(files::write_file(*holder, mark_path(), render(token), 0644));
    REQUEUE_CHECK(holder->flush_file(mark_path()));
    REQUEUE_CHECK(holder->flush_folder(""));
  }
  return {};
}

Result<void> take_mark_away(files::Tree& mailroot, const std::string& id) {
  for (auto* const holder : holders_of(mailroot)) {
    REQUEUE_TRY(const auto found, read_in(*holder));
    if (!found || found->id == id) REQUEUE_CHECK(remove_in(*holder));
  }
  return {};
}

files::Tree& bearer_of_mark(files::Tree& mailroot, const std::string& id) {
  for (auto* const holder : holders_of(mailroot)) {
    const auto token = read_in(*holder);
    if (token && *token && (*token)->id == id) return *holder;
  }
  return mailroot;
}

Result<void> check_no_other_evacuation(files::Tree& mailroot, const std::string& id,
                                       const std::function<std::string(const Token&)>& ways_out) {
  const auto found = read_mark(mailroot, id);
  const auto path = files::to_text(mailroot.path_of(evacuation_mark));
  if (!found) {
    return failure(Exit::precondition, "it cannot be told whether another evacuation of this Mailroot is open", path,
                   found.error().why,
                   "Nothing was touched. This file says which recovery folder an evacuation that was cut short writes "
                   "to. Make it readable; if there is no such evacuation, remove it, then run again.");
  }
  if (!*found || (*found)->id == id) return {};
  return failure(
      Exit::precondition, "an evacuation or a restore of this Mailroot was cut short and is still open",
      places_of_mark(mailroot, (*found)->id),
      "it belongs to the recovery folder " + printable((*found)->recovery) +
          ", which may have what is gone from here already",
      "Nothing was touched. Finish that one first, or put its mail back" +
          (ways_out ? ": " + ways_out(**found) : std::string(".")) +
          " If that folder was moved, or its disk is mounted elsewhere, give its present path. Only if it is "
          "lost for good, or its status says that it is complete, or neither command gets further because its "
          "snapshot is damaged, remove what is named above.");
}

}  // namespace requeue::mailroot
