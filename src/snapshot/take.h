// Taking a snapshot, and reading it again from the disk.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "recovery/recovery.h"
#include "snapshot/bag.h"

namespace requeue::snapshot {

struct BagInfo {         // bag-info.txt
  std::string software;  // "requeue 0.1.0"
  std::string ticket;    // External-Identifier
  std::string host;      // Internal-Sender-Identifier: host and Mailroot
};

// How a file gets into the bag. A link is the file itself under another name: no byte is written, and nothing is copied
// that somebody could still change through a name or handle of his own.
enum class Method {
  copy,
  link,       // Exit::precondition where the volume has no hard links or is another one
  automatic,  // link where it can be had, else copy
};

// Learns of each file while it is copied, so that nobody reads it again for that.
class Lesson {  // of one file, in one thread
 public:
  virtual ~Lesson() = default;
  // Reads as much as it likes of the `size` bytes; an error that it meets is met again by the copier.
  virtual void main(ByteReader& bytes, std::uint64_t size) = 0;
  virtual void stream(ByteReader& bytes) = 0;  // of each alternate stream, after main()
  virtual std::string finish() = 0;            // for keep(); empty: nothing
};
class Learner {
 public:
  virtual ~Learner() = default;
  virtual std::unique_ptr<Lesson> begin() = 0;  // by several threads at once
  // In the order of files.jsonl, by the thread that takes the snapshot; also of that of which nothing was learnt.
  virtual void keep(const Entry& entry, const std::string& learnt) = 0;
  // When all is copied: what the journal is to say of what was kept; empty: nothing was.
  virtual std::string finish() = 0;
};

struct TakeOptions {
  bool adopted = false;  // the tree is a copy made by hand
  Method method = Method::copy;
  // What the emptying is to leave (EmptyOptions): copied, never linked. Its file stays in the Mailroot for anybody to
  // change, and the snapshot would change with it.
  std::vector<std::string> keep = {};
  bool empty_mailbox = false;
  unsigned jobs = 1;                                     // files copied at a time
  std::uint64_t expected_files = 0, expected_bytes = 0;  // for the progress; 0: not known
  Learner* learner = nullptr;
};

// What is known of the files that are links, in the run that took the snapshot.
enum class Links {
  none,
  read_from_disk,   // each read past the cache, under its name in the bag
  read_from_cache,  // the volume offers no way past it
};

struct Taken {
  std::uint64_t linked = 0;  // files that are links; one that has other names already is copied
  Links links = Links::none;
  recovery::SnapshotFacts facts;
  std::vector<std::string> others;      // links and special files, named for the person (already safe to show)
  std::vector<std::string> superseded;  // files of an earlier sealed snapshot moved to superseded/N/
};

// Copies the whole tree below `mailroot` in one pass (each byte read once: copied and hashed together), seals the bag,
// flushes all, journals `snapshot`. Called again before `emptying`, it takes the snapshot anew: an unsealed one is
// removed; a sealed one is moved aside whole first, and files of it that the new one holds with the same bytes are
// removed from there once the new one is sealed. A file that changes while it is copied: tried three times, then
// Exit::precondition.
Result<Taken> take(recovery::Recovery& recovery, files::Tree& mailroot, const BagInfo& info, const TakeOptions& options,
                   Watcher& watcher);

struct Wrong {
  std::string path;  // below the bag
  std::string why;   // "missing", "other bytes", "not in the manifest"
};

struct VerifyResult {
  recovery::Verified verified;
  std::uint64_t read_once = 0;  // files that `links` speaks of
  std::vector<Wrong> wrong;
};

// Re-reads every payload file past the page cache against manifest and files.jsonl, finds files that are in no
// manifest, and journals `verified`, good or bad. `jobs`: how many are read at a time. `links`: of the snapshot that
// this run has taken: a file that is the very one of files.jsonl still (identity, size, write and change time) was read
// then; nothing was written, so that a second reading would ask the disk the same question again.
Result<VerifyResult> verify(recovery::Recovery& recovery, Watcher& watcher, unsigned jobs = 1,
                            Links links = Links::none);
// The same reading without the journal, for audit; payload hashes only where `payload`.
Result<VerifyResult> check_bag(recovery::Recovery& recovery, bool payload, Watcher& watcher, unsigned jobs = 1);

}  // namespace requeue::snapshot
