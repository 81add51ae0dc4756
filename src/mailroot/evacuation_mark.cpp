#include "mailroot/evacuation_mark.h"

#include <algorithm>

#include "core/text.h"

namespace requeue::mailroot {
namespace {

constexpr std::uint64_t largest_mark = std::uint64_t{64} * 1024;

files::Relative mark_path() {
  return files::Relative(evacuation_mark);
}

}  // namespace

Result<std::optional<Token>> read_mark(files::Tree& mailroot) {
  const auto bytes = files::read_file(mailroot, mark_path(), largest_mark);
  if (!bytes && bytes.error().cause == Cause::not_found) return std::optional<Token>();
  if (!bytes) return failure(bytes.error());
  auto token = parse_token(*bytes);
  if (token.id.empty() || std::ranges::count(*bytes, '\n') < 2) return std::optional<Token>();
  return std::optional(std::move(token));
}

Result<void> set_mark(files::Tree& mailroot, const Token& token) {
  REQUEUE_TRY(const auto found, read_mark(mailroot));
  if (!found) REQUEUE_CHECK(take_mark_away(mailroot));
  REQUEUE_CHECK(files::write_file(mailroot, mark_path(), render(token)));
  REQUEUE_CHECK(mailroot.flush_file(mark_path()));
  return mailroot.flush_folder("");
}

Result<void> take_mark_away(files::Tree& mailroot) {
  const auto removed = mailroot.remove_file(mark_path());
  if (!removed && removed.error().cause == Cause::not_found) return {};
  if (!removed) return removed;
  return mailroot.flush_folder("");
}

Result<void> check_no_other_evacuation(files::Tree& mailroot, const std::string& id) {
  const auto found = read_mark(mailroot);
  const auto path = files::to_text(mailroot.path_of(evacuation_mark));
  if (!found) {
    return failure(Exit::precondition, "it cannot be told whether another evacuation of this Mailroot is open", path,
                   found.error().why,
                   "Nothing was touched. This file says which recovery folder an evacuation that was cut short writes "
                   "to. Make it readable; if there is no such evacuation, remove it, then run again.");
  }
  if (!*found || (*found)->id == id) return {};
  const auto& other = (*found)->recovery;
  return failure(Exit::precondition, "another evacuation of this Mailroot was cut short and is still open", path,
                 "it belongs to the recovery folder " + other + ", which has what is gone from here already",
                 "Nothing was touched. Finish that one first: requeue evacuate --recovery \"" + other +
                     "\", or put its mail back: requeue restore --recovery \"" + other +
                     "\". Only if that folder is lost for good, remove the file named above.");
}

}  // namespace requeue::mailroot
