// Lines of a tag file, one at a time: memory is bounded by the longest line, and a line without end is refused.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "files/files.h"

namespace requeue::snapshot {

class LineReader {
 public:
  // `name` is told in errors: the path below the recovery folder.
  LineReader(std::unique_ptr<files::Reader> reader, std::string name);

  // The next line without its LF; nullopt at the end. A last line without LF is damage: tag files are written whole.
  Result<std::optional<std::string>> next();
  [[nodiscard]] std::uint64_t number() const { return number_; }  // of the line last returned, from 1
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::unique_ptr<files::Reader> reader_;
  std::string name_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::uint64_t number_ = 0;
};

Result<LineReader> open_lines(files::Tree& tree, const files::Relative& path);

}  // namespace requeue::snapshot
