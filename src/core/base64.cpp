#include "core/base64.h"

#include <array>
#include <cstdint>

namespace requeue {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = (group << 8U) | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    const auto digits = 1 + std::min<std::size_t>(bytes.size() - at, 3);
    for (std::size_t i = 0; i < 4; ++i) out += i < digits ? alphabet[(group >> (18U - 6U * i)) & 63U] : '=';
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::uint32_t group = 0;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto value = alphabet.find(text[at + i]);
      const bool padding = text[at + i] == '=' && i >= 2 && at + 4 == text.size();
      if (value == std::string_view::npos && !padding) return std::nullopt;
      if (!padding && digits != i) return std::nullopt;  // a digit behind the padding
      if (!padding) ++digits;
      group = (group << 6U) | static_cast<std::uint32_t>(padding ? 0 : value);
    }
    for (std::size_t i = 0; i + 1 < digits; ++i) out += static_cast<char>((group >> (16U - 8U * i)) & 0xFFU);
  }
  return out;
}

}  // namespace requeue
