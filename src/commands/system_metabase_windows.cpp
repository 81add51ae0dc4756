#include <windows.h>

#include "commands/whereabouts.h"
#include "core/wide_windows.h"
#include "metabase/metabase.h"

namespace requeue::commands {
namespace {

constexpr const wchar_t* below_system = L"\\inetsrv\\MetaBase.xml";

// A 32-bit program on a 64-bit Windows is shown SysWOW64 in place of System32, where no metabase is. Since NT 6 the
// true one is there as Sysnative; before, the showing is switched off for this thread while the file is opened. Neither
// call is in the kernel32 of every NT 5.2, so they are looked up.
class TrueSystemFolder {
 public:
  TrueSystemFolder() {
    const auto kernel = GetModuleHandleW(L"kernel32.dll");
    const auto disable = reinterpret_cast<BOOL(WINAPI*)(PVOID*)>(
        reinterpret_cast<void*>(GetProcAddress(kernel, "Wow64DisableWow64FsRedirection")));
    revert_ = reinterpret_cast<BOOL(WINAPI*)(PVOID)>(
        reinterpret_cast<void*>(GetProcAddress(kernel, "Wow64RevertWow64FsRedirection")));
    BOOL redirected = FALSE;
    if (IsWow64Process(GetCurrentProcess(), &redirected) == 0 || redirected == FALSE) return;
    off_ = disable != nullptr && revert_ != nullptr && disable(&before_) != 0;
  }
  ~TrueSystemFolder() {
    if (off_) revert_(before_);
  }
  TrueSystemFolder(const TrueSystemFolder&) = delete;
  TrueSystemFolder& operator=(const TrueSystemFolder&) = delete;

 private:
  BOOL(WINAPI* revert_)(PVOID) = nullptr;
  PVOID before_ = nullptr;
  bool off_ = false;
};

HANDLE open_metabase(const std::wstring& system, std::wstring& path) {
  const TrueSystemFolder there;
  const auto native = system.substr(0, system.rfind(L'\\')) + L"\\Sysnative";
  for (const auto& folder : {native, system}) {
    path = folder + below_system;
    const HANDLE file = CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                    nullptr, OPEN_EXISTING, 0, nullptr);
    const DWORD error = GetLastError();
    if (file != INVALID_HANDLE_VALUE || (error != ERROR_FILE_NOT_FOUND && error != ERROR_PATH_NOT_FOUND)) return file;
  }
  SetLastError(ERROR_FILE_NOT_FOUND);
  return INVALID_HANDLE_VALUE;
}

tl::unexpected<Error> unreadable(const std::wstring& path, DWORD error) {
  return failure(Exit::precondition, "the service's settings cannot be read", narrow(path),
                 error == ERROR_ACCESS_DENIED ? "access is denied" : "Windows error " + std::to_string(error),
                 "Nothing was touched. Run as administrator, or give --mailroot DIR.");
}

}  // namespace

Result<std::optional<SystemMetabase>> system_metabase() {
  std::wstring system(MAX_PATH, L'\0');
  system.resize(GetSystemDirectoryW(system.data(), MAX_PATH));
  std::wstring path;
  const HANDLE file = open_metabase(system, path);
  if (file == INVALID_HANDLE_VALUE) {
    const DWORD error = GetLastError();
    if (error == ERROR_FILE_NOT_FOUND) return std::optional<SystemMetabase>();
    return unreadable(path, error);
  }
  SystemMetabase found{narrow(system + below_system), {}};
  std::string buffer(1U << 20U, '\0');
  DWORD got = 0;
  DWORD error = 0;
  while (found.bytes.size() <= metabase::most_bytes) {
    if (ReadFile(file, buffer.data(), static_cast<DWORD>(buffer.size()), &got, nullptr) == 0) error = GetLastError();
    if (error != 0 || got == 0) break;
    found.bytes.append(buffer, 0, got);
  }
  CloseHandle(file);
  if (error != 0) return unreadable(path, error);
  return std::optional(std::move(found));
}

}  // namespace requeue::commands
