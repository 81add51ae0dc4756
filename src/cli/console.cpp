#include "cli/console.h"

#include <cstdio>
#include <fstream>
#include <iostream>

#include "core/text.h"
#include "core/time.h"

namespace requeue::cli {

struct TerminalConsole::LogFile {
  std::ofstream stream;
};

TerminalConsole::TerminalConsole(const ConsoleOptions& options)
    : options_(options), terminal_(stderr_is_terminal() && !options.quiet) {
  if (options_.log.empty()) return;
  log_ = std::make_unique<LogFile>();
  log_->stream.open(files::Path(options_.log).c_str(), std::ios::app | std::ios::binary);
  log_works_ = log_->stream.good();
}

TerminalConsole::~TerminalConsole() {
  clear_progress();
  finish(false);  // cut short: nothing that was to be told is lost
}

void TerminalConsole::to_log(std::string_view line) {
  if (log_ && log_works_) log_->stream << to_iso8601(now()) << ' ' << line << '\n' << std::flush;
}

void TerminalConsole::result(std::string_view line) {
  to_log(line);
  if (options_.json || options_.quiet) return;
  clear_progress();
  std::cout << line << '\n' << std::flush;
}

std::optional<std::string> TerminalConsole::ask(std::string_view question) {
  if (!stdin_is_terminal() || !stderr_is_terminal()) return std::nullopt;
  clear_progress();
  std::cerr << question << std::flush;
  auto answer = read_terminal_line();
  to_log(std::string(question) + printable(answer));
  return answer;
}

// Messages of a run that goes well are for a person who watches; a script reads the exit status.
void TerminalConsole::say(std::string_view line) {
  to_log(line);
  if (!terminal_) return;
  clear_progress();
  std::cerr << line << '\n';
}

void TerminalConsole::warn(std::string_view line) {
  to_log(line);
  if (!stderr_is_terminal()) {
    held_.emplace_back(line);
    return;
  }
  clear_progress();
  std::cerr << line << '\n';
}

void TerminalConsole::finish(bool well) {
  auto& out = well ? std::cout : std::cerr;
  if (!well || !options_.json) {
    for (const auto& line : held_) out << line << '\n';
  }
  out << std::flush;
  held_.clear();
}

void TerminalConsole::json(const std::string& object) {
  std::cout << object << '\n' << std::flush;
}

void TerminalConsole::phase(std::string_view name, std::uint64_t files, std::uint64_t /*bytes*/) {
  clear_progress();
  phase_ = name;
  total_files_ = files;
  files_ = 0;
  bytes_ = 0;
  drawn_ = {};
  draw_progress();
}

void TerminalConsole::advance(std::uint64_t files, std::uint64_t bytes) {
  files_ += files;
  bytes_ += bytes;
  draw_progress();
}

void TerminalConsole::draw_progress() {
  if (!terminal_) return;
  const auto time = std::chrono::steady_clock::now();
  if (time - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = time;
  std::cerr << '\r' << phase_ << ": " << files_;
  if (total_files_ != 0) std::cerr << " of " << total_files_;
  std::cerr << " files, " << bytes_ / 1024 << " KiB   " << std::flush;
  drawn_now_ = true;
}

void TerminalConsole::clear_progress() {
  if (!drawn_now_) return;
  std::cerr << '\r' << std::string(78, ' ') << '\r' << std::flush;
  drawn_now_ = false;
}

bool TerminalConsole::stop_requested() const {
  return interrupt_seen();
}

}  // namespace requeue::cli
