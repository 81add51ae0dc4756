#include "service/service.h"

#include "core/text.h"

namespace requeue::service {
namespace {

class NoService final : public Control {
 public:
  Result<State> state() override { return State::absent; }
  Result<void> stop(Watcher& /*watcher*/) override { return {}; }
  Result<void> start(Watcher& /*watcher*/) override { return {}; }
  Result<std::vector<std::string>> dependents() override { return std::vector<std::string>{}; }
  [[nodiscard]] std::string name() const override { return "none"; }
};

class ReadOnlyService final : public Control {
 public:
  explicit ReadOnlyService(std::unique_ptr<Control> inner) : inner_(std::move(inner)) {}

  Result<State> state() override { return inner_->state(); }
  Result<void> stop(Watcher& watcher) override { return only_say("stop", watcher); }
  Result<void> start(Watcher& watcher) override { return only_say("start", watcher); }
  Result<std::vector<std::string>> dependents() override { return inner_->dependents(); }
  Start start_type() override { return inner_->start_type(); }
  [[nodiscard]] std::string name() const override { return inner_->name(); }

 private:
  Result<void> only_say(std::string_view order, Watcher& watcher) {
    watcher.say("dry run: would " + std::string(order) + " the service (" + printable(inner_->name()) +
                "); it was left as it is");
    return {};
  }

  std::unique_ptr<Control> inner_;
};

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::running:
      return "running";
    case State::stopped:
      return "stopped";
    case State::pending:
      return "pending";
    case State::absent:
      return "absent";
  }
  return "absent";
}

std::unique_ptr<Control> no_service() {
  return std::make_unique<NoService>();
}

std::unique_ptr<Control> read_only_service(std::unique_ptr<Control> inner) {
  return std::make_unique<ReadOnlyService>(std::move(inner));
}

}  // namespace requeue::service
