// UTF-16, as Windows has its names, and UTF-8, as we keep them.
//
// A Windows name is any row of 16-bit units, halves of surrogate pairs included. Such a half becomes three bytes that
// are not UTF-8 (as in WTF-8), so that every name comes back as it was; is_utf8 tells that it is no text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace requeue {

std::string from_utf16(std::u16string_view units);
// nullopt when no row of units has these bytes.
std::optional<std::u16string> to_utf16(std::string_view bytes);
// What cannot be told becomes U+FFFD: for what is only shown.
std::u16string to_utf16_text(std::string_view bytes);

}  // namespace requeue
