// The rules that hold a message for a person, each with what it looked at.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "replay/plan.h"

namespace requeue::replay {

struct HoldCase {
  const Message& message;
  const Reading& reading;
  const PlanOptions& options;
  bool unknown_name;
};

// A rule that holds a message. `why` says what was looked at, whether or not the rule applies.
struct HoldRule {
  std::string_view name;
  bool (*applies)(const HoldCase&);
  std::string (*why)(const HoldCase&);
};

// In the order in which they are tried: the first that applies holds the message.
std::span<const HoldRule> hold_rules();

bool is_bounce(const Reading& reading);
// Came through a list, and its recipients are known from its headers only.
bool is_list(const Reading& reading);
bool in_several_domains(const std::vector<std::string>& recipients);
// Whether a message without a From can be given one, so that Pickup takes it.
bool can_add_from(const HoldCase& c);

}  // namespace requeue::replay
