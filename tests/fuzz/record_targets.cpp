#include "fuzz/targets.h"

#include <algorithm>

#include "journal/details.h"
#include "journal/journal.h"
#include "power/disk.h"
#include "replay/plan.h"
#include "snapshot/bag.h"
#include "snapshot/bag_layout.h"
#include "snapshot/files_jsonl.h"

namespace requeue::fuzz {
namespace {

// One file in a recovery folder, on a disk in memory.
class Folder {
 public:
  Folder(const std::string& name, std::string_view bytes) {
    disk_.make_folders("/r/snapshot");
    disk_.put("/r/" + name, std::string(bytes));
    tree = power::files_on(disk_)->open("/r").value();
  }

 private:
  power::Disk disk_;

 public:
  std::shared_ptr<files::Tree> tree;
};

}  // namespace

// What can be read can be gone on with, and read again.
void journal(std::string_view bytes) {
  Folder folder(std::string(journal::file_name), bytes);
  const auto none = [](const journal::Line&) -> Result<void> { return {}; };
  const auto chain = journal::read(*folder.tree, none);
  if (chain) {
    auto opened = journal::open(*folder.tree, *chain);
    must(opened.has_value(), "a journal that can be read cannot be opened");
    must((*opened)->append("run_end", Json::object()).has_value() && (*opened)->flush().has_value(),
         "a journal that was opened cannot be gone on with");
    opened->reset();
    const auto again = journal::read(*folder.tree, none);
    must(again && again->records == chain->records + 1 && again->torn.length == 0,
         "a journal that was gone on with cannot be read again");
  }
  Folder details(std::string(journal::details_name), bytes);
  static_cast<void>(
      journal::read_details(*details.tree, [](const std::string&, const Json&) -> Result<void> { return {}; }));
}

void manifest(std::string_view bytes) {
  Folder folder("snapshot/manifest-sha256.txt", bytes);
  static_cast<void>(
      snapshot::read_manifest(*folder.tree, [](const std::string& sha256, const std::string& path) -> Result<void> {
        must(snapshot::is_sha256(sha256), "a manifest line without a digest is believed");
        must(snapshot::is_plain_path(path), "a manifest path leads out of the bag");
        return {};
      }));
}

// A flat line and the same line with an array in it are read by two readers, which must agree.
void read_both_ways(std::string_view line) {
  const auto last = line.find_last_not_of(" \t\r");
  if (last == std::string_view::npos || line[last] != '}') return;
  const auto one = snapshot::parse_entry(line);
  if (!one) return;  // what the array is put behind may be no object at all
  const auto other = snapshot::parse_entry(std::string(line.substr(0, last)) + ",\"unknown\":[]}");
  must(other.has_value() && snapshot::render_entry(*one) == snapshot::render_entry(*other),
       "a line is read otherwise when an array stands in it");
}

void files_jsonl(std::string_view bytes) {
  for (auto rest = bytes; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    read_both_ways(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  Folder folder("snapshot/files.jsonl", bytes);
  static_cast<void>(snapshot::read_entries(*folder.tree, [](const snapshot::Entry& entry) -> Result<void> {
    must(entry.source.empty() || snapshot::is_plain_path(entry.source), "an entry leads out of the Mailroot");
    if (entry.status.kind == files::Kind::file) {
      must(snapshot::is_stored_path(entry.stored, snapshot::tree_folder), "an entry leads out of the bag");
    }
    for (const auto& stream : entry.streams) {
      must(snapshot::is_stored_path(stream.stored, snapshot::streams_folder), "a stream leads out of the bag");
    }
    const auto again = snapshot::parse_entry(snapshot::render_entry(entry));
    must(again.has_value() && again->source == entry.source && again->stored == entry.stored,
         "an entry that was read cannot be written and read again");
    return {};
  }));
}

void envelopes(std::string_view bytes) {
  const auto read = replay::parse_envelopes(bytes, "envelopes.csv");
  if (!read) must(!read.error().why.empty(), "an envelopes file is refused without a word");
}

void plan(std::string_view bytes) {
  const auto read = replay::parse_plan(bytes, "plan.csv");
  if (!read) must(!read.error().why.empty(), "a plan file is refused without a word");
}

}  // namespace requeue::fuzz
