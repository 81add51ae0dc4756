// Structured field values: comments and parameters.
#pragma once

#include <string>
#include <string_view>

namespace requeue::mail {

// Comments replaced by a blank each; quoted strings stay. One that is never closed reaches to the end.
std::string without_comments(std::string_view value);

// The value of a `; name=value` parameter without its quotes; empty when there is none.
std::string parameter_of(std::string_view value, std::string_view name);

}  // namespace requeue::mail
