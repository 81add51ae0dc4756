// What is read through it is hashed, and written where a copy is made, in the same pass: each byte is read once.
#pragma once

#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "core/digest.h"

namespace requeue::snapshot {

class PassingReader final : public ByteReader {
 public:
  // `out`: none is written. After a failure every read gives it again, so that a reader in between cannot lose it.
  explicit PassingReader(ByteReader& in, ByteWriter* out = nullptr) : in_(in), out_(out) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (failed_) return failure(*failed_);
    auto count = in_.read(buffer, size);
    if (!count) return keep(count.error());
    const std::string_view bytes(buffer, *count);
    if (out_ != nullptr && !bytes.empty()) {
      if (auto written = out_->write(bytes); !written) return keep(written.error());
    }
    digest_.update(bytes);
    size_ += bytes.size();
    return count;
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  Sha256Bytes digest() { return digest_.finish(); }

 private:
  tl::unexpected<Error> keep(Error error) {
    failed_ = std::move(error);
    return failure(*failed_);
  }

  ByteReader& in_;
  ByteWriter* out_;
  Sha256 digest_;
  std::uint64_t size_ = 0;
  std::optional<Error> failed_;
};

}  // namespace requeue::snapshot
