#include "support/recording_files.h"

#include <algorithm>

namespace requeue::tests {

class RecordingFiles::Record final : public Observer {
 public:
  Result<void> before(const Call& call) override {
    for (const auto& [verb, action] : actions) {
      if (verb == call.verb) action(call);
    }
    return {};
  }
  Result<void> after(const Call& call) override {
    calls.push_back(call);
    return {};
  }
  [[nodiscard]] std::size_t written_before_failing(const Call&, std::size_t) const override { return 0; }

  std::vector<Call> calls;
  std::vector<std::pair<std::string, std::function<void(const Call&)>>> actions;
};

RecordingFiles::RecordingFiles(std::unique_ptr<files::Files> inner)
    : RecordingFiles(std::move(inner), std::make_shared<Record>()) {}
RecordingFiles::RecordingFiles(std::unique_ptr<files::Files> inner, std::shared_ptr<Record> record)
    : ObservedFiles(std::move(inner), record), record_(std::move(record)) {}

const std::vector<Call>& RecordingFiles::calls() const {
  return record_->calls;
}
void RecordingFiles::forget() {
  record_->calls.clear();
}

void RecordingFiles::before(std::string verb, std::function<void(const Call&)> action) {
  record_->actions.emplace_back(std::move(verb), std::move(action));
}

std::vector<std::string> RecordingFiles::lines(const std::vector<std::string>& verbs) const {
  std::vector<std::string> lines;
  for (const auto& call : record_->calls) {
    if (!verbs.empty() && std::find(verbs.begin(), verbs.end(), call.verb) == verbs.end()) continue;
    std::string line = call.verb;
    if (!call.path.empty()) line += " " + call.path;
    if (!call.to.empty()) line += " -> " + call.to;
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace requeue::tests
