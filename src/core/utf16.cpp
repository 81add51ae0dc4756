#include "core/utf16.h"

#include <cstdint>

namespace requeue {
namespace {

constexpr std::uint32_t invalid = 0xFFFFFFFF;

bool is_high(std::uint32_t code) {
  return code >= 0xD800 && code <= 0xDBFF;
}
bool is_low(std::uint32_t code) {
  return code >= 0xDC00 && code <= 0xDFFF;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0U | (code >> 6U));
    byte(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    byte(0xE0U | (code >> 12U));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  } else {
    byte(0xF0U | (code >> 18U));
    byte(0x80U | ((code >> 12U) & 0x3FU));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  }
}

// One code point from `at` on, which moves behind it; surrogates are let through.
std::uint32_t take_code(std::string_view bytes, std::size_t& at) {
  const auto first = static_cast<unsigned char>(bytes[at++]);
  if (first < 0x80) return first;
  const std::size_t more = first >= 0xC2 && first <= 0xDF   ? 1
                           : first >= 0xE0 && first <= 0xEF ? 2
                           : first >= 0xF0 && first <= 0xF4 ? 3
                                                            : 0;
  if (more == 0 || at + more > bytes.size()) return invalid;
  std::uint32_t code = first & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto next = static_cast<unsigned char>(bytes[at + i]);
    if ((next & 0xC0U) != 0x80U) return invalid;
    code = (code << 6U) | (next & 0x3FU);
  }
  const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
  if (overlong || code > 0x10FFFF) return invalid;
  at += more;
  return code;
}

void append_utf16(std::u16string& out, std::uint32_t code) {
  if (code < 0x10000) {
    out += static_cast<char16_t>(code);
    return;
  }
  out += static_cast<char16_t>(0xD800U + ((code - 0x10000U) >> 10U));
  out += static_cast<char16_t>(0xDC00U + ((code - 0x10000U) & 0x3FFU));
}

}  // namespace

std::string from_utf16(std::u16string_view units) {
  std::string out;
  out.reserve(units.size());
  for (std::size_t i = 0; i < units.size(); ++i) {
    std::uint32_t code = units[i];
    if (is_high(code) && i + 1 < units.size() && is_low(units[i + 1])) {
      code = 0x10000U + ((code - 0xD800U) << 10U) + (static_cast<std::uint32_t>(units[++i]) - 0xDC00U);
    }
    append_utf8(out, code);
  }
  return out;
}

std::optional<std::u16string> to_utf16(std::string_view bytes) {
  std::u16string out;
  out.reserve(bytes.size());
  bool after_half = false;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto code = take_code(bytes, at);
    // Two halves written apart would come back as one character: two byte rows for one name, one of which is not ours.
    if (code == invalid || (after_half && is_low(code))) return std::nullopt;
    after_half = is_high(code);
    append_utf16(out, code);
  }
  return out;
}

std::u16string to_utf16_text(std::string_view bytes) {
  std::u16string out;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto code = take_code(bytes, at);
    append_utf16(out, code == invalid ? 0xFFFDU : code);
  }
  return out;
}

}  // namespace requeue
