// Appending whole lines to a file, with the rule that makes a half line harmless: after a write that failed, nothing is
// written any more. A half line at the end is a torn tail; a half line with a whole one behind it would be damage.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "files/files.h"
#include "journal/journal.h"

namespace requeue::journal {

class LineWriter {
 public:
  // `end` is what reading found: its offset is the length of the whole lines. What is torn is cut, flushed, first.
  // A file that is made here has its folder flushed.
  static Result<std::unique_ptr<LineWriter>> open(files::Tree& recovery, std::string_view name, const Tail& end);
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // The newline is added. Kept in memory up to a bound, then written; durable after flush().
  Result<void> append(std::string_view line);
  Result<void> flush();

 private:
  LineWriter(std::string path, std::unique_ptr<files::Writer> file) : path_(std::move(path)), file_(std::move(file)) {}
  Result<void> write_out();
  [[nodiscard]] bool spoilt() const { return failed_ || writing_; }
  Result<void> keep_failure(Result<void> result);
  [[nodiscard]] tl::unexpected<Error> refuse() const;

  std::string path_;  // for errors
  std::unique_ptr<files::Writer> file_;
  std::string pending_;
  bool dirty_ = false;    // written, not flushed
  bool writing_ = false;  // stays so where a write ended by an exception: how much of it stands is not known
  std::optional<Error> failed_;
};

}  // namespace requeue::journal
