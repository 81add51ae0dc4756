#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <optional>
#include <thread>

#include <boost/filesystem.hpp>

#include "standin/daemon.h"

namespace standin {
namespace {

constexpr std::chrono::milliseconds between_looks{50};

volatile sig_atomic_t told_to_stop = 0;

void on_signal(int) {
  told_to_stop = 1;
}

// Held by the process that serves, let go by the kernel however that process ends: a number in a file would lie
// after a kill.
class Lock {
 public:
  explicit Lock(const fs::path& state) {
    fs::create_directories(state);
    descriptor_ = open((state / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  }
  ~Lock() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  bool take() {
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) return false;
    const std::string number = std::to_string(getpid());
    return ftruncate(descriptor_, 0) == 0 &&
           pwrite(descriptor_, number.data(), number.size(), 0) == static_cast<ssize_t>(number.size());
  }
  [[nodiscard]] bool is_free() const {
    if (flock(descriptor_, LOCK_SH | LOCK_NB) != 0) return false;
    flock(descriptor_, LOCK_UN);
    return true;
  }
  [[nodiscard]] pid_t owner() const {
    char text[16] = {};
    return pread(descriptor_, text, sizeof text - 1, 0) > 0 ? static_cast<pid_t>(std::atol(text)) : 0;
  }

 private:
  int descriptor_ = -1;
};

void log(const std::string& line) {
  const std::time_t now = std::time(nullptr);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ ", std::gmtime(&now));
  std::cerr << stamp << line << std::endl;
}

void listen_for_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

bool begin(Standin& service) {
  const auto wrong = service.prepare();
  if (!wrong.empty()) {
    log("cannot serve: " + wrong);
    return false;
  }
  service.recover();
  return true;
}

// Until told to stop or, where it is asked for, until nothing moves by itself any more.
void work(Standin& service, bool until_drained) {
  while (told_to_stop == 0) {
    const auto pass = service.pass([] { return told_to_stop == 0; });
    for (const auto& complaint : service.take_complaints()) log(complaint);
    if (until_drained && pass.moved == 0 && pass.waiting == 0) return;
    if (pass.moved == 0) std::this_thread::sleep_for(between_looks);
  }
}

int run(const Settings& settings, bool until_drained, const std::function<void()>& ready) {
  Lock lock(settings.state);
  if (!lock.take()) {
    log("another stand-in serves " + settings.state.string());
    return failed;
  }
  listen_for_signals();
  Standin service(settings);
  if (!begin(service)) return failed;
  ready();
  work(service, until_drained);
  return 0;
}

// Nothing of the caller stays open in the background: a caller that reads our output to its end would wait for ever.
void leave_the_caller(const fs::path& log_file, int keep) {
  setsid();
  const int nothing = open("/dev/null", O_RDONLY);
  const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2(nothing, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  for (int descriptor = 3; descriptor < 256; ++descriptor) {
    if (descriptor != keep) close(descriptor);
  }
}

}  // namespace

int serve(const Settings& settings) {
  return run(settings, false, [] {});
}

int drain(const Settings& settings) {
  return run(settings, true, [] {});
}

int start(const Settings& settings) {
  fs::create_directories(settings.state);
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return failed;
  const pid_t child = fork();
  if (child < 0) return failed;
  if (child == 0) {
    leave_the_caller(settings.state / "log", pipe_ends[1]);
    const int status = run(settings, false, [&] {
      const char word = 'r';
      if (write(pipe_ends[1], &word, 1) != 1) log("nobody waits for the start");
      close(pipe_ends[1]);
    });
    std::_Exit(status);
  }
  close(pipe_ends[1]);
  char word = 0;
  const bool ready = read(pipe_ends[0], &word, 1) == 1;
  close(pipe_ends[0]);
  if (!ready) std::cerr << "the stand-in did not start; see " << (settings.state / "log").string() << '\n';
  return ready ? 0 : failed;
}

int stop(const fs::path& state, std::chrono::seconds timeout) {
  const Lock lock(state);
  if (lock.is_free()) return 0;
  ::kill(lock.owner(), SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (std::chrono::steady_clock::now() < deadline) {
    if (lock.is_free()) return 0;
    std::this_thread::sleep_for(between_looks);
  }
  return failed;
}

int status(const fs::path& state) {
  return Lock(state).is_free() ? stopped : running;
}

}  // namespace standin
