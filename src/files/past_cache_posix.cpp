// Reading from the device: a file that was just written would otherwise be verified against the page cache, which holds
// what was meant to be written and not what the disk kept.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <unistd.h>

#include "files/posix.h"

namespace requeue::files::posix {
namespace {

constexpr std::size_t alignment = 4096;  // no smaller than the block of any common device; address, offset and size
constexpr std::size_t largest_chunk = 256 * 1024;

struct Free {
  void operator()(char* memory) const { std::free(memory); }
};

class PastCacheReader final : public Reader {
 public:
  PastCacheReader(Descriptor file, const Status& opened, Path path, bool direct)
      : file_(std::move(file)),
        path_(std::move(path)),
        chunk_(chunk_for(opened.size)),
        memory_(static_cast<char*>(std::aligned_alloc(alignment, chunk_))),
        direct_(direct),
        reached_(direct && !in_memory(file_.number(), opened.identity.volume)) {
    if (!memory_) throw std::bad_alloc();
  }

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (begin_ == end_ && !ended_) REQUEUE_CHECK(fill());
    const std::size_t count = std::min(size, end_ - begin_);
    if (count != 0) std::memcpy(buffer, memory_.get() + begin_, count);
    begin_ += count;
    return count;
  }
  Result<Status> status() override {
    Status status;
    if (status_of(file_.number(), status) != 0) return last_error("cannot look at an open file", path_);
    return status;
  }
  [[nodiscard]] bool reached_disk() const override { return reached_; }

 private:
  // Most files are small, and the kernel clears what is asked for beyond their ends. One byte more than the file has,
  // so that its end is seen.
  static std::size_t chunk_for(std::uint64_t size) {
    if (size >= largest_chunk) return largest_chunk;
    return (static_cast<std::size_t>(size) / alignment + 1) * alignment;
  }

  Result<void> fill() {
    // A direct read cannot start within a block. One that stopped there met the end, or a file that is growing.
    if (direct_ && offset_ % alignment != 0) {
      REQUEUE_TRY(const Status now, status());
      if (offset_ >= now.size) {
        ended_ = true;
        return {};
      }
      leave_direct();
    }
    auto count = read_chunk();
    if (count == -1 && errno == EINVAL && direct_) {
      leave_direct();
      count = read_chunk();
    }
    if (count < 0) return last_error("cannot read a file", path_);
    begin_ = 0;
    end_ = static_cast<std::size_t>(count);
    offset_ += end_;
    ended_ = count == 0;
    return {};
  }

  ssize_t read_chunk() {
    return retried([&] { return ::pread(file_.number(), memory_.get(), chunk_, static_cast<off_t>(offset_)); });
  }

  // Whether the cache was really dropped cannot be told, so this never counts as having reached the disk.
  void leave_direct() {
    const int flags = ::fcntl(file_.number(), F_GETFL);
    if (flags != -1) static_cast<void>(::fcntl(file_.number(), F_SETFL, flags & ~O_DIRECT));
    static_cast<void>(::posix_fadvise(file_.number(), 0, 0, POSIX_FADV_DONTNEED));
    direct_ = false;
    reached_ = false;
  }

  Descriptor file_;
  Path path_;
  std::size_t chunk_;
  std::unique_ptr<char, Free> memory_;
  bool direct_;
  bool reached_;
  bool ended_ = false;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace

Result<std::unique_ptr<Reader>> make_past_cache_reader(const Place& place, const Path& path, std::string_view what) {
  Status opened;
  if (auto file = open_file(place, O_RDONLY | O_DIRECT, path, what, &opened)) {
    return std::make_unique<PastCacheReader>(std::move(*file), opened, path, true);
  }
  REQUEUE_TRY(Descriptor file, open_file(place, O_RDONLY, path, what, &opened));
  static_cast<void>(::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED));
  return std::make_unique<PastCacheReader>(std::move(file), opened, path, false);
}

}  // namespace requeue::files::posix
