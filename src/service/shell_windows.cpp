// cmd.exe /c, without a console of its own and in a group of its own: Ctrl-C at our console does not reach the command,
// and a tool that would ask for a password there fails instead of standing still.
#include <windows.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/sleep.h"
#include "core/wide_windows.h"
#include "service/shell.h"

namespace requeue::service {
namespace {

using Clock = Shell::Clock;
using std::chrono::milliseconds;

struct Close {
  using pointer = HANDLE;
  void operator()(HANDLE handle) const { CloseHandle(handle); }
};
using Owned = std::unique_ptr<HANDLE, Close>;

struct Child {
  Owned process;
  Owned job;  // nothing where a job that we run in allows none below it
};

Owned to_nowhere(DWORD access) {
  SECURITY_ATTRIBUTES inherited{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  HANDLE const nul =
      CreateFileW(L"NUL", access, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, OPEN_EXISTING, 0, nullptr);
  return Owned(nul == INVALID_HANDLE_VALUE ? nullptr : nul);
}

// stdout carries our results (--json): what a command prints goes to stderr.
Owned copy_of_stderr() {
  HANDLE copy = nullptr;
  HANDLE const own = GetStdHandle(STD_ERROR_HANDLE);
  HANDLE const self = GetCurrentProcess();
  if (own == nullptr || own == INVALID_HANDLE_VALUE ||
      DuplicateHandle(self, own, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS) == 0) {
    return to_nowhere(GENERIC_WRITE);
  }
  return Owned(copy);
}

// A program that the start command leaves behind must not hold our own pipes open: whoever reads them would wait for
// it.
class WithoutOurs {
 public:
  WithoutOurs() {
    for (const DWORD which : {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE}) {
      SetHandleInformation(GetStdHandle(which), HANDLE_FLAG_INHERIT, 0);
    }
  }
};

std::wstring shell_path() {
  std::wstring path(32768, L'\0');
  path.resize(GetSystemDirectoryW(path.data(), static_cast<UINT>(path.size())));
  return path + L"\\cmd.exe";
}

tl::unexpected<Error> cannot_run(const std::string& command, DWORD number) {
  return failure(Exit::precondition, "cannot run a service command", command, "Windows error " + std::to_string(number),
                 "Nothing in the Mailroot was changed.");
}

Result<Child> spawn(const std::string& command) {
  const WithoutOurs without;
  const auto shell = shell_path();
  // /s: all between the outer quotes is the command, whatever quotes it has itself.
  auto line = L"\"" + shell + L"\" /d /s /c \"" + wide(command) + L"\"";
  const auto in = to_nowhere(GENERIC_READ);
  const auto out = copy_of_stderr();
  STARTUPINFOW start{};
  start.cb = sizeof start;
  start.dwFlags = STARTF_USESTDHANDLES;
  start.hStdInput = in.get();
  start.hStdOutput = out.get();
  start.hStdError = out.get();
  PROCESS_INFORMATION started{};
  constexpr DWORD flags = CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP | CREATE_SUSPENDED;
  if (CreateProcessW(shell.c_str(), line.data(), nullptr, nullptr, TRUE, flags, nullptr, nullptr, &start, &started) ==
      0) {
    return cannot_run(command, GetLastError());
  }
  const Owned thread(started.hThread);
  Child child{Owned(started.hProcess), Owned(CreateJobObjectW(nullptr, nullptr))};
  if (child.job && AssignProcessToJobObject(child.job.get(), child.process.get()) == 0) child.job.reset();
  ResumeThread(thread.get());
  return child;
}

void kill(const Child& child) {
  constexpr UINT killed = 1;
  if (!child.job || TerminateJobObject(child.job.get(), killed) == 0) TerminateProcess(child.process.get(), killed);
}

class SystemShell final : public Shell {
 public:
  Result<Ended> run(const std::string& command, Clock::time_point deadline, Overdue overdue,
                    const Watcher& watcher) override {
    REQUEUE_TRY(const Child child, spawn(command));
    for (DWORD pause = 1;; pause = std::min<DWORD>(pause * 2, 50)) {
      if (WaitForSingleObject(child.process.get(), pause) == WAIT_OBJECT_0) {
        DWORD code = 0;
        GetExitCodeProcess(child.process.get(), &code);
        return Ended{Ended::How::exited, static_cast<int>(code)};
      }
      const bool interrupted = watcher.stop_requested();
      if (interrupted || Clock::now() >= deadline) {
        if (overdue == Overdue::kill) kill(child);
        return Ended{interrupted ? Ended::How::interrupted : Ended::How::overdue, 0};
      }
    }
  }

  Clock::time_point now() override { return Clock::now(); }
  void sleep(Clock::duration duration) override {
    sleep_for(std::chrono::duration_cast<std::chrono::milliseconds>(duration));
  }
};

}  // namespace

std::unique_ptr<Shell> system_shell() {
  return std::make_unique<SystemShell>();
}

}  // namespace requeue::service
