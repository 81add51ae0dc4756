// /bin/sh -c in a session of its own: Ctrl-C at our console does not reach the command, and a tool that would ask for a
// password at the terminal fails instead of standing still.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include "service/shell.h"

extern char** environ;

namespace requeue::service {
namespace {

using Clock = Shell::Clock;
using std::chrono::milliseconds;

std::string reason(int number) {
  return std::error_code(number, std::generic_category()).message();
}

class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
    // stdout carries our results (--json): what a command prints goes to stderr. Everything else is closed, so that a
    // daemon which the start command leaves behind does not keep our lock on the recovery folder.
    posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, 2, 1);
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    sigset_t none;
    sigset_t usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) sigaddset(&usual, number);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &usual);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

Result<pid_t> spawn(const std::string& command) {
  const SpawnSettings settings;
  std::string shell = "/bin/sh";
  std::string option = "-c";
  std::string text = command;
  char* arguments[] = {shell.data(), option.data(), text.data(), nullptr};
  pid_t child = 0;
  const int error = posix_spawn(&child, shell.c_str(), settings.actions(), settings.attributes(), arguments, environ);
  if (error != 0) {
    return failure(Exit::precondition, "cannot run a service command", command, reason(error),
                   "Nothing in the Mailroot was changed.");
  }
  return child;
}

// True once the child has ended and was collected.
bool ended(pid_t child, int& status) {
  const pid_t answer = waitpid(child, &status, WNOHANG);
  return answer == child || (answer < 0 && errno != EINTR);
}

// A process in an uninterruptible wait (a dead network share) survives even SIGKILL: we do not wait for it for ever.
void kill_group(pid_t child) {
  kill(-child, SIGKILL);
  int status = 0;
  const auto give_up = Clock::now() + std::chrono::seconds(2);
  while (!ended(child, status) && Clock::now() < give_up) std::this_thread::sleep_for(milliseconds(5));
}

Ended decode(int status) {
  if (WIFSIGNALED(status)) return {Ended::How::signalled, WTERMSIG(status)};
  return {Ended::How::exited, WEXITSTATUS(status)};
}

class SystemShell final : public Shell {
 public:
  Result<Ended> run(const std::string& command, Clock::time_point deadline, Overdue overdue,
                    const Watcher& watcher) override {
    REQUEUE_TRY(const pid_t child, spawn(command));
    int status = 0;
    for (milliseconds pause(1);; pause = std::min(pause * 2, milliseconds(50))) {
      if (ended(child, status)) return decode(status);
      const bool interrupted = watcher.stop_requested();
      if (interrupted || Clock::now() >= deadline) {
        if (overdue == Overdue::kill) kill_group(child);
        return Ended{interrupted ? Ended::How::interrupted : Ended::How::overdue, 0};
      }
      std::this_thread::sleep_for(pause);
    }
  }

  Clock::time_point now() override { return Clock::now(); }
  void sleep(Clock::duration duration) override { std::this_thread::sleep_for(duration); }
};

}  // namespace

std::unique_ptr<Shell> system_shell() {
  return std::make_unique<SystemShell>();
}

}  // namespace requeue::service
