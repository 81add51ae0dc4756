#include "cli/console.h"

#include <cstdio>
#include <fstream>
#include <iostream>

#include <boost/filesystem/operations.hpp>

#include "core/text.h"
#include "core/time.h"

namespace requeue::cli {

namespace {

constexpr std::size_t width = 79;  // of the narrowest terminal, less one: a full line would make a new one

// A pipe waits for a reader, perhaps for ever, with the service stopped; a disk would be overwritten. Our own two are
// open already.
std::string why_no_log(const std::string& path) {
  using boost::filesystem::file_type;
  if (path == "/dev/stderr" || path == "/dev/stdout") return {};
  boost::system::error_code error;
  switch (boost::filesystem::status(files::Path(path), error).type()) {
    case file_type::fifo_file:
    case file_type::socket_file:
    case file_type::block_file:
      return "it is a pipe or a device, not a file";
    case file_type::directory_file:
      return "it is a folder";
    default:
      return {};
  }
}

}  // namespace

struct TerminalConsole::LogFile {
  std::ofstream stream;
};

TerminalConsole::TerminalConsole(const ConsoleOptions& options)
    : options_(options), terminal_(stderr_is_terminal() && !options.quiet) {
  if (options_.log.empty()) return;
  log_problem_ = why_no_log(options_.log);
  if (!log_problem_.empty()) return;
  log_ = std::make_unique<LogFile>();
  log_->stream.open(files::Path(options_.log).c_str(), std::ios::app | std::ios::binary);
  if (!log_->stream.good()) log_problem_ = "it cannot be opened for writing";
}

TerminalConsole::~TerminalConsole() {
  clear_progress();
  finish(false);  // cut short: nothing that was to be told is lost
}

void TerminalConsole::to_log(std::string_view line) {
  if (!log_ || !log_problem_.empty()) return;
  log_->stream << to_iso8601(now()) << ' ' << line << '\n' << std::flush;
  if (log_->stream.good()) return;
  // Once. The record is the journal; a run with the service stopped does not end for the sake of a log.
  log_problem_ = "it cannot be written any more";
  warn("the log " + printable(options_.log) +
       " cannot be written (is its disk full?): from here on nothing goes into it; the run goes on");
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

void TerminalConsole::phase(std::string_view name, std::uint64_t files, std::uint64_t bytes) {
  clear_progress();
  progress_ = {std::string(name), 0, files, 0, bytes, {}};
  begun_ = std::chrono::steady_clock::now();
  logged_ = begun_;
  drawn_ = {};
  draw_progress();
}

void TerminalConsole::advance(std::uint64_t files, std::uint64_t bytes) {
  progress_.files += files;
  progress_.bytes += bytes;
  draw_progress();
}

// On a terminal from the first moment on; into the log a line now and then, so that who reads it from afar sees that
// the work goes on.
void TerminalConsole::draw_progress() {
  if (!terminal_ && !log_) return;
  const auto time = std::chrono::steady_clock::now();
  progress_.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(time - begun_);
  if (log_ && time - logged_ >= std::chrono::seconds(10)) {
    logged_ = time;
    to_log(to_text(progress_));
  }
  if (!terminal_ || time - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = time;
  auto line = to_text(progress_).substr(0, width);
  line.resize(width, ' ');
  std::cerr << '\r' << line << std::flush;
  drawn_now_ = true;
}

void TerminalConsole::clear_progress() {
  if (!drawn_now_) return;
  std::cerr << '\r' << std::string(width, ' ') << '\r' << std::flush;
  drawn_now_ = false;
}

bool TerminalConsole::stop_requested() const {
  return interrupt_seen();
}

}  // namespace requeue::cli
