// Reading, reading past the cache, writing.
#include <algorithm>
#include <cstring>
#include <new>

#include "files/nt_windows.h"

namespace requeue::files::nt {
namespace {

constexpr DWORD largest_step = 1U << 20U;  // some network drivers refuse larger ones

class NtReader final : public Reader {
 public:
  NtReader(Handle file, Path path) : file_(std::move(file)), path_(std::move(path)) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    DWORD count = 0;
    if (ReadFile(file_.get(), buffer, static_cast<DWORD>(std::min<std::size_t>(size, largest_step)), &count, nullptr) ==
        0) {
      if (GetLastError() == ERROR_HANDLE_EOF) return std::size_t{0};
      return last_error("cannot read a file", path_);
    }
    return std::size_t{count};
  }
  Result<void> seek(std::uint64_t offset) override {
    LARGE_INTEGER to{};
    to.QuadPart = static_cast<LONGLONG>(offset);
    if (SetFilePointerEx(file_.get(), to, nullptr, FILE_BEGIN) != 0) return {};
    return last_error("cannot read a file", path_);
  }
  Result<Status> status() override { return status_of(file_.get(), path_); }
  [[nodiscard]] bool reached_disk() const override { return false; }
  [[nodiscard]] std::intptr_t native() const override { return reinterpret_cast<std::intptr_t>(file_.get()); }

 private:
  Handle file_;
  Path path_;
};

class NtWriter final : public Writer {
 public:
  NtWriter(Handle file, Path path) : file_(std::move(file)), path_(std::move(path)) {}

  Result<void> write(std::string_view bytes) override { return write_whole(file_.get(), bytes, path_); }
  Result<void> flush() override { return flush_handle(file_.get(), "cannot flush a file", path_); }
  Result<void> close() override {
    if (!file_.close()) return last_error("cannot close a file", path_);
    return {};
  }

 private:
  Handle file_;
  Path path_;
};

// Opened without buffering, a file is read from its device in whole sectors, into memory that is aligned like them.
// What the cache had not written yet is written first, by Windows itself.
class PastCacheReader final : public Reader {
 public:
  PastCacheReader(Handle file, Path path, bool local)
      : file_(std::move(file)),
        path_(std::move(path)),
        memory_(static_cast<char*>(VirtualAlloc(nullptr, chunk, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE))),
        local_(local) {
    if (memory_ == nullptr) throw std::bad_alloc();
  }
  ~PastCacheReader() override { VirtualFree(memory_, 0, MEM_RELEASE); }
  PastCacheReader(const PastCacheReader&) = delete;
  PastCacheReader& operator=(const PastCacheReader&) = delete;

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    if (begin_ == end_) REQUEUE_CHECK(fill());
    const std::size_t count = std::min(size, end_ - begin_);
    if (count != 0) std::memcpy(buffer, memory_ + begin_, count);
    begin_ += count;
    offset_ += count;
    return count;
  }
  Result<Status> status() override { return status_of(file_.get(), path_); }
  // Another host may answer from a cache of its own.
  [[nodiscard]] bool reached_disk() const override { return local_; }

 private:
  static constexpr std::size_t sector = 4096;  // no smaller than that of any common device
  static constexpr DWORD chunk = 256 * 1024;

  Result<void> fill() {
    const std::uint64_t start = offset_ / sector * sector;
    LARGE_INTEGER to{};
    to.QuadPart = static_cast<LONGLONG>(start);
    DWORD count = 0;
    if (SetFilePointerEx(file_.get(), to, nullptr, FILE_BEGIN) == 0) return last_error("cannot read a file", path_);
    if (ReadFile(file_.get(), memory_, chunk, &count, nullptr) == 0 && GetLastError() != ERROR_HANDLE_EOF) {
      return last_error("cannot read a file", path_);
    }
    // After a read that ended within a sector, the bytes before that place are known already.
    begin_ = static_cast<std::size_t>(offset_ - start);
    end_ = std::max<std::size_t>(begin_, count);
    return {};
  }

  Handle file_;
  Path path_;
  char* memory_;
  bool local_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
};

}  // namespace

std::unique_ptr<Reader> make_reader(Handle file, const Path& path) {
  return std::make_unique<NtReader>(std::move(file), path);
}

std::unique_ptr<Writer> make_writer(Handle file, const Path& path) {
  return std::make_unique<NtWriter>(std::move(file), path);
}

Result<std::unique_ptr<Reader>> make_past_cache_reader(const Place& place, const Path& path, std::string_view what) {
  Manner manner;
  manner.access = FILE_READ_DATA;
  manner.options |= FILE_NO_INTERMEDIATE_BUFFERING;
  REQUEUE_TRY(Handle file, open_leaf(place, manner, Expect::file, path, what));
  REQUEUE_TRY(const Volume volume, volume_of(file.get(), path));
  return std::make_unique<PastCacheReader>(std::move(file), path, volume.local);
}

Result<void> write_whole(HANDLE file, std::string_view bytes, const Path& path) {
  while (!bytes.empty()) {
    const auto step = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), largest_step));
    DWORD count = 0;
    if (WriteFile(file, bytes.data(), step, &count, nullptr) == 0) return last_error("cannot write a file", path);
    bytes.remove_prefix(count);
  }
  return {};
}

Result<void> flush_handle(HANDLE file, std::string_view what, const Path& path) {
  if (FlushFileBuffers(file) == 0) return last_error(what, path);
  return {};
}

}  // namespace requeue::files::nt
