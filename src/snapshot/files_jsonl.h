// files.jsonl, line by line: the same entries written by take, and read by everyone after it.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "snapshot/bag.h"
#include "snapshot/line_reader.h"

namespace requeue::snapshot {

// One line, without LF.
std::string render_entry(const Entry& entry);
// The inverse. The error is the reason, in words; anything that leads outside the bag or the Mailroot is one.
tl::expected<Entry, std::string> parse_entry(std::string_view line);

// Pulls entries in order of their sources, to be joined with a walk of the tree. Each must come after the one before,
// and after the folder that it stands in: no source stands twice, none hides behind another, none below a file.
class EntryReader {
 public:
  explicit EntryReader(LineReader lines) : lines_(std::move(lines)) {}
  Result<std::optional<Entry>> next();

 private:
  LineReader lines_;
  std::optional<files::Relative> last_;
  std::set<files::Relative, std::less<>> folders_;
};

// `bag`: "snapshot", or "superseded/N".
Result<EntryReader> open_entries(files::Tree& recovery, const files::Relative& bag);

}  // namespace requeue::snapshot
