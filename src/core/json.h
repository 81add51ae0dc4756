// JSON with its keys in the order in which they were set: the journal's lines are hashed as bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

// Instantiated once, in json_members_*.cpp: every other file is spared a second or two of compiling the same members.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace requeue {

using Json = nlohmann::ordered_json;

// One line, no newline, valid UTF-8 whatever the strings hold (each string passed through escape_bytes beforehand;
// a byte that slipped through becomes U+FFFD rather than an exception). No control character and nothing that changes
// how a line is shown stands in it: a terminal may be given it.
std::string to_line(const Json& json);

// An object, or nullopt for anything else. Never throws; refuses nesting deeper than 64.
std::optional<Json> parse_object(std::string_view text);

// Fields read without exceptions: the fallback when absent or of another type.
std::string text_of(const Json& object, const char* key, std::string fallback = {});
std::int64_t integer_of(const Json& object, const char* key, std::int64_t fallback = 0);
bool flag_of(const Json& object, const char* key, bool fallback = false);

}  // namespace requeue
