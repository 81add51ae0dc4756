#include "files/conformance.h"

#include <algorithm>

#include "support/faulty_files.h"
#include "support/recording_files.h"

namespace requeue::tests {

std::unique_ptr<files::Files> Real::make() {
  return files::real_files();
}
std::unique_ptr<files::Files> Recording::make() {
  return std::make_unique<RecordingFiles>();
}
std::unique_ptr<files::Files> Faultless::make() {
  return std::make_unique<FaultyFiles>();
}

std::string contents(files::Tree& tree, const files::Relative& path, files::CacheUse use) {
  const auto reader = tree.open(path, use);
  if (!reader) throw std::runtime_error(to_text(reader.error()));
  const auto bytes = files::read_all(**reader, 1U << 30U);
  if (!bytes) throw std::runtime_error(to_text(bytes.error()));
  return *bytes;
}

Result<std::size_t> StringReader::read(char* buffer, std::size_t size) {
  const auto count = std::min(size, bytes_.size() - at_);
  bytes_.copy(buffer, count, at_);
  at_ += count;
  return count;
}

}  // namespace requeue::tests
