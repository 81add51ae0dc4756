// What every file layer must do. Each test of the suite runs over each implementation.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "files/files.h"
#include "support/temporary_folder.h"

namespace requeue::tests {

struct Real {
  static std::unique_ptr<files::Files> make();
};
struct Recording {
  static std::unique_ptr<files::Files> make();
};
struct Faultless {
  static std::unique_ptr<files::Files> make();
};

// A file layer of the given kind, with a folder to work in.
template <class Kind>
struct Bench {
  TemporaryFolder folder;
  std::unique_ptr<files::Files> files = Kind::make();
  std::shared_ptr<files::Tree> tree = *files->open(folder.path());
};

// Read whole, past the cache or not; a failure ends the test.
std::string contents(files::Tree& tree, const files::Relative& path, files::CacheUse use = files::CacheUse::normal);

// The cause of a failure; success ends the test.
template <class T>
Cause cause_of(const Result<T>& result) {
  return result ? throw std::logic_error("it did not fail") : result.error().cause;
}

// Bytes from memory.
class StringReader final : public ByteReader {
 public:
  explicit StringReader(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(char* buffer, std::size_t size) override;

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace requeue::tests
