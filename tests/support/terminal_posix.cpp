#include "support/terminal.h"

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace requeue::tests {

Ran run_on_terminal(const Command& command, const std::string& typed) {
  std::vector<char*> arguments;
  arguments.push_back(const_cast<char*>(command.program.c_str()));
  for (const auto& argument : command.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  int terminal = -1;
  const auto child = forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  Ran ran;
  if (child < 0 || write(terminal, typed.data(), typed.size()) != static_cast<ssize_t>(typed.size())) return ran;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto count = read(terminal, buffer.data(), buffer.size());  // EIO once the program has ended
    if (count <= 0) break;
    ran.out.append(buffer.data(), static_cast<std::size_t>(count));
  }
  int status = 0;
  waitpid(child, &status, 0);
  close(terminal);
  ran.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  ran.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  return ran;
}

}  // namespace requeue::tests
