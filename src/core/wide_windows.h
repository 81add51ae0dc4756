// UTF-16 as Windows' own calls take it. Only *_windows.cpp files include it.
#pragma once

#include <string>
#include <string_view>

#include "core/utf16.h"

namespace requeue {

// For what is not a name of a file: bytes that are not UTF-8 become U+FFFD.
inline std::wstring wide(std::string_view text) {
  const auto units = to_utf16_text(text);
  return {units.begin(), units.end()};
}

inline std::string narrow(std::wstring_view text) {
  return from_utf16(std::u16string(text.begin(), text.end()));
}

}  // namespace requeue
