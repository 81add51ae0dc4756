// files.jsonl, line by line: the same entries written by take, and read by everyone after it.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/flat_object.h"
#include "snapshot/bag.h"
#include "snapshot/line_reader.h"

namespace requeue::snapshot {

// One line, without LF.
std::string render_entry(const Entry& entry);
// The inverse. The error is the reason, in words; anything that leads outside the bag or the Mailroot is one.
tl::expected<Entry, std::string> parse_entry(std::string_view line);
// The same for many lines, one after the other, with the memory of the one before.
class EntryParser {
 public:
  tl::expected<Entry, std::string> parse(std::string_view line);

 private:
  FlatObject flat_;
};

// Each entry must come after the one before, and after the folder that it stands in: no source stands twice, none hides
// behind another, none below a file.
class EntryOrder {
 public:
  // The parsed line `number` of the tag file `name`, or the damage.
  Result<Entry> check(tl::expected<Entry, std::string> parsed, const std::string& name, std::uint64_t number);

 private:
  std::optional<files::Relative> last_;
  std::set<files::Relative, std::less<>> folders_;
};

// Pulls entries in order of their sources, to be joined with a walk of the tree.
class EntryReader {
 public:
  explicit EntryReader(LineReader lines) : lines_(std::move(lines)) {}
  Result<std::optional<Entry>> next();

 private:
  LineReader lines_;
  EntryParser parser_;
  EntryOrder order_;
};

// `bag`: "snapshot", or "superseded/N".
Result<EntryReader> open_entries(files::Tree& recovery, const files::Relative& bag);

}  // namespace requeue::snapshot
