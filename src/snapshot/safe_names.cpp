// Which names the bag keeps as found, and what the others are called in it. Their true names stand in files.jsonl.
//
// Two names that some disk takes for one must not both be kept. Without the tables of Unicode: case is folded by rule
// for Latin, Greek and Cyrillic; scripts without case or compositions stay; every other character folds to one and the
// same mark, so that such names differ in the bag by more than it. A name with combining marks is never kept, so the
// two forms of one text never meet.
#include <algorithm>
#include <cstring>

#include "core/digest.h"
#include "core/text.h"
#include "snapshot/bag.h"

namespace requeue::snapshot {
namespace {

// A name that is_utf8 has passed, one code point at a time.
std::uint32_t take_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length && i < text.size(); ++i) {
    code = (code << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(std::min(length, text.size()));
  return code;
}

bool within(std::uint32_t code, std::uint32_t first, std::uint32_t last) {
  return code >= first && code <= last;
}

// Marks that compose with the letter before them: general, kana voicing, and Hangul letters.
bool is_combining(std::uint32_t code) {
  return within(code, 0x0300, 0x036F) || within(code, 0x3099, 0x309A) || within(code, 0x1100, 0x11FF);
}

// Kana, CJK ideographs, Hangul syllables, pictographs: one form each, no case.
bool stays_as_it_is(std::uint32_t code) {
  return within(code, 0x3041, 0x30FF) || within(code, 0x3400, 0x4DBF) || within(code, 0x4E00, 0x9FFF) ||
         within(code, 0xAC00, 0xD7A3) || within(code, 0x1F300, 0x1FAFF);
}

constexpr std::uint32_t unknown_letter = 0xFFFD;

std::uint32_t fold_latin(std::uint32_t code) {
  if (code == 0xB5) return 0x3BC;
  if (within(code, 0xC0, 0xDE) && code != 0xD7) return code + 0x20;
  if (code == 0x130 || code == 0x131) return 'i';
  if (code == 0x178) return 0xFF;
  if (code == 0x17F) return 's';
  if (within(code, 0x139, 0x148) || within(code, 0x179, 0x17E)) return code + (code & 1U);
  return code >= 0x100 ? code | 1U : code;
}

std::uint32_t fold_greek_or_cyrillic(std::uint32_t code) {
  if (within(code, 0x391, 0x3A9)) code += 0x20;
  if (code == 0x3C2) return 0x3C3;
  if (within(code, 0x3B1, 0x3C9)) return code;
  if (within(code, 0x400, 0x40F)) return code + 0x50;
  if (within(code, 0x410, 0x42F)) return code + 0x20;
  if (within(code, 0x430, 0x45F)) return code;
  if (within(code, 0x460, 0x481) || within(code, 0x48A, 0x4BF) || within(code, 0x4D0, 0x52F)) return code | 1U;
  return unknown_letter;
}

std::uint32_t fold(std::uint32_t code) {
  if (within(code, 'A', 'Z')) return code + 0x20;
  if (code < 0x80) return code;
  if (code < 0x180) return fold_latin(code);
  if (within(code, 0x370, 0x52F)) return fold_greek_or_cyrillic(code);
  if (code == 0x212A) return 'k';
  if (code == 0x212B) return 0xE5;
  return stays_as_it_is(code) ? code : unknown_letter;
}

std::string folded(std::string_view name) {
  std::string out;
  while (!name.empty()) {
    const auto code = fold(take_code_point(name));
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code != unknown_letter || out.empty() || out.back() != '?') {
      // No kept name holds '?' or '*', so these cannot be mistaken for it.
      out += code == unknown_letter ? "?" : "*" + std::to_string(code) + "*";
    }
  }
  return out;
}

std::uint64_t key_of(std::string_view name) {
  Sha256 digest;
  digest.update(folded(name));
  const auto bytes = digest.finish();
  std::uint64_t key = 0;
  std::memcpy(&key, bytes.data(), sizeof key);
  return key;
}

bool has_combining(std::string_view name) {
  while (!name.empty()) {
    if (is_combining(take_code_point(name))) return true;
  }
  return false;
}

// Devices that Windows finds in every folder, whatever follows the first dot.
bool is_device(std::string_view name) {
  auto base = ascii_lower(name.substr(0, name.find('.')));
  base.erase(base.find_last_not_of(' ') + 1);
  for (const auto* device : {"con", "prn", "aux", "nul", "conin$", "conout$", "clock$"}) {
    if (base == device) return true;
  }
  const auto port = base.substr(0, 3);
  if (port != "com" && port != "lpt") return false;
  const auto number = base.substr(3);
  return (number.size() == 1 && number[0] >= '0' && number[0] <= '9') || number == "\xC2\xB9" || number == "\xC2\xB2" ||
         number == "\xC2\xB3";
}

// The longest name in bytes that Linux can hold; NTFS counts UTF-16 units, which may be three times as many bytes.
constexpr std::size_t longest_name = 255;

bool can_be_kept(std::string_view name) {
  if (name.size() > longest_name) return false;
  if (name.empty() || !is_utf8(name) || name.back() == '.' || name.back() == ' ') return false;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  }
  return name.find_first_of("%<>:\"/\\|?*") == std::string_view::npos && !is_device(name) && !has_combining(name);
}

// Kept where it is plain, so that a person still sees what kind of file it is.
std::string extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || name.size() - dot > 9 || name.size() - dot < 2) return {};
  for (const char c : name.substr(dot + 1)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!plain) return {};
  }
  return std::string(name.substr(dot));
}

}  // namespace

std::string SafeNames::name_for(const std::string& stored_folder, const std::string& name) {
  auto& taken = taken_[stored_folder];
  if (can_be_kept(name) && taken.insert(key_of(name)).second) return name;
  const auto stem = "name-" + sha256_hex(name).substr(0, 16);
  const auto extension = extension_of(name);
  std::string safe = stem + extension;
  for (int number = 2; !taken.insert(key_of(safe)).second; ++number) {
    safe = stem + "-" + std::to_string(number) + extension;
  }
  return safe;
}

}  // namespace requeue::snapshot
