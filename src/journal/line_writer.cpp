#include "journal/line_writer.h"

#include "journal/lines.h"

namespace requeue::journal {
namespace {

// Above what a replay adds between two flushes (256 hand-overs): else each group of them costs a flush more.
constexpr std::size_t most_pending = std::size_t{1024} * 1024;

// Under the lock nobody else appends. A size that changed since the reading means that somebody did, and that what
// was read is not what would be continued.
Result<void> check_size(files::Tree& recovery, std::string_view name, std::uint64_t expected, bool& there) {
  const auto status = recovery.status(files::Relative(name));
  there = status.has_value();
  if (!there && status.error().cause != Cause::not_found) return failure(status.error());
  const std::uint64_t size = there ? status->size : 0;
  if (size == expected) return {};
  return failure(
      Exit::failed, "the record changed while it was read", files::to_text(recovery.path_of(name)),
      "its size is " + std::to_string(size) + ", not " + std::to_string(expected),
      "Nothing was written. End whatever else works on this recovery folder and run the same command again.");
}

}  // namespace

Result<std::unique_ptr<LineWriter>> LineWriter::open(files::Tree& recovery, std::string_view name, const Tail& end) {
  const files::Relative path(name);
  bool there = false;
  REQUEUE_CHECK(check_size(recovery, name, end.offset + end.length, there));
  if (end.length > 0) {
    REQUEUE_CHECK(recovery.truncate(path, end.offset));
  }
  REQUEUE_TRY(auto file, recovery.append(path));
  // Also of a file that was there: the run that made it may have been killed before it could flush the folder.
  REQUEUE_CHECK(recovery.flush_folder(""));
  // Nor may its last lines be on the disk: see write_out().
  if (there) REQUEUE_CHECK(file->flush());
  return std::unique_ptr<LineWriter>(new LineWriter(files::to_text(recovery.path_of(name)), std::move(file)));
}

LineWriter::~LineWriter() {
  if (spoilt()) return;
  // A run that ends early by an error still leaves what it knew; what is lost here the next run finds out again.
  if (write_out()) static_cast<void>(file_->close());
}

Result<void> LineWriter::append(std::string_view line) {
  if (spoilt()) return refuse();
  if (line.size() > longest_line) {
    return failure(Exit::failed, "cannot record a line of more than 16 MiB", path_,
                   std::to_string(line.size()) + " bytes",
                   "Nothing of it was written; what was recorded before stands.");
  }
  pending_.reserve(pending_.size() + line.size() + 1);  // the whole line, or (too little memory) nothing of it
  pending_.append(line);
  pending_ += '\n';
  return pending_.size() >= most_pending ? write_out() : Result<void>{};
}

Result<void> LineWriter::flush() {
  if (spoilt()) return refuse();
  REQUEUE_CHECK(write_out());
  if (!dirty_) return {};
  REQUEUE_CHECK(keep_failure(file_->flush()));
  dirty_ = false;
  return {};
}

Result<void> LineWriter::write_out() {
  if (pending_.empty()) return {};
  // One write at a time is on its way to the disk. Of two, a power cut could keep the second only, and a hole with
  // whole lines behind it is damage to every reader.
  if (dirty_) REQUEUE_CHECK(keep_failure(file_->flush()));
  dirty_ = true;
  writing_ = true;
  REQUEUE_CHECK(keep_failure(file_->write(pending_)));
  writing_ = false;
  pending_.clear();
  return {};
}

Result<void> LineWriter::keep_failure(Result<void> result) {
  if (result) return result;
  failed_ = result.error();
  failed_->what = "cannot write to the record";
  failed_->path = path_;
  failed_->hint =
      failed_->cause == Cause::no_space
          ? "Free some space on the volume of the recovery folder and run the same command again: it goes on "
            "where it stopped. All that was flushed is kept, and a half line is cut off by the next run."
          : "Nothing more is done without a record. All that was flushed is kept; see to the disk of the "
            "recovery folder, then run the same command again: it goes on where it stopped.";
  return failure(*failed_);
}

tl::unexpected<Error> LineWriter::refuse() const {
  Error error = failed_.value_or(Error{Exit::failed, Cause::other, "cannot write to the record", path_, {}, {}});
  error.why += " (an earlier write failed, so nothing more is written in this run)";
  return failure(std::move(error));
}

}  // namespace requeue::journal
