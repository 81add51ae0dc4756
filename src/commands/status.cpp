// status: where the procedure stands, what comes next, and the way back while there is one.
#include "commands/context.h"
#include "commands/session.h"
#include "core/text.h"

namespace requeue::commands {
namespace {

struct Next {
  std::string command;  // to type; empty when a person's step comes first
  std::string manual;   // what a person does; empty when there is nothing
};

Next next_of(const recovery::State& state, const std::string& given) {
  const auto folder = shell_quoted(given.empty() ? "DIR" : given);
  const auto mailroot = shell_quoted(state.mailroot.empty() ? "DIR" : state.mailroot);
  const auto evacuate = "requeue evacuate --mailroot " + mailroot + " --recovery " + folder;
  switch (state.stage()) {
    case recovery::Stage::fresh:
    case recovery::Stage::stopped:
    case recovery::Stage::snapshotted:
    case recovery::Stage::verified:
      return {evacuate, {}};
    case recovery::Stage::emptying:
      return {evacuate, "leave the service stopped: the evacuation was interrupted half-way"};
    case recovery::Stage::emptied:
      return {"requeue probe --mailroot " + mailroot + " --recovery " + folder + " --from YOU --to SOMEBODY",
              "fix the cipher order (registry, restart), then start the service: requeue start"};
    case recovery::Stage::probed:
      return {"requeue replay --recovery " + folder, {}};
    case recovery::Stage::replaying:
      return {"requeue replay --recovery " + folder, {}};
    case recovery::Stage::done:
      return {"requeue audit --recovery " + folder, "keep the journal head in the change ticket"};
  }
  return {};
}

}  // namespace

Result<Outcome> status(Context& context) {
  recovery::State state;
  std::string head;
  if (!context.options.recovery.empty() && context.files.open(context.options.recovery)) {
    REQUEUE_TRY(const auto recovery, recovery::open_to_read(context.files, context.options.recovery));
    state = recovery->state();
    head = recovery->head();
  }
  auto& console = context.console;
  const auto stage = std::string(recovery::to_string(state.stage()));
  const auto next = next_of(state, context.options.recovery);
  console.result("stage: " + stage);
  if (!state.mailroot.empty()) console.result("Mailroot: " + printable(state.mailroot));
  const auto service = context.service.state();
  const auto service_text = service ? std::string(service::to_string(*service)) : std::string("unknown");
  console.result("service: " + service_text);
  if (state.stopped_by_us) {
    console.result("requeue stopped the service" + std::string(state.run_open ? " in a run that did not end" : "") +
                   "; it was " + (state.service_found.empty() ? "running" : state.service_found) +
                   " before. requeue start starts it" +
                   (state.emptying && !state.emptied ? ", but not now: finish the evacuation first" : ""));
  }
  if (!next.manual.empty()) console.result("next, by hand: " + next.manual);
  if (!next.command.empty()) console.result("next: " + next.command);
  const bool way_back = state.emptying && !state.replay_begun && !state.mailroot.empty();
  if (way_back) {
    console.result("way back: requeue restore --recovery " + shell_quoted(context.options.recovery) + " --mailroot " +
                   shell_quoted(state.mailroot) + ", then requeue start");
  }
  if (!head.empty()) console.result("journal head " + head);
  Outcome outcome;
  outcome.body = Json{{"stage", stage},
                      {"next", {{"command", next.command}, {"manual", next.manual}}},
                      {"service", service_text},
                      {"stopped_by_requeue", state.stopped_by_us},
                      {"head", head}};
  return outcome;
}

}  // namespace requeue::commands
