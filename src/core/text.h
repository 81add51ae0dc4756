// Bytes that come from mail or from a disk, made into text that is safe where it is shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace requeue {

bool is_utf8(std::string_view bytes);

// Bytes as valid UTF-8: bytes that are not UTF-8 become \xNN (lower-case hex), and then a backslash becomes \\ .
// A text that is UTF-8 and holds nothing that looks like \xNN is returned as it is, so ordinary names stay readable;
// the mapping is injective. This is the rule for manifests, plans and JSON.
std::string escape_bytes(std::string_view bytes);
// The inverse of escape_bytes.
std::string unescape_bytes(std::string_view text);

// For a CSV cell: what escape_bytes gave, with control characters, line ends and what changes how a line is shown (see
// printable) as \xNN too, one for each byte. unescape_bytes gives the same bytes as without it.
std::string escape_controls(std::string_view text);
// For JSON: the same characters above U+007E, which JSON may hold as they are, as \uNNNN. The same value to every
// reader.
std::string escape_controls_as_json(std::string json);

// For a terminal or a log: escape_bytes, and control characters, line ends and bidirectional marks as \xNN or
// \u{NNNN}. Nothing that a message or a file name contains can move the cursor or end the line.
std::string printable(std::string_view bytes);

// ASCII only, as SMTP compares (RFC 5321 leaves non-ASCII local parts alone).
std::string ascii_lower(std::string_view text);
bool ascii_iequals(std::string_view a, std::string_view b);
bool ascii_iends_with(std::string_view text, std::string_view suffix);
std::string_view trim(std::string_view text);  // SP HTAB CR LF

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view hex);

}  // namespace requeue
