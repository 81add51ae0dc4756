#include "support/temporary_folder.h"

#include <fstream>
#include <iostream>
#include <stdexcept>

#include <boost/filesystem.hpp>

namespace requeue::tests {
namespace {

namespace fs = boost::filesystem;

// Tests take rights away from folders; without them given back, nothing in such a folder can be removed.
void make_removable(const fs::path& root) {
  boost::system::error_code error;
  fs::permissions(root, fs::add_perms | fs::owner_all, error);
  for (fs::directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
    boost::system::error_code ignored;
    if (entry->symlink_status(ignored).type() == fs::directory_file) make_removable(entry->path());
  }
}

}  // namespace

TemporaryFolder::TemporaryFolder() : TemporaryFolder(fs::temp_directory_path()) {}

TemporaryFolder::TemporaryFolder(const fs::path& parent)
    : path_((fs::canonical(parent) / fs::unique_path("requeue-test-%%%%-%%%%-%%%%-%%%%")).make_preferred()) {
  if (!fs::create_directory(path_)) throw std::runtime_error("cannot make " + path_.string());
}

TemporaryFolder::~TemporaryFolder() {
  boost::system::error_code ignored;
  fs::remove_all(path_, ignored);
  if (!fs::exists(path_, ignored)) return;
  make_removable(path_);
  fs::remove_all(path_, ignored);
}

void write(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream stream(path.c_str(), std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + path.string());
}

std::string read(const fs::path& path) {
  std::ifstream stream(path.c_str(), std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

bool make_link(const fs::path& target, const fs::path& link) {
  boost::system::error_code failed;
  fs::create_symlink(target, link, failed);
  if (!failed && fs::symlink_status(link, failed).type() == fs::symlink_file) return true;
  std::cerr << "SKIPPED: this system makes no symbolic links\n";
  return false;
}

}  // namespace requeue::tests
