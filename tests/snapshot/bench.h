// A Mailroot and a recovery folder side by side, and the steps of an evacuation between them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "core/json.h"
#include "recovery/recovery.h"
#include "snapshot/empty.h"
#include "snapshot/restore.h"
#include "snapshot/take.h"
#include "support/faulty_files.h"
#include "support/recording_files.h"
#include "support/temporary_folder.h"

namespace requeue::tests {

using Path = boost::filesystem::path;

// What stands below a folder: path -> bytes of a file, "/" for a folder, "-> target" for a link. No link is followed.
using Contents = std::map<std::string, std::string>;
Contents contents(const Path& folder);
// The same with the write times, to show that nothing was touched.
std::map<std::string, std::string> fingerprint(const Path& folder);

// A file layer that says it runs after another start of the machine.
std::unique_ptr<files::Files> files_after_restart();

struct Ear final : Watcher {
  std::vector<std::string> said;
  bool stop = false;
  std::uint64_t stop_after = 0;  // files; 0: never
  std::uint64_t advanced = 0;
  void say(std::string_view line) override { said.emplace_back(line); }
  void advance(std::uint64_t files, std::uint64_t /*bytes*/) override { advanced += files; }
  [[nodiscard]] bool stop_requested() const override { return stop || (stop_after != 0 && advanced >= stop_after); }
};

class Bench {
 public:
  // Flushes cost nothing in memory.
  explicit Bench(std::shared_ptr<files::Files> files = files::real_files());

  [[nodiscard]] Path mailroot() const { return folder_.path() / "Mailroot"; }
  [[nodiscard]] Path home() const { return folder_.path() / "recovery"; }
  [[nodiscard]] Path bag() const { return home() / "snapshot"; }
  [[nodiscard]] Path stored(const std::string& source) const { return bag() / "data/mailroot" / source; }
  [[nodiscard]] Path other() const { return folder_.path() / "elsewhere"; }

  void add(const std::string& source, std::string_view bytes) const { write(mailroot() / source, bytes); }
  // False, and said, where this volume keeps no streams: the test has nothing to look at then.
  bool add_stream_if_kept(const std::string& source, const std::string& name, std::string bytes) const;
  // Queue/0000.EML and so on: one, two and three bytes long by turns.
  void add_messages(int count) const;

  // A run. open() kills the one before it, if it did not end; another file layer may be given from then on.
  void open(std::shared_ptr<files::Files> files = nullptr);
  Result<void> try_open();
  void end(Exit exit = Exit::done);
  void kill() { recovery_.reset(); }
  [[nodiscard]] recovery::Recovery& recovery() { return *recovery_; }
  [[nodiscard]] files::Tree& tree() { return *tree_; }
  [[nodiscard]] files::Files& files() { return *files_; }
  void record(std::string_view event, const Json& fields);

  snapshot::TakeOptions taking;
  Result<snapshot::Taken> try_take();
  snapshot::Taken take();
  snapshot::VerifyResult verify();
  void take_two();     // Queue/a.EML and Queue/b.EML: open, take
  void snapshotted();  // open, take, verify
  Result<snapshot::Emptied> try_empty();
  snapshot::Emptied empty();
  Result<snapshot::Restored> try_restore_back();       // into the recorded Mailroot
  Result<snapshot::Restored> try_restore_elsewhere();  // into other(), from the bag alone
  snapshot::Restored restore_elsewhere();

  // Of the journal: all events, or the fields of those with one name.
  [[nodiscard]] std::vector<std::string> events() const;
  [[nodiscard]] std::vector<Json> events(const std::string& name) const;

  snapshot::EmptyOptions options;
  snapshot::RestoreOptions restoring;
  Ear ear;

 private:
  static Path memory();

  TemporaryFolder folder_;
  std::shared_ptr<files::Files> files_;
  std::shared_ptr<files::Tree> tree_;
  std::unique_ptr<recovery::Recovery> recovery_;
};

// The lines of files.jsonl, by "path".
std::map<std::string, Json> entries_of(const Path& bag);
// Makes the tag manifest agree with the tag files again, as somebody would who tampers with care.
void reseal(const Path& bag);
// The one file of the bag changed by hand, and resealed: `change` is given its text.
void tamper(const Path& bag, const std::string& file, const std::function<std::string(std::string)>& change);

}  // namespace requeue::tests
