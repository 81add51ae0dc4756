// messages.jsonl: what is personal about each decision, one line a decision, named by its hash from the journal.
//
// Each line carries `salt` (random, 128 bits, so that the hash cannot be guessed back to an address) and `after`, the
// hash of the last journal line flushed before it: a journal that lacks that line was cut.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/digest.h"
#include "core/json.h"
#include "files/files.h"
#include "journal/journal.h"

namespace requeue::journal {

inline constexpr std::string_view details_name = "messages.jsonl";

class Details {
 public:
  virtual ~Details() = default;
  // Adds `fields` with a fresh salt and the journal's flushed head; returns the SHA-256 of the line, which the journal
  // event names as `details`. Must be flushed before that event is appended.
  virtual Result<std::string> append(const Json& fields) = 0;
  // The same of to_line(fields), for whoever renders many at once in several threads.
  virtual Result<std::string> append_rendered(std::string_view fields) = 0;
  virtual Result<void> flush() = 0;
};

struct DetailsFile {
  std::int64_t lines = 0;
  Tail torn;  // offset: length of the whole lines; what follows is torn and is cut by the next writer
};

// Streams the lines: visit(hash, object). A bad line that a good one follows is damage (Exit::verification).
// An absent file is empty.
Result<DetailsFile> read_details(files::Tree& recovery,
                                 const std::function<Result<void>(const std::string& hash, const Json& line)>& visit);

// Where the whole lines stand: visit(hash, offset). Nothing of them is looked at but their hashes, so that it costs
// little; read_details() is what checks the file. An absent file has none.
Result<void> locate_details(files::Tree& recovery,
                            const std::function<Result<void>(const Sha256Bytes& hash, std::uint64_t offset)>& visit);

// Lines of messages.jsonl, read again one by one from wherever they stand.
class DetailsLines {
 public:
  // nullopt: there is no such file.
  static Result<std::optional<DetailsLines>> open(files::Tree& recovery);
  // nullopt: what stands at `offset` is no line with that hash (any more).
  Result<std::optional<Json>> at(std::uint64_t offset, const Sha256Bytes& hash);

 private:
  explicit DetailsLines(std::unique_ptr<files::Reader> file) : file_(std::move(file)) {}

  std::unique_ptr<files::Reader> file_;
  std::string buffer_;
};

// Opens for appending; the torn end, if any, is cut first. Reads `after` from the journal it is given.
Result<std::unique_ptr<Details>> open_details(files::Tree& recovery, const DetailsFile& file, const Journal& journal);

// Every `after` in messages.jsonl must be the hash of a journal line. Read messages.jsonl first and the journal after
// it: a run that writes meanwhile then only adds journal lines that nobody asks for. Kept are 16 raw bytes of each hash
// that is still to be seen: a few for each group of messages, not one for each line.
class AfterCheck {
 public:
  void expect(const std::string& after);
  void saw_journal_line(const std::string& hash);
  [[nodiscard]] bool complete() const { return missing_.empty(); }  // false: the journal was cut

 private:
  using Key = std::array<char, 16>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return std::hash<std::string_view>{}({key.data(), key.size()}); }
  };
  static Key key_of(std::string_view hash);

  std::string newest_;
  std::unordered_set<Key, KeyHash> missing_;
};

}  // namespace requeue::journal
