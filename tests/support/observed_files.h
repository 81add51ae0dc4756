// A file layer that tells an Observer of every call before and after it is made. What FaultyFiles and RecordingFiles
// have in common. Several threads may use it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "files/files.h"

namespace requeue::tests {

// One call. The verb is the function's name: "open", "rename", "flush_folder"; of an opened file "read", "write",
// "flush", "close"; of Files "open_tree", "open_or_make", "resolve", "read_named", "write_named".
struct Call {
  std::string verb;
  std::string tree;  // absolute path of the Tree; empty for calls of Files
  std::string path;  // below the Tree; the whole path for calls of Files
  std::string to;    // of a rename: the new path; of a stream: its name
};

class Observer {
 public:
  virtual ~Observer() = default;
  // An error here takes the place of the call, which is then not made.
  virtual Result<void> before(const Call& call) = 0;
  // An error here is told although the call was made.
  virtual Result<void> after(const Call& call) = 0;
  // Of a write that before() failed: how many of its bytes are written all the same.
  [[nodiscard]] virtual std::size_t written_before_failing(const Call& call, std::size_t size) const = 0;
  // What the caller is told of a volume: another kind of disk than the test has.
  [[nodiscard]] virtual files::Volume told(const Call& /*call*/, files::Volume volume) const { return volume; }
  // Held from before() until after(): of several threads one is at its call. Again by an action that makes a call.
  std::recursive_mutex one_at_a_time;
};

class ObservedFiles : public files::Files {
 public:
  ObservedFiles(std::unique_ptr<files::Files> inner, std::shared_ptr<Observer> observer);

  Result<std::shared_ptr<files::Tree>> open(const files::Path& path) override;
  Result<std::shared_ptr<files::Tree>> open_or_make(const files::Path& path) override;
  Result<files::Path> resolve(const files::Path& path) override;
  Result<std::string> read_named(const files::Path& path, std::uint64_t limit) override;
  Result<std::unique_ptr<files::Writer>> write_named(const files::Path& path) override;
  std::optional<std::string> boot() override { return inner_->boot(); }

 private:
  std::unique_ptr<files::Files> inner_;
  std::shared_ptr<Observer> observer_;
};

}  // namespace requeue::tests
