// A file of JSON lines, read with bounded memory, and the one decision that both journal.jsonl and messages.jsonl hang
// on: what at the end is a torn write, and what is damage.
//
// A write that the machine did not finish leaves bytes without a newline, NULs, or blocks of something else: all of it
// at the end, and none of it a JSON object. A bad line that a good one follows cannot be that; nor can an object that
// is whole but does not belong. Those are damage, and nothing may be built on them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/json.h"
#include "files/files.h"
#include "journal/journal.h"

namespace requeue::journal {

inline constexpr std::size_t longest_line = std::size_t{16} * 1024 * 1024;

struct RawLine {
  std::string_view bytes;  // without the newline; empty when too long; valid until the next call
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // of the bytes, newline excluded, also when too long
  bool ended = false;        // a newline follows
  bool has_nul = false;
};

class LineReader {
 public:
  explicit LineReader(ByteReader& bytes) : bytes_(bytes) {}
  // False at the end. A line over longest_line is passed over without being kept.
  Result<bool> next(RawLine& line);

 private:
  Result<bool> fill();
  Result<bool> pass_over(RawLine& line);

  ByteReader& bytes_;
  std::string buffer_;
  std::size_t begin_ = 0;     // of what was not handed out yet
  std::size_t end_ = 0;       // of what was read
  std::uint64_t offset_ = 0;  // of begin_ in the file
};

struct Scan {
  std::int64_t lines = 0;
  Tail torn;
};

// Hands each whole line to `visit`, with its number from 1. An absent file has no lines.
Result<Scan> scan_lines(
    files::Tree& recovery, std::string_view name,
    const std::function<Result<void>(std::int64_t number, std::string_view bytes, Json json)>& visit);

// Exit::verification, worded: which file, which line, what is safe.
tl::unexpected<Error> damage(files::Tree& recovery, std::string_view name, std::int64_t line, const std::string& why);

}  // namespace requeue::journal
