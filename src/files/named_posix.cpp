// Files that the operator names: whole paths, links in them followed, since the operator meant what they point to.
#include "files/named_posix.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/digest.h"

namespace requeue::files::posix {
namespace {

// Written under a name of its own and renamed when whole: a report that exists is a report that is complete.
class NamedWriter final : public Writer {
 public:
  NamedWriter(Descriptor folder, Descriptor file, std::string temporary, Path path)
      : folder_(std::move(folder)), file_(std::move(file)), temporary_(std::move(temporary)), path_(std::move(path)) {}
  ~NamedWriter() override { discard(); }
  NamedWriter(const NamedWriter&) = delete;
  NamedWriter& operator=(const NamedWriter&) = delete;

  Result<void> set_mode(std::uint32_t mode) {
    if (::fchmod(file_.number(), mode & 0777U) != 0) return last_error("cannot set the rights", path_);
    return {};
  }
  Result<void> write(std::string_view bytes) override { return write_whole(file_.number(), bytes, path_); }
  Result<void> flush() override { return flush_descriptor(file_.number(), path_, "cannot flush a file"); }

  Result<void> close() override {
    if (temporary_.empty()) return {};
    REQUEUE_CHECK(flush());
    if (file_.close() != 0) return last_error("cannot close a file", path_);
    const std::string name = path_.filename().string();
    if (::renameat(folder_.number(), temporary_.c_str(), folder_.number(), name.c_str()) != 0) {
      return last_error("cannot put a finished file in its place", path_);
    }
    temporary_.clear();
    return flush_descriptor(folder_.number(), path_.parent_path(), "cannot flush a folder");
  }

 private:
  void discard() {
    if (!temporary_.empty()) static_cast<void>(::unlinkat(folder_.number(), temporary_.c_str(), 0));
  }

  Descriptor folder_;
  Descriptor file_;
  std::string temporary_;  // empty once it has its name
  Path path_;
};

tl::unexpected<Error> refused(Error error) {
  error.exit = Exit::precondition;
  return failure(std::move(error));
}

tl::unexpected<Error> too_large(const Path& path, std::uint64_t limit) {
  return failure(Exit::precondition, "cannot read a file whole", path.string(),
                 "it is larger than the " + std::to_string(limit) + " bytes that are allowed here",
                 "check that this is the file you meant");
}

}  // namespace

Result<std::string> read_named_file(const Path& path, std::uint64_t limit) {
  const std::string what = "cannot read a file";
  // Opening a FIFO that nobody writes to would wait for ever, and reading a terminal or a device for no end.
  constexpr int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  const Descriptor file(retried([&] { return ::open(path.c_str(), flags); }));
  if (!file) return refused(error_of(errno, what, path));
  Status status;
  if (status_of(file.number(), status) != 0) return refused(error_of(errno, what, path));
  if (status.kind != Kind::file) {
    return failure(Exit::precondition, what, path.string(), "it is no regular file",
                   "check that this is the file you meant; what comes out of a pipe has to be put into a file first");
  }
  std::string bytes;
  std::vector<char> buffer(65536);
  for (;;) {
    const auto count = retried([&] { return ::read(file.number(), buffer.data(), buffer.size()); });
    if (count < 0) return refused(error_of(errno, what, path));
    if (count == 0) return bytes;
    if (static_cast<std::uint64_t>(count) > limit - bytes.size()) return too_large(path, limit);
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Result<std::unique_ptr<Writer>> write_named_file(const Path& path) {
  const std::string what = "cannot write a file";
  Descriptor folder(retried([&] { return ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!folder) return refused(error_of(errno, what, path));
  Status old;
  const bool exists = status_at(folder.number(), path.filename().string(), old) == 0;
  if (exists && old.kind != Kind::file) {
    return failure(Exit::precondition, what, path.string(), "something other than a regular file has this name",
                   "name another file; nothing was written");
  }
  std::string temporary = ".requeue-" + random_hex(8) + ".tmp";
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  Descriptor file(retried([&] { return ::openat(folder.number(), temporary.c_str(), flags, 0600); }));
  if (!file) return refused(error_of(errno, what, path));
  auto writer = std::make_unique<NamedWriter>(std::move(folder), std::move(file), std::move(temporary), path);
  // What requeue writes may hold addresses: for its owner only, unless the operator had opened the old one to others.
  if (exists) REQUEUE_CHECK(writer->set_mode(old.mode));
  return writer;
}

}  // namespace requeue::files::posix
