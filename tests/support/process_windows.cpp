#include <windows.h>

#include <array>
#include <thread>

#include "core/wide_windows.h"
#include "support/process.h"

namespace requeue::tests {
namespace {

// As CommandLineToArgvW takes it apart.
std::wstring quoted(const std::string& word) {
  std::wstring out = L"\"";
  std::size_t backslashes = 0;
  for (const wchar_t c : wide(word)) {
    if (c == L'"') out.append(backslashes + 1, L'\\');
    backslashes = c == L'\\' ? backslashes + 1 : 0;
    out += c;
  }
  return out.append(backslashes, L'\\') + L'"';
}

std::wstring environment_of(const Command& command) {
  std::wstring block;
  for (const auto& each : command.environment) block += wide(each) + L'\0';
  wchar_t* const own = GetEnvironmentStringsW();
  for (const wchar_t* at = own; *at != L'\0';) {
    const std::wstring_view each(at);
    block += std::wstring(each) + L'\0';
    at += each.size() + 1;
  }
  FreeEnvironmentStringsW(own);
  return block + L'\0';
}

HANDLE start(const Command& command, HANDLE out, HANDLE err) {
  auto line = quoted(command.program);
  for (const auto& argument : command.arguments) line += L" " + quoted(argument);
  auto environment = environment_of(command);
  SECURITY_ATTRIBUTES inherited{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  HANDLE const nul = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                                 OPEN_EXISTING, 0, nullptr);
  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = nul;
  startup.hStdOutput = out == nullptr ? nul : out;
  startup.hStdError = err == nullptr ? nul : err;
  PROCESS_INFORMATION started{};
  const BOOL works = CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, CREATE_UNICODE_ENVIRONMENT,
                                    environment.data(), nullptr, &startup, &started);
  CloseHandle(nul);
  if (works == 0) return nullptr;
  CloseHandle(started.hThread);
  return started.hProcess;
}

struct Pipe {
  HANDLE from = nullptr;
  HANDLE to = nullptr;
  Pipe() {
    SECURITY_ATTRIBUTES inherited{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    CreatePipe(&from, &to, &inherited, 0);
    SetHandleInformation(from, HANDLE_FLAG_INHERIT, 0);
  }
};

void read_whole(HANDLE from, std::string& into) {
  std::array<char, 65536> buffer{};
  DWORD count = 0;
  while (ReadFile(from, buffer.data(), static_cast<DWORD>(buffer.size()), &count, nullptr) != 0 && count != 0) {
    into.append(buffer.data(), count);
  }
  CloseHandle(from);
}

}  // namespace

Ran run(const Command& command) {
  Ran ran;
  const Pipe out;
  const Pipe err;
  HANDLE const process = start(command, out.to, err.to);
  CloseHandle(out.to);
  CloseHandle(err.to);
  std::thread other([&] { read_whole(err.from, ran.err); });
  read_whole(out.from, ran.out);
  other.join();
  if (process == nullptr) {
    ran.exit = 127;
    return ran;
  }
  WaitForSingleObject(process, INFINITE);
  DWORD code = 0;
  GetExitCodeProcess(process, &code);
  CloseHandle(process);
  ran.exit = static_cast<int>(code);
  return ran;
}

Running::Running(const Command& command) {
  HANDLE const process = start(command, nullptr, nullptr);
  if (process == nullptr) return;
  process_ = static_cast<int>(GetProcessId(process));
  CloseHandle(process);
}

Running::~Running() {
  kill();
}

void Running::kill() {
  if (process_ < 0) return;
  HANDLE const process = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, static_cast<DWORD>(process_));
  process_ = -1;
  if (process == nullptr) return;
  TerminateProcess(process, 1);
  WaitForSingleObject(process, INFINITE);
  CloseHandle(process);
}

bool Running::ended() {
  HANDLE const process = process_ < 0 ? nullptr : OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(process_));
  if (process == nullptr) return true;
  const bool over = WaitForSingleObject(process, 0) == WAIT_OBJECT_0;
  CloseHandle(process);
  return over;
}

}  // namespace requeue::tests
