// A service under Windows' service manager: ordered once, then waited for through its pending states. Nothing is ever
// killed: a service that is cut off half-way through its stop may have mail in no file at all.
#include "service/scm_service.h"

#include <algorithm>

#include "core/text.h"

namespace requeue::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = Trouble::Kind;
using Deadline = ServiceManager::Clock::time_point;

constexpr const char* still_stopping =
    "Nothing in the Mailroot was changed. It may still be stopping: wait, then run the same command again. Never use "
    "iisreset: it kills services half-way.";
constexpr const char* still_starting =
    "It may still be starting: look into the System event log (port 25 in use? event 429, a queue folder missing?), "
    "then run 'requeue start' again. Mail is safe where it is.";
constexpr const char* automatic_note =
    "note: its start type is Automatic. On Windows Server 2019 that is known to leave mail stuck in Queue (event 4006) "
    "after a restart of the machine; Manual or Automatic (Delayed) cures it. Let the probe tell, not the state.";

State state_of(Phase phase) {
  if (phase == Phase::stopped) return State::stopped;
  // A paused service keeps its connections and its files open: for the Mailroot it runs.
  return phase == Phase::running || phase == Phase::paused ? State::running : State::pending;
}

std::string_view words(StartType type) {
  switch (type) {
    case StartType::automatic:
      return "Automatic";
    case StartType::delayed:
      return "Automatic (Delayed)";
    case StartType::manual:
      return "Manual";
    case StartType::disabled:
      return "Disabled";
    case StartType::other:
      break;
  }
  return "unknown";
}

// How often to ask: a tenth of what the service says it needs, as the service manager's own rules have it.
milliseconds pause_for(const Standing& standing) {
  return std::clamp(standing.wait_hint / 10, milliseconds(100), milliseconds(1000));
}

std::string hint_for(Kind kind, const std::string& name) {
  switch (kind) {
    case Kind::denied:
      return "Nothing was touched. Start the console with 'Run as administrator' (for another host: with an account "
             "that is an administrator there), then run the same command again.";
    case Kind::no_service:
      return "Nothing was touched. Is the feature 'SMTP Server' installed on this host? If the service has another "
             "name, give --service-name; if the tree is offline, give --service none.";
    case Kind::disabled:
      return "Its start type is Disabled: set it to Manual (sc config " + printable(name) +
             " start= demand), then run 'requeue start' again.";
    case Kind::unreachable:
      return "Nothing was touched. Is the host's name right, is it up, and does its firewall let remote service "
             "management through?";
    default:
      return "Nothing in the Mailroot was changed.";
  }
}

class ScmService final : public Control {
 public:
  ScmService(Scm scm, seconds timeout, std::unique_ptr<ServiceManager> manager)
      : scm_(std::move(scm)), timeout_(timeout), manager_(std::move(manager)) {}

  Result<State> state() override {
    REQUEUE_TRY(const Standing standing, ask(scm_.name));
    return state_of(standing.phase);
  }

  Result<void> stop(Watcher& watcher) override {
    const auto deadline = manager_->now() + timeout_;
    REQUEUE_TRY(const Standing found, ask(scm_.name));
    if (found.phase == Phase::stopped) return {};
    REQUEUE_TRY(const auto names, dependents());
    for (const auto& name : names) {
      // Remembered before it is ordered: one that stops too late for us must be started again all the same.
      if (std::ranges::find(stopped_with_, name) == stopped_with_.end()) stopped_with_.push_back(name);
      REQUEUE_CHECK(stop_one(name, deadline, watcher));
    }
    return stop_one(scm_.name, deadline, watcher);
  }

  Result<void> start(Watcher& watcher) override {
    const auto deadline = manager_->now() + timeout_;
    REQUEUE_CHECK(start_one(scm_.name, deadline, watcher));
    std::string left;
    for (auto name = stopped_with_.rbegin(); name != stopped_with_.rend(); ++name) {
      watcher.say("starting again what was stopped with it: " + printable(*name));
      const auto started = start_one(*name, manager_->now() + timeout_, watcher);
      if (!started && started.error().exit == Exit::interrupted) return started;
      if (!started) {
        watcher.warn(to_text(started.error()));
        left += (left.empty() ? "" : ", ") + *name;
      }
    }
    stopped_with_.clear();
    if (left.empty()) return {};
    return failure(Exit::failed, "the service runs, but what was stopped with it did not start", left, {},
                   "Start it by hand. Mail is safe where it is.");
  }

  Result<std::vector<std::string>> dependents() override {
    std::vector<std::string> names;
    REQUEUE_CHECK(collect(scm_.name, names));
    return names;
  }

  // Only a note: who may ask after a service need not be allowed to read its settings.
  Start start_type() override {
    const auto type = manager_->start_type(scm_.name);
    if (!type) return {};
    return {std::string(words(*type)), *type == StartType::automatic ? automatic_note : ""};
  }

  [[nodiscard]] std::string name() const override {
    return scm_.host.empty() ? scm_.name : scm_.name + " on " + scm_.host;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> in_words(const Trouble& trouble, std::string what,
                                               const std::string& name) const {
    const auto cause = trouble.kind == Kind::denied ? Cause::denied : Cause::other;
    std::string why = trouble.why;
    if (trouble.kind == Kind::denied)
      why = "this needs the rights of an administrator, and this console has not got them";
    if (trouble.kind == Kind::no_service) why = "there is no service of this name";
    return failure(
        Error{Exit::precondition, cause, std::move(what), name, std::move(why), hint_for(trouble.kind, name)});
  }

  Result<Standing> ask(const std::string& name) {
    auto standing = manager_->query(name);
    if (!standing) return in_words(standing.error(), "cannot ask the service for its state", name);
    return *standing;
  }

  // Dependents of dependents first. The manager's own list is deep already; this holds where it is not, and in a
  // circle.
  Result<void> collect(const std::string& name, std::vector<std::string>& names) {
    const auto direct = manager_->dependents(name);
    if (!direct) return in_words(direct.error(), "cannot list the services that depend on this one", name);
    for (const auto& dependent : *direct) {
      const bool known = std::ranges::find(names, dependent) != names.end();
      if (known || dependent == scm_.name || std::ranges::find(collecting_, dependent) != collecting_.end()) continue;
      collecting_.push_back(dependent);
      auto deeper = collect(dependent, names);
      collecting_.pop_back();
      if (!deeper) return deeper;
      if (std::ranges::find(names, dependent) == names.end()) names.push_back(dependent);
    }
    return {};
  }

  Result<void> stop_one(const std::string& name, Deadline deadline, Watcher& watcher) {
    bool ordered = false;
    for (;;) {
      REQUEUE_TRY(const Standing now, ask(name));
      if (now.phase == Phase::stopped) return {};
      if (watcher.stop_requested()) return failure(cut_short("stop"));
      if (!ordered && (now.phase == Phase::running || now.phase == Phase::paused)) {
        const auto accepted = manager_->stop(name);
        ordered = accepted.has_value();
        if (ordered) continue;  // ask at once: a quick one has stopped by now
        const auto kind = accepted.error().kind;
        if (kind != Kind::not_active && kind != Kind::busy) {
          return in_words(accepted.error(), "cannot stop the service", name);
        }
      }
      if (manager_->now() >= deadline) return failure(late("stop", Exit::precondition, name, now, still_stopping));
      rest(now, deadline);
    }
  }

  Result<void> start_one(const std::string& name, Deadline deadline, Watcher& watcher) {
    bool ordered = false;
    for (;;) {
      REQUEUE_TRY(const Standing now, ask(name));
      if (now.phase == Phase::running || now.phase == Phase::paused) return {};
      if (watcher.stop_requested()) return failure(cut_short("start"));
      if (now.phase == Phase::stopped) {
        if (ordered) {
          return failure(Exit::failed, "the service was started and stopped again", name, {}, still_starting);
        }
        const auto accepted = manager_->start(name);
        const auto kind = accepted ? Kind::already_running : accepted.error().kind;
        ordered = accepted.has_value();
        if (kind == Kind::already_running && ordered) continue;
        if (kind != Kind::already_running && kind != Kind::busy) {
          return in_words(accepted.error(), "cannot start the service", name);
        }
      }
      if (manager_->now() >= deadline) return failure(late("start", Exit::failed, name, now, still_starting));
      rest(now, deadline);
    }
  }

  void rest(const Standing& now, Deadline deadline) {
    const auto left = deadline - manager_->now();
    manager_->sleep(std::min<ServiceManager::Clock::duration>(pause_for(now), left));
  }

  [[nodiscard]] Error late(const char* verb, Exit exit, const std::string& name, const Standing& now,
                           const char* hint) const {
    std::string why = "after " + std::to_string(timeout_.count()) + " seconds it is still ";
    why += to_string(state_of(now.phase));
    if (now.checkpoint != 0) why += ", at checkpoint " + std::to_string(now.checkpoint);
    return {exit, Cause::busy, std::string("the service did not ") + verb + " in time", name, std::move(why), hint};
  }

  [[nodiscard]] static Error cut_short(const char* during) {
    return {Exit::interrupted,
            Cause::interrupted,
            "interrupted",
            {},
            std::string("while waiting for the service (") + during + ")",
            "A stop or start that was begun goes on by itself. 'requeue status' says where things stand."};
  }

  Scm scm_;
  seconds timeout_;
  std::unique_ptr<ServiceManager> manager_;
  std::vector<std::string> stopped_with_;  // in the order in which they were stopped
  std::vector<std::string> collecting_;
};

}  // namespace

std::unique_ptr<Control> scm_service(Scm scm, seconds timeout, std::unique_ptr<ServiceManager> manager) {
  return std::make_unique<ScmService>(std::move(scm), timeout, std::move(manager));
}

std::unique_ptr<Control> scm_service(Scm scm, seconds timeout) {
  auto manager = system_service_manager(scm.host);
  return manager == nullptr ? nullptr : scm_service(std::move(scm), timeout, std::move(manager));
}

}  // namespace requeue::service
