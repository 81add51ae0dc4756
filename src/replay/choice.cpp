#include "replay/choice.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace requeue::replay {
namespace {

constexpr std::array<std::string_view, 10> releasable = {
    "no_from",         "bounce",        "list", "hop_limit", "max_size", "unknown_name", "envelope_in_stream",
    "several_domains", "copy_in_doubt", "plan"};
// For a copy of a message in doubt, or one that a plan holds, each is a question of its own.
constexpr std::size_t releasable_for_all = 8;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

// Goes back to the last `*` only: no pattern makes it more than the product of both lengths.
bool glob_matches(std::string_view glob, std::string_view text) {
  constexpr auto none = std::string_view::npos;
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = none;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      star_text = t;
    } else if (g < glob.size() && (glob[g] == '?' || lower(glob[g]) == lower(text[t]))) {
      ++g;
      ++t;
    } else if (star != none) {
      g = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

bool matches_any(const std::vector<std::string>& globs, std::string_view text) {
  return std::any_of(globs.begin(), globs.end(), [&](const auto& glob) { return glob_matches(glob, text); });
}

bool Choice::any() const {
  return !senders.empty() || !recipients.empty() || !domains.empty() || !sources.empty() || since || until;
}

bool Choice::takes(const std::string& source, const mail::Envelope& envelope, Timestamp arrival) const {
  const auto one = [&](const std::vector<std::string>& globs, auto of) {
    return globs.empty() ||
           std::any_of(envelope.recipients.begin(), envelope.recipients.end(),
                       [&](const std::string& recipient) { return matches_any(globs, of(recipient)); });
  };
  if (!sources.empty() && sources.count(source) == 0) return false;
  if (since && arrival < *since) return false;
  if (until && *until < arrival) return false;
  if (!senders.empty() && !matches_any(senders, envelope.null_sender ? "<>" : envelope.sender)) return false;
  return one(recipients, [](const std::string& recipient) { return std::string_view(recipient); }) &&
         one(domains, [](const std::string& recipient) { return mail::domain_of(recipient); });
}

bool is_releasable(std::string_view rule) {
  return std::find(releasable.begin(), releasable.end(), rule) != releasable.end();
}

std::string releasable_rules() {
  std::string out;
  for (std::size_t i = 0; i < releasable_for_all; ++i) out += (i == 0 ? "" : " ") + std::string(releasable[i]);
  return out;
}

}  // namespace requeue::replay
