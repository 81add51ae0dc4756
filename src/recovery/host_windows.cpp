#include <windows.h>

#include <winternl.h>

#include <array>
#include <string>

#include "core/wide_windows.h"
#include "recovery/host.h"

namespace requeue::recovery {
namespace {

std::string computer_name() {
  std::array<wchar_t, 256> name{};
  auto size = static_cast<DWORD>(name.size());
  return GetComputerNameExW(ComputerNameDnsHostname, name.data(), &size) == 0 ? std::string() : narrow(name.data());
}

// GetVersionEx tells a program without a word about Windows 10 in its manifest that it runs on an older one.
std::string system_version() {
  using GetVersion = LONG(WINAPI*)(OSVERSIONINFOW*);
  OSVERSIONINFOW version{};
  version.dwOSVersionInfoSize = sizeof version;
  const auto found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion");
  const auto get_version = reinterpret_cast<GetVersion>(reinterpret_cast<void*>(found));
  if (get_version == nullptr || get_version(&version) != 0) return "Windows";
  return "Windows " + std::to_string(version.dwMajorVersion) + "." + std::to_string(version.dwMinorVersion) + "." +
         std::to_string(version.dwBuildNumber);
}

std::string machine() {
  SYSTEM_INFO info{};
  GetNativeSystemInfo(&info);
  if (info.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64) return "x86_64";
  return info.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_INTEL ? "x86" : "another machine";
}

std::string name_of(PSID account) {
  std::array<wchar_t, 256> name{};
  std::array<wchar_t, 256> domain{};
  auto name_size = static_cast<DWORD>(name.size());
  auto domain_size = static_cast<DWORD>(domain.size());
  SID_NAME_USE use{};
  if (LookupAccountSidW(nullptr, account, name.data(), &name_size, domain.data(), &domain_size, &use) == 0) return {};
  return narrow(domain.data()) + "\\" + narrow(name.data());
}

// Of the token, which no variable of the environment can change.
std::string account_name() {
  HANDLE token = nullptr;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) == 0) return {};
  alignas(TOKEN_USER) std::array<char, 256> user{};
  DWORD size = 0;
  const bool told = GetTokenInformation(token, TokenUser, user.data(), static_cast<DWORD>(user.size()), &size) != 0;
  CloseHandle(token);
  return told ? name_of(reinterpret_cast<const TOKEN_USER*>(user.data())->User.Sid) : std::string();
}

long minutes_east() {
  TIME_ZONE_INFORMATION zone{};
  switch (GetTimeZoneInformation(&zone)) {
    case TIME_ZONE_ID_DAYLIGHT:
      return -(zone.Bias + zone.DaylightBias);
    case TIME_ZONE_ID_STANDARD:
      return -(zone.Bias + zone.StandardBias);
    default:
      return -zone.Bias;
  }
}

}  // namespace

Host this_host() {
  Host host;
  host.name = computer_name();
  host.os = system_version() + " " + machine();
  host.account = account_name();
  host.utc_offset = to_utc_offset(minutes_east());
  return host;
}

}  // namespace requeue::recovery
