// What each rule means and what a person can do about it, in words for plans and reports.
#pragma once

#include <string_view>

namespace requeue::replay {

struct RuleWords {
  std::string_view rule;
  std::string_view means;
  std::string_view way_out;  // empty: nothing but what holds for all (restore --held), or nothing to do
};

// For a rule that is not known: its own name, and no way out.
RuleWords words_of(std::string_view rule);

// The words of Message::rule and of a journal's `rule`, as static text; "other" for what no version of ours wrote.
std::string_view known_rule(std::string_view rule);

}  // namespace requeue::replay
