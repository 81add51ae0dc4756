#include <unistd.h>

#include "files/posix.h"

namespace requeue::files::posix {
namespace {

class PosixWriter final : public Writer {
 public:
  PosixWriter(Descriptor file, Path path) : file_(std::move(file)), path_(std::move(path)) {}

  Result<void> write(std::string_view bytes) override { return write_whole(file_.number(), bytes, path_); }
  Result<void> flush() override { return flush_descriptor(file_.number(), path_, "cannot flush a file"); }
  Result<void> close() override {
    if (file_.close() != 0) return last_error("cannot close a file", path_);
    return {};
  }

 private:
  Descriptor file_;
  Path path_;
};

}  // namespace

std::unique_ptr<Writer> make_writer(Descriptor file, const Path& path) {
  return std::make_unique<PosixWriter>(std::move(file), path);
}

Result<void> write_whole(int file, std::string_view bytes, const Path& path) {
  while (!bytes.empty()) {
    const auto count = retried([&] { return ::write(file, bytes.data(), bytes.size()); });
    if (count < 0) return last_error("cannot write a file", path);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> flush_descriptor(int file, const Path& path, std::string_view what) {
  if (retried([&] { return ::fsync(file); }) == 0) return {};
  // Some network file systems cannot flush a single folder; the whole volume is more, not less.
  if (errno == EINVAL && retried([&] { return ::syncfs(file); }) == 0) return {};
  return last_error(std::string(what), path);
}

}  // namespace requeue::files::posix
