// Values of options that are more than a number or a word.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "replay/plan.h"
#include "snapshot/take.h"

namespace requeue::cli {

// Decimal digits and nothing else, as far as they fit.
std::optional<std::uint64_t> whole_number(const std::string& text);
std::optional<std::uint64_t> parse_size(const std::string& text);  // 500, 500K, 20M, 1G (powers of 1024)
std::optional<std::int64_t> parse_age(const std::string& text);    // 90m, 36h, 5d, 2w; a bare number is refused
std::optional<replay::Policy> parse_policy(const std::string& text);
std::optional<replay::Dedup> parse_dedup(const std::string& text);
std::optional<snapshot::Method> parse_method(const std::string& text);

// A date or a time of day (UTC), or how long before `now`; nullopt when it is none.
std::optional<Timestamp> parse_moment(const std::string& text, Timestamp now);
// One word of --release; why it is none otherwise.
std::string add_to_releases(const std::string& word, replay::Releases& releases);

// The command line as the journal keeps it: values of options that take addresses become "(personal)".
std::string without_addresses(const std::vector<std::string>& arguments);

}  // namespace requeue::cli
