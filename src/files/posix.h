// What the parts of the Linux implementation share. Only *_posix.cpp files include it.
#pragma once

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "files/files.h"

namespace requeue::files::posix {

// An open file descriptor, closed when it goes.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  [[nodiscard]] int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }
  int close();  // as close(2); a second call does nothing and gives 0

 private:
  int number_ = -1;
};

// An Error from an errno value.
Error error_of(int number, std::string what, const Path& path);
tl::unexpected<Error> last_error(std::string what, const Path& path);  // from errno as it is now
tl::unexpected<Error> link_refused(std::string what, const Path& path);

// Any call that EINTR may cut short, made until it was not.
template <class Call>
auto retried(Call call) {
  for (;;) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

// A name in an open folder; name "." is the folder itself. Every action on a leaf uses this pair and never a whole
// path.
struct Place {
  Descriptor folder;
  std::string name;
};

// The folder at `relative` below `root`, opened for passing through (O_PATH); no link on the way is followed.
Result<Descriptor> enter(int root, std::string_view relative, const Tree& tree, std::string_view what);
// The place that `relative` names; only its parent has to exist.
Result<Place> locate(int root, const Relative& relative, const Tree& tree, std::string_view what);

// -1 and errno, as the system call; never follows a link.
int status_at(int folder, const std::string& name, Status& status);
int status_of(int file, Status& status);

// `opened`: where what was opened is described, if anywhere.
Result<Descriptor> open_file(const Place& place, int flags, const Path& path, std::string_view what,
                             Status* opened = nullptr);
Result<Descriptor> open_folder(const Place& place, const Path& path, std::string_view what);
// A file or a folder, for its streams and for flushing; anything else is refused.
Result<Descriptor> open_either(const Place& place, const Path& path, std::string_view what);

Result<std::vector<Entry>> list_folder(Descriptor folder, const Path& path);
Result<void> each_in_folder(Descriptor folder, const Path& path, const std::function<void(const Entry&)>& visit);

Result<std::unique_ptr<Reader>> make_reader(Descriptor file, const Path& path);
Result<std::unique_ptr<Reader>> make_past_cache_reader(const Place& place, const Path& path, std::string_view what);
std::unique_ptr<Writer> make_writer(Descriptor file, const Path& path);
Result<void> write_whole(int file, std::string_view bytes, const Path& path);

Result<std::vector<Stream>> list_streams(int file, const Path& path);
Result<std::unique_ptr<Reader>> make_stream_reader(int file, const std::string& stream, const Path& path);
Result<void> store_stream(int file, const std::string& stream, ByteReader& bytes, const Path& path);

Result<Volume> volume_of(int folder, const Path& path);
// tmpfs and ramfs: there is no disk to reach. `volume`: that of the file's Identity.
bool in_memory(int file, std::uint64_t volume);
Result<void> apply_attributes(const Place& place, const Attributes& attributes, const Path& path);
Result<void> flush_descriptor(int file, const Path& path, std::string_view what);

std::shared_ptr<Tree> make_tree(Descriptor root, const Path& path);

}  // namespace requeue::files::posix
