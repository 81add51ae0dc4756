// One file of the Mailroot into the bag: each byte read once, copied and hashed together, and only kept when the file
// was the same one, unchanged, before and after.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/digest.h"
#include "mailroot/mailroot.h"
#include "snapshot/bag.h"
#include "snapshot/passing_reader.h"
#include "snapshot/removal.h"
#include "snapshot/take.h"

namespace requeue::snapshot {

// Whether these are the same file in the same state. Rights and attributes may differ: they are no reason to keep it.
bool same_state(const files::Status& a, const files::Status& b);

struct Payload {
  files::Relative path;  // below the bag
  Sha256Bytes sha256{};
};

// One file, folder and its streams, as it stands in the bag.
struct CopiedFile {
  Entry entry;
  std::vector<Payload> payload;
  bool linked = false;
  bool from_disk = false;  // of a linked one: its digest is of what the disk gave, past the cache
  std::unique_ptr<Lesson> lesson;
  std::string learnt;  // see Learner
};

struct HowToCopy {
  Method method = Method::copy;
  Scope scope;  // what stays in the Mailroot is never linked
};

// copy() may be called by several threads at once, but for folders: a folder stands before what is in it.
class Copier {
 public:
  Copier(files::Tree& mailroot, files::Tree& recovery, HowToCopy how, Learner* learner)
      : mailroot_(mailroot), recovery_(recovery), how_(std::move(how)), learner_(learner) {}

  // A file, or a folder with its streams (made first). Exit::precondition when it keeps changing.
  Result<CopiedFile> copy(const mailroot::Item& item, const files::Relative& stored);

 private:
  // False: it changed meanwhile.
  Result<bool> attempt(const mailroot::Item& item, const files::Relative& stored, CopiedFile& copied);
  Result<bool> copy_main(const mailroot::Item& item, CopiedFile& copied);
  // nullopt: copy it instead.
  Result<std::optional<bool>> link_main(const mailroot::Item& item, files::Reader& reader, CopiedFile& copied);
  Result<bool> copy_streams(const mailroot::Item& item, CopiedFile& copied);
  Result<files::Relative> next_stream_place();
  Result<std::uint64_t> pour(files::Reader& reader, const files::Relative& stored, bool main, CopiedFile& copied);
  Result<std::uint64_t> read_through(PassingReader& reader, bool main, CopiedFile& copied);
  Result<void> take_back(CopiedFile& copied);
  Result<std::optional<mailroot::Item>> look_again(const files::Relative& path);

  files::Tree& mailroot_;
  files::Tree& recovery_;
  const HowToCopy how_;
  Learner* learner_;
  std::mutex streams_mutex_;
  std::uint64_t streams_ = 0;
  bool streams_folder_made_ = false;
};

}  // namespace requeue::snapshot
