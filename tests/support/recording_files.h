// A file layer that remembers what was done in which order: that bytes were flushed before a name was given to them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/observed_files.h"

namespace requeue::tests {

class RecordingFiles final : public ObservedFiles {
 public:
  explicit RecordingFiles(std::unique_ptr<files::Files> inner = files::real_files());

  // The calls that were made and succeeded, in order.
  [[nodiscard]] const std::vector<Call>& calls() const;
  // The same as "verb path" or "rename from -> to"; with verbs given, only theirs.
  [[nodiscard]] std::vector<std::string> lines(const std::vector<std::string>& verbs = {}) const;
  void forget();
  // Called right before each call of the verb is made: what another program does at that moment.
  void before(std::string verb, std::function<void(const Call&)> action);

 private:
  class Record;
  RecordingFiles(std::unique_ptr<files::Files> inner, std::shared_ptr<Record> record);
  std::shared_ptr<Record> record_;
};

}  // namespace requeue::tests
