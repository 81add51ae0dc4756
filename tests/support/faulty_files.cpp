#include "support/faulty_files.h"

namespace requeue::tests {
namespace {

struct Armed {
  Fault fault;
  std::uint64_t seen = 0;
};

bool matches(const Fault& fault, const Call& call) {
  if (!fault.verb.empty() && fault.verb != call.verb) return false;
  return fault.path.empty() || call.path.find(fault.path) != std::string::npos ||
         call.to.find(fault.path) != std::string::npos;
}

}  // namespace

class FaultyFiles::Faults final : public Observer {
 public:
  Result<void> before(const Call& call) override {
    ++calls;
    due_after_ = nullptr;
    due_ = nullptr;
    for (auto& one : armed) {
      if (!matches(one.fault, call)) continue;
      ++one.seen;
      if (one.seen != one.fault.nth && !(one.fault.for_ever && one.seen > one.fault.nth)) continue;
      (one.fault.done_first ? due_after_ : due_) = &one.fault;
    }
    return due_ == nullptr ? Result<void>() : fail(*due_, call);
  }
  Result<void> after(const Call& call) override {
    return due_after_ == nullptr ? Result<void>() : fail(*due_after_, call);
  }
  [[nodiscard]] std::size_t written_before_failing(const Call&, std::size_t size) const override {
    return due_ != nullptr && due_->half_written ? size / 2 : 0;
  }

  [[nodiscard]] files::Volume told(const Call&, files::Volume volume) const override {
    if (change_volume) change_volume(volume);
    return volume;
  }

  std::vector<Armed> armed;
  std::function<void(files::Volume&)> change_volume;
  std::uint64_t calls = 0;
  std::uint64_t failed = 0;

 private:
  Result<void> fail(const Fault& fault, const Call& call) {
    ++failed;
    return failure(Error{Exit::failed, fault.cause, "cannot " + call.verb, call.path, "made to fail by a test", {}});
  }

  const Fault* due_ = nullptr;
  const Fault* due_after_ = nullptr;
};

FaultyFiles::FaultyFiles(std::unique_ptr<files::Files> inner)
    : FaultyFiles(std::move(inner), std::make_shared<Faults>()) {}
FaultyFiles::FaultyFiles(std::unique_ptr<files::Files> inner, std::shared_ptr<Faults> faults)
    : ObservedFiles(std::move(inner), faults), faults_(std::move(faults)) {}

void FaultyFiles::add(Fault fault) {
  faults_->armed.push_back({std::move(fault), 0});
}
void FaultyFiles::heal() {
  faults_->armed.clear();
}
void FaultyFiles::tell_volume(std::function<void(files::Volume&)> change) {
  faults_->change_volume = std::move(change);
}
std::uint64_t FaultyFiles::calls() const {
  return faults_->calls;
}
std::uint64_t FaultyFiles::failed() const {
  return faults_->failed;
}

}  // namespace requeue::tests
