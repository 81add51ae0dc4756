// A service that is driven by the administrator's own commands: a cluster's tool, a wrapper, a stand-in. Its status
// command is the only truth; what the stop and start commands return is a hint.
#include "service/command_service.h"

#include <algorithm>

#include "core/text.h"

namespace requeue::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using How = Ended::How;

constexpr milliseconds first_pause(100);
constexpr milliseconds longest_pause(1000);
constexpr seconds least_for_status(1);  // --timeout 0 still lets the status command answer
constexpr int exit_running = 0;
constexpr int exit_stopped = 3;

constexpr const char* nothing_changed =
    "Nothing in the Mailroot was changed. It may still be stopping: wait, then run the same command again. Never use "
    "iisreset: it kills services half-way.";

// One of the two orders, with the words that belong to it.
struct Order {
  const char* verb;
  const char* option;
  const std::string& command;
  State goal;
  Exit not_in_time;
  const char* hint;
};

std::string ending(const Ended& ended) {
  switch (ended.how) {
    case How::exited:
      return "it exited with status " + std::to_string(ended.code);
    case How::signalled:
      return "it was ended by signal " + std::to_string(ended.code);
    case How::overdue:
      return "it did not answer in time, and was killed";
    case How::interrupted:
      return "interrupted";
  }
  return {};
}

class CommandService final : public Control {
 public:
  CommandService(Commands commands, seconds timeout, std::unique_ptr<Shell> shell)
      : commands_(std::move(commands)), timeout_(timeout), shell_(std::move(shell)) {}

  Result<State> state() override { return ask(shell_->now() + timeout_, unwatched_); }

  Result<void> stop(Watcher& watcher) override {
    return carry_out({"stop", "--stop-command", commands_.stop, State::stopped, Exit::precondition, nothing_changed},
                     watcher);
  }

  Result<void> start(Watcher& watcher) override {
    return carry_out({"start", "--start-command", commands_.start, State::running, Exit::failed,
                      "It may still be starting: look at its own log, then run 'requeue start' again. Mail is safe "
                      "where it is."},
                     watcher);
  }

  Result<std::vector<std::string>> dependents() override { return std::vector<std::string>{}; }
  [[nodiscard]] std::string name() const override { return "command"; }

 private:
  Result<State> ask(Shell::Clock::time_point deadline, const Watcher& watcher) {
    if (commands_.status.empty()) {
      return failure(Exit::usage, "cannot ask whether the service runs", {}, "there is no status command",
                     "Give --status-command: it exits 0 when running and 3 when stopped.");
    }
    const auto limit = std::max(deadline, shell_->now() + least_for_status);
    REQUEUE_TRY(const Ended ended, shell_->run(commands_.status, limit, Overdue::kill, watcher));
    if (ended.how == How::interrupted) return failure(interrupted("asking the service for its state"));
    if (ended.how == How::exited && ended.code == exit_running) return State::running;
    if (ended.how == How::exited && ended.code == exit_stopped) return State::stopped;
    return failure(Exit::precondition, "the status command gave no answer", commands_.status,
                   ending(ended) + "; 0 means running and 3 means stopped",
                   "Run it by hand and correct --status-command. Nothing in the Mailroot was changed.");
  }

  Result<void> carry_out(const Order& order, Watcher& watcher) {
    const auto deadline = shell_->now() + timeout_;
    REQUEUE_TRY(const State found, ask(deadline, watcher));
    if (found == order.goal) return {};
    if (watcher.stop_requested()) return failure(interrupted(order.verb));
    if (order.command.empty()) {
      return failure(Exit::usage, std::string("cannot ") + order.verb + " the service", {},
                     std::string("there is no ") + order.verb + " command", std::string("Give ") + order.option + ".");
    }
    REQUEUE_TRY(const Ended ended, shell_->run(order.command, deadline, Overdue::leave, watcher));
    if (ended.how == How::interrupted) return failure(interrupted(order.verb));
    const bool accepted = ended.how == How::overdue || (ended.how == How::exited && ended.code == 0);
    return accepted ? wait(order, deadline, watcher) : judge_refusal(order, ended, deadline, watcher);
  }

  // A stop command may complain of a service that has stopped all the same ("not started"): the status command decides.
  Result<void> judge_refusal(const Order& order, const Ended& ended, Shell::Clock::time_point deadline,
                             Watcher& watcher) {
    REQUEUE_TRY(const State state, ask(deadline, watcher));
    if (state == order.goal) {
      watcher.warn(std::string("the ") + order.verb + " command complained (" + ending(ended) +
                   "), but the service is " + std::string(to_string(state)));
      return {};
    }
    return failure(order.not_in_time, std::string("the ") + order.verb + " command failed", order.command,
                   ending(ended) + ", and the service is " + std::string(to_string(state)), order.hint);
  }

  Result<void> wait(const Order& order, Shell::Clock::time_point deadline, Watcher& watcher) {
    Shell::Clock::duration pause = first_pause;
    while (true) {
      REQUEUE_TRY(const State state, ask(deadline, watcher));
      if (state == order.goal) return {};
      if (watcher.stop_requested()) return failure(interrupted(order.verb));
      const auto left = deadline - shell_->now();
      if (left <= Shell::Clock::duration::zero()) return failure(not_in_time(order, state));
      shell_->sleep(std::min(pause, left));
      pause = std::min<Shell::Clock::duration>(pause * 2, longest_pause);
    }
  }

  [[nodiscard]] Error not_in_time(const Order& order, State state) const {
    return {order.not_in_time,
            Cause::busy,
            std::string("the service did not ") + order.verb + " in time",
            order.command,
            "after " + std::to_string(timeout_.count()) + " seconds it is still " + std::string(to_string(state)),
            order.hint};
  }

  [[nodiscard]] static Error interrupted(const char* during) {
    return {Exit::interrupted,
            Cause::interrupted,
            "interrupted",
            {},
            std::string("while waiting for the service (") + during + ")",
            "A stop or start command that was begun goes on by itself. 'requeue status' says where things stand."};
  }

  Commands commands_;
  seconds timeout_;
  std::unique_ptr<Shell> shell_;
  Watcher unwatched_;
};

}  // namespace

std::unique_ptr<Control> command_service(Commands commands, seconds timeout, std::unique_ptr<Shell> shell) {
  return std::make_unique<CommandService>(std::move(commands), timeout, std::move(shell));
}

std::unique_ptr<Control> command_service(Commands commands, seconds timeout) {
  return command_service(std::move(commands), timeout, system_shell());
}

}  // namespace requeue::service
