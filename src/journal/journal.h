// The journal: an append-only chain of JSON lines, the truth from which all else is derived.
//
// A line is an object with `seq` (from 1), `time` (UTC, ms), `event`, its fields, and last `prev`, the SHA-256 in hex
// of the exact bytes of the line before (64 zeros on line 1), newline excluded. docs/formats.md shows one worked out.
// Personal data never stands here: a chain cannot be redacted. It stands in messages.jsonl (details.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/json.h"
#include "files/files.h"

namespace requeue::journal {

inline constexpr std::string_view file_name = "journal.jsonl";
inline constexpr std::string_view no_hash = "0000000000000000000000000000000000000000000000000000000000000000";

struct Line {
  std::int64_t seq = 0;
  std::string event;
  Json json;         // the whole object
  std::string hash;  // SHA-256 of the line's bytes: what the next line's `prev` holds
};

// What is at the end of the file and is no whole line: bytes without a newline, or NULs (a torn write).
struct Tail {
  std::uint64_t offset = 0;  // where it begins; the length of the whole lines
  std::uint64_t length = 0;
  std::string sha256;  // of the torn bytes
};

struct Chain {
  std::int64_t records = 0;
  std::string head{no_hash};  // hash of the last whole line
  Tail torn;                  // length 0: none
};

// Reads the chain line by line and checks each `seq` and `prev`. A torn tail is reported, not an error. A bad line that
// a good one follows, a wrong prev, a wrong seq: Exit::verification, with the line's number. An absent file is an empty
// chain. Lines over 16 MiB are damage. Memory does not grow with the file.
Result<Chain> read(files::Tree& recovery, const std::function<Result<void>(const Line&)>& visit);

class Journal {
 public:
  virtual ~Journal() = default;
  // Adds a line; `fields` is an object without seq, time, event and prev. Not durable before flush().
  // Returns the line as it was written. After a write or flush that failed every call is refused: a whole line must
  // never follow a half one.
  virtual Result<Line> append(std::string_view event, const Json& fields) = 0;
  virtual Result<void> flush() = 0;
  [[nodiscard]] virtual const std::string& head() const = 0;          // of the last line appended
  [[nodiscard]] virtual const std::string& flushed_head() const = 0;  // of the last line known durable
  [[nodiscard]] virtual std::int64_t records() const = 0;
};

// Opens for appending what read() returned. A torn tail is cut off first (flushed) and the folder is flushed;
// the caller records what was cut (`recovered`, with the torn length and sha256) after its `run` event. The caller
// holds the lock of the recovery folder.
Result<std::unique_ptr<Journal>> open(files::Tree& recovery, const Chain& chain);

}  // namespace requeue::journal
