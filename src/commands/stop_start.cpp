// stop and start: the service alone; with --recovery the journal records it.
#include "commands/context.h"
#include "commands/service_steps.h"
#include "commands/session.h"
#include "commands/words.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

Json service_json(Context& context, service::State state) {
  Json json{{"name", printable(context.service.name())}, {"state", std::string(service::to_string(state))}};
  if (const auto start = context.service.start_type(); !start.type.empty()) json["start_type"] = start.type;
  return Json{{"service", std::move(json)}};
}

// The person's decision, and maybe the right one; but not without knowing what it means.
void tell_half_emptied(Context& context, const recovery::State& state) {
  if (!state.emptying || state.emptied || !state.marked) return;
  context.console.warn(
      "the evacuation of this Mailroot is not complete: the service now sends what still stands there, and what was "
      "removed waits in the recovery folder. To go on:");
  context.console.warn("  " + again(context, "stop") + service_options(context));
  context.console.warn("  " + again(context, "evacuate", state) + service_options(context));
}

Result<Outcome> ended(Context& context) {
  REQUEUE_TRY(const auto state, context.service.state());
  context.console.result("[ok] " + service_in_words(context) + " is " + std::string(service::to_string(state)));
  tell_start_type(context);
  return Outcome{Exit::done, service_json(context, state)};
}

}  // namespace

Result<Outcome> stop(Context& context) {
  REQUEUE_TRY(const auto found, context.service.state());
  if (found == service::State::absent) {
    context.console.result("no service is driven here (--service none): nothing to stop");
    return Outcome{Exit::done, service_json(context, found)};
  }
  if (!context.options.recovery.empty() && !context.options.dry_run) {
    return in_run(context, recovery::Missing::make, Site(), {}, [&](recovery::Recovery& recovery) -> Result<Outcome> {
      REQUEUE_CHECK(stop_service(context, recovery));
      return ended(context);
    });
  }
  REQUEUE_TRY(const auto dependents, context.service.dependents());
  for (const auto& name : dependents) context.console.result("stops with it: " + printable(name));
  if (found != service::State::stopped) REQUEUE_CHECK(context.service.stop(context.console));
  return ended(context);
}

Result<Outcome> start(Context& context) {
  REQUEUE_TRY(const auto found, context.service.state());
  if (found == service::State::absent) {
    context.console.result("no service is driven here (--service none): nothing to start");
    return Outcome{Exit::done, service_json(context, found)};
  }
  const auto started = [&]() -> Result<void> {
    if (found == service::State::running) return {};
    return context.service.start(context.console);
  };
  if (!context.options.recovery.empty() && !context.options.dry_run) {
    return in_run(context, recovery::Missing::refuse, Site(), {}, [&](recovery::Recovery& recovery) -> Result<Outcome> {
      REQUEUE_CHECK(started());
      REQUEUE_CHECK(recovery.record("service", Json{{"state", "running"}, {"action", "started"}}));
      REQUEUE_CHECK(recovery.flush());
      tell_half_emptied(context, recovery.state());
      return ended(context);
    });
  }
  REQUEUE_CHECK(started());
  return ended(context);
}

}  // namespace requeue::commands
