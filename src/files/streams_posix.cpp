// Alternate streams are user attributes on Linux: what ntfs-3g and Samba show of an NTFS volume, and what a recovery
// folder copied between systems keeps.
#include <algorithm>
#include <cstring>

#include <sys/xattr.h>

#include "files/posix.h"

namespace requeue::files::posix {
namespace {

constexpr std::string_view prefix = "user.";
constexpr std::size_t limit = 65536;  // XATTR_SIZE_MAX

// The size may grow between asking for it and reading: asked again until both agree.
template <class Call>
ssize_t read_sized(std::string& bytes, Call call) {
  for (;;) {
    const ssize_t size = call(nullptr, 0);
    if (size <= 0) {
      bytes.clear();
      return size;
    }
    bytes.resize(static_cast<std::size_t>(size));
    const ssize_t count = call(bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.resize(static_cast<std::size_t>(count));
      return count;
    }
    if (errno != ERANGE) return count;
  }
}

class StreamReader final : public Reader {
 public:
  StreamReader(std::string bytes, Status status) : bytes_(std::move(bytes)), status_(status) {
    status_.kind = Kind::file;
    status_.size = bytes_.size();
  }
  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const std::size_t count = std::min(size, bytes_.size() - at_);
    if (count != 0) std::memcpy(buffer, bytes_.data() + at_, count);
    at_ += count;
    return count;
  }
  Result<Status> status() override { return status_; }
  [[nodiscard]] bool reached_disk() const override { return false; }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
  Status status_;
};

}  // namespace

Result<std::vector<Stream>> list_streams(int file, const Path& path) {
  std::string names;
  const auto count = read_sized(names, [&](char* to, std::size_t size) { return ::flistxattr(file, to, size); });
  if (count < 0 && errno == ENOTSUP) return std::vector<Stream>();
  if (count < 0) return last_error("cannot list the alternate streams", path);
  std::vector<Stream> streams;
  for (std::size_t at = 0; at < names.size();) {
    const std::string name(names.c_str() + at);
    at += name.size() + 1;
    if (name.compare(0, prefix.size(), prefix) != 0) continue;
    const auto size = ::fgetxattr(file, name.c_str(), nullptr, 0);
    if (size < 0 && errno == ENODATA) continue;  // removed since it was listed
    if (size < 0) return last_error("cannot look at an alternate stream", path);
    streams.push_back({name.substr(prefix.size()), static_cast<std::uint64_t>(size)});
  }
  std::sort(streams.begin(), streams.end(), [](const Stream& a, const Stream& b) { return a.name < b.name; });
  return streams;
}

Result<std::unique_ptr<Reader>> make_stream_reader(int file, const std::string& stream, const Path& path) {
  const std::string what = "cannot read an alternate stream";
  const std::string name = std::string(prefix) + stream;
  std::string bytes;
  const auto count =
      read_sized(bytes, [&](char* to, std::size_t size) { return ::fgetxattr(file, name.c_str(), to, size); });
  if (count < 0 && errno == ENODATA) {
    Error error = error_of(ENOENT, what, path);
    error.why = "there is no stream of this name: " + stream;
    return failure(std::move(error));
  }
  if (count < 0) return last_error(what, path);
  Status status;
  if (status_of(file, status) != 0) return last_error(what, path);
  return std::make_unique<StreamReader>(std::move(bytes), status);
}

Result<void> store_stream(int file, const std::string& stream, ByteReader& reader, const Path& path) {
  const std::string what = "cannot write an alternate stream";
  const std::string name = std::string(prefix) + stream;
  std::string bytes(limit + 1, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    REQUEUE_TRY(const std::size_t count, reader.read(bytes.data() + size, bytes.size() - size));
    if (count == 0) break;
    size += count;
  }
  const int number = size > limit                                                             ? E2BIG
                     : ::fsetxattr(file, name.c_str(), bytes.data(), size, XATTR_CREATE) == 0 ? 0
                                                                                              : errno;
  if (number == 0) return {};
  Error error = error_of(number, what, path);
  // ext4 says ENOSPC for an attribute larger than its block, however empty the disk is.
  if (number == E2BIG || number == ERANGE || number == ENAMETOOLONG || (number == ENOSPC && size > 2048)) {
    error.cause = Cause::not_supported;
    error.why = "the stream " + stream + " is larger than this file system can keep beside a file (at most 64 KiB)";
    error.hint = "use a volume that keeps large streams; the snapshot holds the stream as a plain file";
  }
  return failure(std::move(error));
}

}  // namespace requeue::files::posix
