#include "commands/service_steps.h"

#include <chrono>

#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

Json event(service::State state, std::string_view action) {
  return Json{{"state", std::string(service::to_string(state))}, {"action", std::string(action)}};
}

Result<void> record(recovery::Recovery& recovery, service::State state, std::string_view action) {
  REQUEUE_CHECK(recovery.record("service", event(state, action)));
  return recovery.flush();
}

// How it starts with the machine belongs to what was found: it may be why mail sticks.
Result<void> record_found(Context& context, recovery::Recovery& recovery, service::State state) {
  auto fields = event(state, "found");
  if (const auto start = context.service.start_type(); !start.type.empty()) {
    fields["start_type"] = start.type;
  }
  REQUEUE_CHECK(recovery.record("service", fields));
  return recovery.flush();
}

// Tells, and does not hear Ctrl-C: the service is put back because of it, and within --timeout.
class PuttingBack final : public Watcher {
 public:
  explicit PuttingBack(Watcher& told) : told_(told) {}
  void say(std::string_view line) override { told_.say(line); }
  void warn(std::string_view line) override { told_.warn(line); }

 private:
  Watcher& told_;
};

}  // namespace

void tell_start_type(Context& context) {
  const auto start = context.service.start_type();
  if (start.type.empty()) return;
  context.console.result("start type of " + printable(context.service.name()) + ": " + start.type);
  if (!start.warning.empty()) context.console.result(start.warning);
}

Result<double> stop_service(Context& context, recovery::Recovery& recovery) {
  const auto begun = std::chrono::steady_clock::now();
  REQUEUE_TRY(const auto found, context.service.state());
  REQUEUE_CHECK(record_found(context, recovery, found));
  if (found == service::State::absent || found == service::State::stopped) return 0.0;
  REQUEUE_TRY(const auto dependents, context.service.dependents());
  for (const auto& name : dependents) context.console.say("stops with it: " + printable(name));
  context.console.say("stopping " + service_in_words(context));
  // "stopping" is flushed first: after a kill in between, status can say that it was requeue that stopped it.
  REQUEUE_CHECK(record(recovery, found, "stopping"));
  if (auto stopped = context.service.stop(context.console); !stopped) return failure(std::move(stopped.error()));
  REQUEUE_CHECK(record(recovery, service::State::stopped, "stopped"));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

void put_service_back(Context& context, recovery::Recovery& recovery) {
  if (recovery.state().service_found != "running" || !recovery.state().stopped_by_us) return;
  const auto state = context.service.state();
  if (state && *state == service::State::pending) {
    // A start that meets a service which is still stopping fails, and the administrator must know either way.
    context.console.warn(service_in_words(context) + " is still changing its state: wait, then run `requeue start`");
    return;
  }
  context.console.say("starting " + service_in_words(context) + " again: nothing was removed");
  PuttingBack watcher(context.console);
  if (auto started = context.service.start(watcher); !started) {
    context.console.warn("the service was not put back: " + to_text(started.error()));
    return;
  }
  if (auto recorded = record(recovery, service::State::running, "put_back"); !recorded) {
    context.console.warn(to_text(recorded.error()));
  }
}

}  // namespace requeue::commands
