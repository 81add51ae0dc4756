// One file of the Mailroot into the bag: each byte read once, copied and hashed together, and only kept when the file
// was the same one, unchanged, before and after.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/digest.h"
#include "mailroot/mailroot.h"
#include "snapshot/bag.h"
#include "snapshot/take.h"

namespace requeue::snapshot {

// Whether these are the same file in the same state. Rights and attributes may differ: they are no reason to keep it.
bool same_state(const files::Status& a, const files::Status& b);

struct Payload {
  files::Relative path;  // below the bag
  Sha256Bytes sha256{};
};

class Copier {
 public:
  Copier(files::Tree& mailroot, files::Tree& recovery, Method method)
      : mailroot_(mailroot), recovery_(recovery), method_(method) {}

  // A file, or a folder with its streams (made first). Exit::precondition when it keeps changing.
  Result<Entry> copy(const mailroot::Item& item, const files::Relative& stored);

  [[nodiscard]] std::vector<Payload>& payload() { return payload_; }
  [[nodiscard]] std::uint64_t linked() const { return linked_; }

 private:
  Result<std::optional<Entry>> attempt(const mailroot::Item& item, const files::Relative& stored);
  Result<bool> copy_main(const mailroot::Item& item, Entry& entry);
  // nullopt: copy it instead.
  Result<std::optional<bool>> link_main(const mailroot::Item& item, files::Reader& reader, Entry& entry);
  Result<std::uint64_t> digest(files::Reader& reader, Sha256Bytes& sha256);
  Result<bool> copy_streams(const mailroot::Item& item, Entry& entry);
  Result<std::uint64_t> pour(files::Reader& reader, const files::Relative& stored);
  Result<void> take_back(std::size_t kept);
  Result<std::optional<mailroot::Item>> look_again(const files::Relative& path);

  files::Tree& mailroot_;
  files::Tree& recovery_;
  Method method_;
  std::uint64_t linked_ = 0;
  std::vector<Payload> payload_;
  std::uint64_t streams_ = 0;
  bool streams_folder_made_ = false;
  std::vector<char> buffer_ = std::vector<char>(std::size_t{256} * 1024);
};

}  // namespace requeue::snapshot
