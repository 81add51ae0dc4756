// Writing the tag files of a bag, and sealing it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/digest.h"
#include "snapshot/copy.h"
#include "snapshot/take.h"

namespace requeue::snapshot {

// A tag file written line by line, hashed on the way.
class TagFile {
 public:
  static Result<TagFile> create(files::Tree& recovery, std::string_view name);
  Result<void> add(std::string_view line);  // LF is added
  // Flushed and closed; the digest of all.
  Result<std::string> finish();

 private:
  explicit TagFile(std::unique_ptr<files::Writer> writer) : writer_(std::move(writer)) {}
  Result<void> pour();

  std::unique_ptr<files::Writer> writer_;
  Sha256 digest_;
  std::string pending_;
};

struct Oxum {
  std::uint64_t bytes = 0;  // of all payload, streams too
  std::uint64_t files = 0;
};

std::string render_bag_info(const BagInfo& info, const Oxum& oxum, Timestamp date);

// All but files.jsonl, whose digest is given. The payload is sorted here. Returns the root: the SHA-256 of
// tagmanifest-sha256.txt, which takes its name last, when all else is on the disk.
Result<std::string> seal(files::Tree& recovery, const BagInfo& info, std::vector<Payload>& payload, std::uint64_t bytes,
                         std::string files_jsonl_sha256);

}  // namespace requeue::snapshot
