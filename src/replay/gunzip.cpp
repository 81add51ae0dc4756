#include "replay/gunzip.h"

#include <zlib.h>

#include <vector>

namespace requeue::replay {
namespace {

constexpr int gzip_only = 16;  // zlib's, beside the window
constexpr std::size_t packed_size = 64U << 10U;

tl::unexpected<Error> no_gzip(std::string why) {
  return failure(Exit::usage, "cannot unpack a file", {}, std::move(why));
}

class Gunzip final : public ByteReader {
 public:
  explicit Gunzip(ByteReader& packed) : packed_(packed), buffer_(packed_size) {
    ready_ = inflateInit2(&stream_, MAX_WBITS + gzip_only) == Z_OK;
  }
  ~Gunzip() override {
    if (ready_) inflateEnd(&stream_);
  }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (!ready_) return no_gzip("there is no memory for it");
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);
    stream_.avail_out = static_cast<uInt>(size);
    while (!ended_ && stream_.avail_out == size) {
      if (stream_.avail_in == 0) REQUEUE_CHECK(fill());
      if (stream_.avail_in == 0) return no_gzip("it ends in the middle");
      const auto state = inflate(&stream_, Z_NO_FLUSH);
      if (state == Z_STREAM_END) {
        REQUEUE_CHECK(begin_next_member());
      } else if (state != Z_OK && state != Z_BUF_ERROR) {
        return no_gzip(stream_.msg != nullptr ? stream_.msg : "its bytes are damaged");
      }
    }
    return size - stream_.avail_out;
  }

 private:
  Result<void> fill() {
    REQUEUE_TRY(const std::size_t count, packed_.read(buffer_.data(), buffer_.size()));
    stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_in = static_cast<uInt>(count);
    return {};
  }

  Result<void> begin_next_member() {
    if (stream_.avail_in == 0) REQUEUE_CHECK(fill());
    constexpr Bytef first_of_member = 0x1F;
    ended_ = stream_.avail_in == 0 || *stream_.next_in != first_of_member;
    if (!ended_) inflateReset(&stream_);
    return {};
  }

  ByteReader& packed_;
  std::vector<char> buffer_;
  z_stream stream_{};
  bool ready_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<ByteReader> gunzip(ByteReader& packed) {
  return std::make_unique<Gunzip>(packed);
}

}  // namespace requeue::replay
