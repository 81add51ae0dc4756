#include "core/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace requeue {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

unsigned char byte_at(std::string_view s, std::size_t i) {
  return static_cast<unsigned char>(s[i]);
}

bool continuation(std::string_view s, std::size_t i) {
  return i < s.size() && (byte_at(s, i) & 0xC0U) == 0x80U;
}

struct Unit {
  std::size_t length = 0;  // 0: not UTF-8 at this place
  std::uint32_t code = 0;
};

// One code point (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
Unit unit_at(std::string_view s, std::size_t i) {
  const std::uint32_t a = byte_at(s, i);
  if (a < 0x80) return {1, a};
  if (a >= 0xC2 && a <= 0xDF && continuation(s, i + 1)) return {2, ((a & 0x1FU) << 6U) | (byte_at(s, i + 1) & 0x3FU)};
  if (a >= 0xE0 && a <= 0xEF && continuation(s, i + 1) && continuation(s, i + 2)) {
    const std::uint32_t code = ((a & 0x0FU) << 12U) | ((byte_at(s, i + 1) & 0x3FU) << 6U) | (byte_at(s, i + 2) & 0x3FU);
    if (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF)) return {};
    return {3, code};
  }
  if (a >= 0xF0 && a <= 0xF4 && continuation(s, i + 1) && continuation(s, i + 2) && continuation(s, i + 3)) {
    const std::uint32_t code = ((a & 0x07U) << 18U) | ((byte_at(s, i + 1) & 0x3FU) << 12U) |
                               ((byte_at(s, i + 2) & 0x3FU) << 6U) | (byte_at(s, i + 3) & 0x3FU);
    if (code < 0x10000 || code > 0x10FFFF) return {};
    return {4, code};
  }
  return {};
}

void append_hex_byte(std::string& out, unsigned char byte) {
  out += "\\x";
  out += digits[byte >> 4U];
  out += digits[byte & 0x0FU];
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool escape_at(std::string_view s, std::size_t i) {
  return i + 3 < s.size() && s[i] == '\\' && s[i + 1] == 'x' && hex_value(s[i + 2]) >= 0 && hex_value(s[i + 3]) >= 0;
}

bool needs_escape(std::string_view s) {
  for (std::size_t i = 0; i < s.size();) {
    const auto unit = unit_at(s, i);
    if (unit.length == 0 || escape_at(s, i)) return true;
    i += unit.length;
  }
  return false;
}

// Characters that change how the rest of a line is shown: bidirectional marks and embeddings, line separators,
// zero-width characters, the byte order mark.
bool unsafe_to_show(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
         (code >= 0xE0000 && code <= 0xE007F);
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const auto unit = unit_at(bytes, i);
    if (unit.length == 0) return false;
    i += unit.length;
  }
  return true;
}

std::string escape_bytes(std::string_view bytes) {
  if (!needs_escape(bytes)) return std::string(bytes);
  std::string out;
  out.reserve(bytes.size() + 16);
  for (std::size_t i = 0; i < bytes.size();) {
    const auto unit = unit_at(bytes, i);
    if (unit.length == 0) {
      append_hex_byte(out, byte_at(bytes, i));
      ++i;
    } else if (bytes[i] == '\\') {
      out += "\\\\";
      ++i;
    } else {
      out.append(bytes.substr(i, unit.length));
      i += unit.length;
    }
  }
  return out;
}

std::string unescape_bytes(std::string_view text) {
  bool escaped = false;
  for (std::size_t i = 0; i < text.size() && !escaped; ++i) escaped = escape_at(text, i);
  if (!escaped) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\') {
      out += '\\';
      i += 2;
    } else if (escape_at(text, i)) {
      out += static_cast<char>(hex_value(text[i + 2]) * 16 + hex_value(text[i + 3]));
      i += 4;
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::string escape_controls(std::string_view text) {
  bool unsafe = false, escaped = false;
  for (std::size_t i = 0; i < text.size();) {
    const auto unit = unit_at(text, i);
    unsafe = unsafe || unit.length == 0 || unsafe_to_show(unit.code);
    escaped = escaped || escape_at(text, i);
    i += std::max<std::size_t>(unit.length, 1);
  }
  if (!unsafe) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto unit = unit_at(text, i);
    const auto length = std::max<std::size_t>(unit.length, 1);
    if (unit.length == 0 || unsafe_to_show(unit.code)) {
      for (std::size_t j = i; j < i + length; ++j) append_hex_byte(out, byte_at(text, j));
    } else if (!escaped && text[i] == '\\') {
      out += "\\\\";
    } else {
      out.append(text.substr(i, length));
    }
    i += length;
  }
  return out;
}

std::string escape_controls_as_json(std::string json) {
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) < 0x7F; };
  if (std::all_of(json.begin(), json.end(), is_plain)) return json;
  std::string out;
  out.reserve(json.size());
  const auto unit_of_utf16 = [&](std::uint32_t unit) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[(unit >> static_cast<unsigned>(shift)) & 0xFU];
  };
  for (std::size_t i = 0; i < json.size();) {
    const auto unit = unit_at(json, i);
    const auto length = std::max<std::size_t>(unit.length, 1);
    if (unit.length == 0 || !unsafe_to_show(unit.code)) {
      out.append(json, i, length);
    } else if (unit.code < 0x10000) {
      unit_of_utf16(unit.code);
    } else {
      unit_of_utf16(0xD800U + ((unit.code - 0x10000U) >> 10U));
      unit_of_utf16(0xDC00U + ((unit.code - 0x10000U) & 0x3FFU));
    }
    i += length;
  }
  return out;
}

std::string printable(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const auto unit = unit_at(bytes, i);
    if (unit.length == 0 || (unit.length == 1 && unsafe_to_show(unit.code))) {
      append_hex_byte(out, byte_at(bytes, i));
      ++i;
      continue;
    }
    if (unsafe_to_show(unit.code)) {
      std::string hex;
      for (auto code = unit.code; code != 0; code >>= 4U) hex.insert(hex.begin(), digits[code & 0xFU]);
      out += "\\u{" + hex + "}";
    } else {
      out.append(bytes.substr(i, unit.length));
    }
    i += unit.length;
  }
  return out;
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = lower(c);
  return out;
}

bool ascii_iequals(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool ascii_iends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && ascii_iequals(text.substr(text.size() - suffix.size()), suffix);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out += digits[byte_at(bytes, i) >> 4U];
    out += digits[byte_at(bytes, i) & 0x0FU];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_value(hex[i]);
    const int low = hex_value(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

}  // namespace requeue
