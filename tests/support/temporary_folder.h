// A folder for one test, gone with everything in it when the test ends.
#pragma once

#include <string>
#include <string_view>

#include <boost/filesystem/path.hpp>

namespace requeue::tests {

class TemporaryFolder {
 public:
  TemporaryFolder();
  // Below a parent of the caller's choice, to reach another volume.
  explicit TemporaryFolder(const boost::filesystem::path& parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Absolute, links in it resolved.
  [[nodiscard]] const boost::filesystem::path& path() const { return path_; }

 private:
  boost::filesystem::path path_;
};

// Past the code under test: plain streams. Missing parent folders are made. A failure ends the test.
void write(const boost::filesystem::path& path, std::string_view bytes);
std::string read(const boost::filesystem::path& path);
// A symbolic link. False where the system makes none (Wine, or missing rights on Windows), and SKIPPED is printed.
bool make_link(const boost::filesystem::path& target, const boost::filesystem::path& link);

}  // namespace requeue::tests
