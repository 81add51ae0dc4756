// A manifest that may leave the house: what is personal replaced by keyed digests. The same address or name gives the
// same digest within one recovery, so that lines can still be joined and counted; without the key nobody can tell which
// it was, nor try addresses until one fits.
#pragma once

#include <string>
#include <string_view>

#include "core/json.h"
#include "files/files.h"

namespace requeue::report {

class Redaction {
 public:
  // The key comes from the random salt of the recovery folder's messages.jsonl, and goes for good when that file does.
  // Without one (nothing was recorded there yet) it is random, and another one in each report.
  static Result<Redaction> open(files::Tree& recovery);

  // A record with Message-ID, subject, From, addresses and file names replaced. Folders, extensions, dates, digests of
  // whole files and decisions stay: they are what is counted and checked.
  [[nodiscard]] Json record(const Json& record) const;
  // "alice@example.com" to "a-1f3c...@d-77e0..."; the domain alone can be counted.
  [[nodiscard]] std::string address(std::string_view address) const;
  // "Queue/NTFS_1.EML" to "Queue/f-9a0b....EML".
  [[nodiscard]] std::string path(std::string_view path) const;
  // Any other text; empty stays empty.
  [[nodiscard]] std::string text(std::string_view kind, std::string_view text) const;

 private:
  explicit Redaction(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace requeue::report
