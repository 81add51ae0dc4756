#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "cli/cli.h"
#include "cli/console.h"

namespace requeue::cli {
namespace {

std::atomic<bool> interrupted{false};
std::atomic<unsigned> presses{0};

extern "C" void note_interrupt(int number) {
  if (number != SIGHUP) presses.fetch_add(1);
  interrupted.store(true);
}

}  // namespace

std::vector<std::string> prepare(int count, char** arguments) {
  return {arguments + 1, arguments + count};
}

std::string platform_note() {
  return {};
}

bool stderr_is_terminal() {
  return isatty(STDERR_FILENO) == 1;
}

bool stdin_is_terminal() {
  return isatty(STDIN_FILENO) == 1;
}

// In small waits: a read that is restarted after Ctrl-C would go on waiting for a line.
std::string read_terminal_line() {
  std::string line;
  while (!interrupt_seen()) {
    pollfd waiting{STDIN_FILENO, POLLIN, 0};
    if (poll(&waiting, 1, 200) <= 0) continue;
    char byte = 0;
    if (read(STDIN_FILENO, &byte, 1) != 1 || byte == '\n') return line;
    line += byte;
    if (line.size() > 1024) return {};
  }
  return {};
}

void watch_for_interrupt() {
  struct sigaction action = {};
  action.sa_handler = note_interrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;  // a system call in hand goes on: the file is finished first
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe behind stdout must not end a run between two journal lines
}

bool interrupt_seen() {
  return interrupted.load();
}

unsigned interrupts_seen() {
  return presses.load();
}

}  // namespace requeue::cli
