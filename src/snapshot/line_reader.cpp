#include "snapshot/line_reader.h"

#include "snapshot/bag_layout.h"

namespace requeue::snapshot {
namespace {

constexpr std::size_t read_block = std::size_t{64} * 1024;
constexpr std::size_t longest_line = std::size_t{16} * 1024 * 1024;

}  // namespace

LineReader::LineReader(std::unique_ptr<files::Reader> reader, std::string name)
    : reader_(std::move(reader)), name_(std::move(name)) {}

Result<std::optional<std::string>> LineReader::next() {
  std::size_t searched = begin_;
  for (;;) {
    const auto end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(begin_, end - begin_);
      begin_ = end + 1;
      ++number_;
      return std::optional<std::string>(std::move(line));
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched = buffer_.size();
    if (buffer_.size() > longest_line) return failure(damage(name_, "a line is longer than 16 MiB"));
    buffer_.resize(searched + read_block);
    auto count = reader_->read(buffer_.data() + searched, read_block);
    buffer_.resize(searched + count.value_or(0));
    if (!count) return failure(std::move(count.error()));
    if (*count > 0) continue;
    if (!buffer_.empty()) return failure(damage(name_, "the last line has no end: the file was cut"));
    return std::optional<std::string>();
  }
}

Result<LineReader> open_lines(files::Tree& tree, const files::Relative& path) {
  auto reader = tree.open(path);
  if (!reader) return failure(as_damage(tree, std::move(reader.error()), path));
  return LineReader(std::move(*reader), path);
}

}  // namespace requeue::snapshot
