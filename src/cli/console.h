// Words to stdout and stderr, progress on a terminal only, --log FILE, and Ctrl-C.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "commands/context.h"

namespace requeue::cli {

struct ConsoleOptions {
  bool json = false;
  bool quiet = false;
  std::string log;
};

class TerminalConsole : public commands::Console {
 public:
  explicit TerminalConsole(const ConsoleOptions& options);
  ~TerminalConsole() override;
  // Why --log FILE cannot be written; empty: it can.
  [[nodiscard]] const std::string& log_problem() const { return log_problem_; }

  void result(std::string_view line) override;
  std::optional<std::string> ask(std::string_view question) override;
  void say(std::string_view line) override;
  void warn(std::string_view line) override;
  void phase(std::string_view name, std::uint64_t files, std::uint64_t bytes) override;
  void advance(std::uint64_t files, std::uint64_t bytes) override;
  [[nodiscard]] bool stop_requested() const override;

  void json(const std::string& object);
  // Without a terminal, warnings wait until it is known whether the run went well: PowerShell 5.1 takes every line on
  // stderr for an error. On success they go to stdout (with --json: warnings()), else to stderr.
  void finish(bool well);
  [[nodiscard]] const std::vector<std::string>& warnings() const { return held_; }

 private:
  void clear_progress();
  void draw_progress();
  void to_log(std::string_view line);

  ConsoleOptions options_;
  bool terminal_ = false;
  std::string log_problem_;
  std::vector<std::string> held_;
  struct LogFile;
  std::unique_ptr<LogFile> log_;
  Progress progress_;
  std::chrono::steady_clock::time_point begun_, drawn_, logged_;
  bool drawn_now_ = false;
};

// Platform: whether stderr is a terminal; Ctrl-C noted, not obeyed at once (the file in hand is finished first).
std::string platform_note();  // what somebody who starts this program on this system should know; empty: nothing
bool stderr_is_terminal();
bool stdin_is_terminal();
// Without its end; empty also at the end of input and after an interrupt.
std::string read_terminal_line();
void watch_for_interrupt();
bool interrupt_seen();
unsigned interrupts_seen();  // Ctrl-C and the like, how often: a console that closes is none

}  // namespace requeue::cli
