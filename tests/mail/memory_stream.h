// Streams over memory. A reader gives pieces of a chosen size, so that a border can be put into the middle of anything.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>

#include "core/bytes.h"

namespace requeue::tests {

class MemoryReader : public ByteReader {
 public:
  explicit MemoryReader(std::string_view bytes, std::size_t piece = 1U << 20U) : bytes_(bytes), piece_(piece) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = std::min({size, piece_, bytes_.size()});
    std::memcpy(buffer, bytes_.data(), count);
    bytes_.remove_prefix(count);
    taken_ += count;
    return count;
  }
  [[nodiscard]] std::size_t taken() const { return taken_; }

 private:
  std::string_view bytes_;
  std::size_t piece_;
  std::size_t taken_ = 0;
};

class MemoryWriter : public ByteWriter {
 public:
  Result<void> write(std::string_view bytes) override {
    written += bytes;
    return {};
  }
  std::string written;
};

class BrokenReader : public ByteReader {
 public:
  Result<std::size_t> read(char*, std::size_t) override { return failure(Exit::failed, "cannot read", "x", "EIO"); }
};

class BrokenWriter : public ByteWriter {
 public:
  Result<void> write(std::string_view) override { return failure(Exit::failed, "cannot write", "x", "no space"); }
};

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace requeue::tests
