// Which messages a run takes up (--sender, --recipient, --domain, --message, --since, --until), and which it releases.
// Of messages, never of recipients: what is taken up goes to everyone who is owed it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/time.h"
#include "mail/message.h"

namespace requeue::replay {

// `*` any bytes, `?` one byte; ASCII case ignored.
bool glob_matches(std::string_view glob, std::string_view text);
bool matches_any(const std::vector<std::string>& globs, std::string_view text);

struct Choice {
  std::vector<std::string> senders, recipients, domains;  // globs; the null sender is <>
  std::unordered_set<std::string> sources;                // true bytes
  std::optional<Timestamp> since, until;                  // by arrival, both included

  [[nodiscard]] bool any() const;
  // One of each kind that was given must match.
  [[nodiscard]] bool takes(const std::string& source, const mail::Envelope& envelope, Timestamp arrival) const;
};

// --release SOURCE|RULE: a person's word that lifts what holds a message.
struct Releases {
  std::set<std::string, std::less<>> rules;
  std::unordered_set<std::string> sources;  // true bytes
};

// Whether a person can lift the rule at all: not where nobody is known to whom the message could go.
bool is_releasable(std::string_view rule);
// Those of them that can be lifted for all messages at once, for a person who types one.
std::string releasable_rules();

}  // namespace requeue::replay
