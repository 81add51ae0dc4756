#include <boost/filesystem.hpp>
#include <boost/filesystem/fstream.hpp>

#include "standin/standin_core.h"

namespace standin {
namespace {

// The length of the UTF-8 sequence at `at`, 0 when there is none.
std::size_t sequence(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = byte(at);
  const std::size_t size = first < 0x80   ? 1
                           : first < 0xC2 ? 0
                           : first < 0xE0 ? 2
                           : first < 0xF0 ? 3
                           : first < 0xF5 ? 4
                                          : 0;
  if (size == 0 || at + size > bytes.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return 0;
  }
  const bool overlong_or_surrogate =
      size > 2 && ((first == 0xE0 && byte(at + 1) < 0xA0) || (first == 0xED && byte(at + 1) > 0x9F) ||
                   (first == 0xF0 && byte(at + 1) < 0x90) || (first == 0xF4 && byte(at + 1) > 0x8F));
  return overlong_or_surrogate ? 0 : size;
}

std::string hex(unsigned char byte) {
  constexpr const char* digits = "0123456789abcdef";
  return {digits[byte >> 4U], digits[byte & 15U]};
}

}  // namespace

std::string json_string(std::string_view bytes) {
  std::string out = "\"";
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = sequence(bytes, at);
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (size == 0) {
      out += "\\\\x" + hex(byte);
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00" + hex(byte);
    } else if (byte == '"' || byte == '\\') {
      out += '\\';
      out += bytes[at];
    } else {
      out += bytes.substr(at, size);
    }
    at += size == 0 ? 1 : size;
  }
  return out + "\"";
}

std::string read_file(const fs::path& file) {
  fs::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void write_file(const fs::path& file, std::string_view bytes) {
  const fs::path beside = file.parent_path() / "being-written.tmp";
  fs::ofstream stream(beside, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + file.string());
  fs::rename(beside, file);
}

std::vector<std::string> control_globs(const fs::path& file) {
  fs::ifstream stream(file);
  if (!stream) return {};
  std::vector<std::string> globs;
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) globs.push_back(line);
  }
  return globs.empty() ? std::vector<std::string>{"*"} : globs;
}

}  // namespace standin
