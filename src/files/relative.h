// Shared by the implementations of the file layer; no room outside includes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace requeue::files {

// Whether no component is empty, "." or "..", and no byte is NUL: the path cannot lead out of its Tree.
bool is_safe(std::string_view relative);

// "a/b/c" -> a, b, c; the views point into `path`. Empty for the Tree itself.
std::vector<std::string_view> components(std::string_view path);

// What a person can do about a cause, in general; empty where the cause itself says it all.
std::string hint_of(Cause cause);

}  // namespace requeue::files
