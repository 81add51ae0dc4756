#include <fcntl.h>
#include <io.h>
#include <windows.h>

#include <shellapi.h>

#include <atomic>
#include <cstdlib>
#include <iostream>

#include "cli/cli.h"
#include "cli/console.h"
#include "core/wide_windows.h"

namespace requeue::cli {
namespace {

std::atomic<bool> interrupted{false};
std::atomic<unsigned> presses{0};

constexpr DWORD until_the_end = 60000;  // Windows gives a closing console less than this

// On a thread of its own. When it returns from a closing console or a shutdown, Windows ends the program at once, in
// the middle of what it does; so it stays, and the file in hand is finished meanwhile.
BOOL WINAPI note_interrupt(DWORD event) {
  const bool pressed = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
  if (pressed) presses.fetch_add(1);
  interrupted.store(true);
  if (!pressed) Sleep(until_the_end);
  return TRUE;
}

bool is_console(HANDLE handle) {
  DWORD mode = 0;
  return GetConsoleMode(handle, &mode) != 0;
}

// Words for a console, in UTF-16, so that its code page does not matter. What a pipe or a file gets is UTF-8 as it is.
class ConsoleBuffer final : public std::streambuf {
 public:
  explicit ConsoleBuffer(HANDLE console) : console_(console) {}

 protected:
  int_type overflow(int_type c) override {
    if (!traits_type::eq_int_type(c, traits_type::eof())) pending_ += traits_type::to_char_type(c);
    if (!pending_.empty() && pending_.back() == '\n') sync();
    return traits_type::not_eof(c);
  }
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    pending_.append(text, static_cast<std::size_t>(size));
    if (pending_.find('\n') != std::string::npos) sync();
    return size;
  }
  int sync() override {
    const auto units = wide(pending_);
    pending_.clear();
    // Old consoles refuse long texts.
    constexpr std::size_t step = 8192;
    for (std::size_t at = 0; at < units.size(); at += step) {
      DWORD written = 0;
      const auto part = std::wstring_view(units).substr(at, step);
      if (WriteConsoleW(console_, part.data(), static_cast<DWORD>(part.size()), &written, nullptr) == 0) return -1;
    }
    return 0;
  }

 private:
  HANDLE console_;
  std::string pending_;
};

void prepare_stream(std::ostream& stream, DWORD which, int descriptor) {
  const HANDLE handle = GetStdHandle(which);
  if (is_console(handle)) {
    static_cast<void>(stream.rdbuf(new ConsoleBuffer(handle)));  // for as long as the program runs
  } else {
    _setmode(descriptor, _O_BINARY);  // a line ends in LF alone, as records of ours do everywhere
  }
}

// The C library reads the environment in the code page of the system.
void keep_in_utf8(const wchar_t* name) {
  std::wstring value(32768, L'\0');
  const DWORD length = GetEnvironmentVariableW(name, value.data(), static_cast<DWORD>(value.size()));
  if (length == 0 || length >= value.size()) return;
  value.resize(length);
  _putenv((narrow(name) + "=" + narrow(value)).c_str());
}

}  // namespace

std::vector<std::string> prepare(int count, char** arguments) {
  prepare_stream(std::cout, STD_OUTPUT_HANDLE, 1);
  prepare_stream(std::cerr, STD_ERROR_HANDLE, 2);
  keep_in_utf8(L"REQUEUE_RECOVERY");
  std::vector<std::string> words;
  int found = 0;
  wchar_t** const wide_words = CommandLineToArgvW(GetCommandLineW(), &found);
  if (wide_words == nullptr) return {arguments + 1, arguments + count};
  for (int i = 1; i < found; ++i) words.push_back(narrow(wide_words[i]));
  LocalFree(wide_words);
  return words;
}

std::string platform_note() {
  BOOL redirected = FALSE;
  if (IsWow64Process(GetCurrentProcess(), &redirected) == 0 || redirected == FALSE) return {};
  return "note: this is the 32-bit program on a 64-bit Windows; the 64-bit one is in the folder x64 beside it";
}

bool stderr_is_terminal() {
  return is_console(GetStdHandle(STD_ERROR_HANDLE));
}

bool stdin_is_terminal() {
  return is_console(GetStdHandle(STD_INPUT_HANDLE));
}

// In UTF-16, so that the console's code page does not matter. Ctrl-C ends it with no characters.
std::string read_terminal_line() {
  std::wstring units(1024, L'\0');
  DWORD count = 0;
  if (ReadConsoleW(GetStdHandle(STD_INPUT_HANDLE), units.data(), static_cast<DWORD>(units.size()), &count, nullptr) ==
      0) {
    return {};
  }
  units.resize(count);
  while (!units.empty() && (units.back() == L'\n' || units.back() == L'\r')) units.pop_back();
  return narrow(units);
}

void watch_for_interrupt() {
  SetConsoleCtrlHandler(note_interrupt, TRUE);
}

bool interrupt_seen() {
  return interrupted.load();
}

unsigned interrupts_seen() {
  return presses.load();
}

}  // namespace requeue::cli
