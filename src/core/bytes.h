// A stream of bytes to read, and one to write: the seam between mail, which knows bytes, and files, which know disks.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/error.h"

namespace requeue {

class ByteReader {
 public:
  virtual ~ByteReader() = default;
  // Up to `size` bytes into `buffer`; 0 at the end, and only there.
  virtual Result<std::size_t> read(char* buffer, std::size_t size) = 0;
};

class ByteWriter {
 public:
  virtual ~ByteWriter() = default;
  // All of `bytes`, or an error.
  virtual Result<void> write(std::string_view bytes) = 0;
};

}  // namespace requeue
