#include "snapshot/removal.h"

#include <chrono>

#include "core/sleep.h"
#include "core/text.h"
#include "mailroot/mailroot.h"
#include "snapshot/standing.h"

namespace requeue::snapshot {
namespace {

constexpr int tries = 3;
constexpr std::chrono::milliseconds pause{50};

Error removal_failed(Error error, const Entry& entry) {
  error.exit = Exit::failed;
  error.what = "cannot remove a file from the Mailroot";
  if (error.path.empty()) error.path = escape_bytes(entry.source);
  error.hint =
      "Nothing is lost: the file stands in the verified snapshot. Leave the service stopped, mend the cause, then run "
      "the same command again; it goes on where it stopped.";
  return error;
}

}  // namespace

Scope::Scope(const std::vector<std::string>& keep, bool empty_mailbox) : empty_mailbox_(empty_mailbox) {
  for (const auto& name : keep) {
    auto top = ascii_lower(name);
    while (!top.empty() && (top.back() == '/' || top.back() == '\\')) top.pop_back();
    keep_.insert(std::move(top));
  }
}

bool Scope::removes(std::string_view source) const {
  const auto top = mailroot::top_of(source);
  if (top.empty() || mailroot::is_staging(top) || keep_.count(ascii_lower(top)) > 0) return false;
  return empty_mailbox_ || mailroot::role_of(top) != mailroot::Role::mailbox;
}

bool concerns_one_file(Cause cause) {
  return cause == Cause::denied || cause == Cause::busy;
}

Result<Removal> remove_if_same(files::Tree& mailroot, const Entry& entry) {
  Error last;
  for (int count = 0; count < tries; ++count) {
    if (count > 0) sleep_for(pause);
    auto standing = standing_of(mailroot, entry);
    if (!standing) {
      last = std::move(standing.error());
    } else if (*standing != Standing::same) {
      return Removal{*standing == Standing::absent ? Fate::gone : Fate::changed, {}};
    } else {
      auto removed = mailroot.remove_file(entry.source);
      if (removed) return Removal{};
      last = std::move(removed.error());
    }
    if (last.cause == Cause::not_found) continue;  // the next look says whether it is gone
    if (last.cause == Cause::is_link) return Removal{Fate::changed, {}};
    if (!concerns_one_file(last.cause)) return failure(removal_failed(std::move(last), entry));
  }
  return Removal{Fate::left, last.why};
}

}  // namespace requeue::snapshot
