// Names and paths as Windows has them: pure functions of text, the same on every platform, so that they are tested
// wherever the tests run.
#pragma once

#include <string>
#include <string_view>

namespace requeue::files {

// An absolute path for the wide functions of Win32: longer than 260 characters, and with no name taken for a device, a
// relative part or a trailing dot. "C:\a" -> "\\?\C:\a", "\\server\share" -> "\\?\UNC\server\share".
std::string extended_path(std::string_view absolute);
// The same for the native functions: "\??\C:\a", "\??\UNC\server\share".
std::string native_path(std::string_view absolute);
// And back, from any of these: "C:\a", "\\server\share", "\\?\Volume{...}\a".
std::string plain_path(std::string_view path);
// How much of a plain path is its root: "C:\", "\\server\share\", "\\?\Volume{...}\"; 0 when it has none.
std::size_t root_length(std::string_view plain);

// Whether Windows can hold a name: no separator, no ':' (it would name a stream), no wildcard, no control character.
bool is_windows_name(std::string_view name);

}  // namespace requeue::files
