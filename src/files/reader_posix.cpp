#include <fcntl.h>
#include <unistd.h>

#include "files/posix.h"

namespace requeue::files::posix {
namespace {

class PosixReader final : public Reader {
 public:
  PosixReader(Descriptor file, Path path) : file_(std::move(file)), path_(std::move(path)) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    const auto count = retried([&] { return ::read(file_.number(), buffer, size); });
    if (count < 0) return last_error("cannot read a file", path_);
    return static_cast<std::size_t>(count);
  }
  Result<void> seek(std::uint64_t offset) override {
    if (::lseek(file_.number(), static_cast<off_t>(offset), SEEK_SET) >= 0) return {};
    return last_error("cannot read a file", path_);
  }
  Result<Status> status() override {
    Status status;
    if (status_of(file_.number(), status) != 0) return last_error("cannot look at an open file", path_);
    return status;
  }
  [[nodiscard]] bool reached_disk() const override { return false; }
  [[nodiscard]] std::intptr_t native() const override { return file_.number(); }

 private:
  Descriptor file_;
  Path path_;
};

}  // namespace

Result<std::unique_ptr<Reader>> make_reader(Descriptor file, const Path& path) {
  static_cast<void>(::posix_fadvise(file.number(), 0, 0, POSIX_FADV_SEQUENTIAL));
  return std::make_unique<PosixReader>(std::move(file), path);
}

}  // namespace requeue::files::posix
