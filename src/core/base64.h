// RFC 4648, section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace requeue {

std::string base64(std::string_view bytes);
// nullopt: not base64, or not padded.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace requeue
