// A journal of some lines, written by the code under test, and ways to look at it again.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <boost/filesystem/operations.hpp>
#include <catch2/catch.hpp>

#include "journal/details.h"
#include "journal/journal.h"
#include "support/temporary_folder.h"

namespace requeue::tests {

// Where a flush costs nothing, if there is such a place: tests of every length flush some thousand times.
inline boost::filesystem::path in_memory() {
  const boost::filesystem::path memory("/dev/shm");
  return boost::filesystem::is_directory(memory) ? memory : boost::filesystem::temp_directory_path();
}

class JournalFolder {
 public:
  JournalFolder() : folder_(in_memory()), files_(files::real_files()), tree_(files_->open(folder_.path()).value()) {}

  [[nodiscard]] files::Tree& tree() { return *tree_; }
  [[nodiscard]] std::string journal() const { return read(folder_.path() / "journal.jsonl"); }
  [[nodiscard]] std::string details() const { return read(folder_.path() / "messages.jsonl"); }
  void set_journal(std::string_view bytes) { write(folder_.path() / "journal.jsonl", bytes); }
  void set_details(std::string_view bytes) { write(folder_.path() / "messages.jsonl", bytes); }
  [[nodiscard]] boost::filesystem::path path(const char* name) const { return folder_.path() / name; }

  struct Seen {
    Result<journal::Chain> chain;
    std::vector<std::string> events;
  };
  Seen look() {
    Seen seen{journal::Chain{}, {}};
    seen.chain = journal::read(*tree_, [&](const journal::Line& line) -> Result<void> {
      seen.events.push_back(line.event);
      return {};
    });
    return seen;
  }

  // Appends `count` lines and flushes them.
  void append(int count) {
    auto journal = journal::open(*tree_, look().chain.value()).value();
    for (int i = 0; i < count; ++i) {
      journal->append("event" + std::to_string(i), {{"number", i}, {"text", "a \"quoted\" b\xc3\xa9"}}).value();
    }
    REQUIRE(journal->flush());
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<files::Files> files_;
  std::shared_ptr<files::Tree> tree_;
};

// The lines with their newlines.
inline std::vector<std::string> lines_of(const std::string& bytes) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size() - 1) + 1;
    lines.push_back(bytes.substr(begin, end - begin));
    begin = end;
  }
  return lines;
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string bytes;
  for (const auto& line : lines) bytes += line;
  return bytes;
}

}  // namespace requeue::tests
