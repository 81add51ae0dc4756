// Which boot this is: a random value in a key that Windows forgets when it shuts down. No number of the system serves:
// the time of the boot moves with the clock.
#include <array>

#include "core/digest.h"
#include "core/wide_windows.h"
#include "files/nt_windows.h"

namespace requeue::files::nt {
namespace {

constexpr const wchar_t* value_name = L"boot";

struct Key {
  HKEY handle = nullptr;
  Key() = default;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() {
    if (handle != nullptr) RegCloseKey(handle);
  }
};

std::optional<std::string> read_value(HKEY key) {
  std::array<wchar_t, 64> text{};
  DWORD type = 0;
  auto size = static_cast<DWORD>((text.size() - 1) * sizeof(wchar_t));
  const auto read = RegQueryValueExW(key, value_name, nullptr, &type, reinterpret_cast<BYTE*>(text.data()), &size);
  if (read != ERROR_SUCCESS || type != REG_SZ || text[0] == L'\0') return std::nullopt;
  return narrow(text.data());
}

// Read back after it was written: of two runs that both found none, both go by what stands there in the end.
std::optional<std::string> value_below(HKEY root) {
  Key key;
  // One place for both architectures' programs, or they would not know each other's boot.
  constexpr REGSAM rights = KEY_READ | KEY_WRITE | KEY_WOW64_64KEY;
  const wchar_t* const path = L"SOFTWARE\\requeue boot";
  const auto opened =
      RegCreateKeyExW(root, path, 0, nullptr, REG_OPTION_VOLATILE, rights, nullptr, &key.handle, nullptr);
  if (opened == ERROR_ACCESS_DENIED) {  // an administrator's run has made it: it can still be read
    if (RegOpenKeyExW(root, path, 0, KEY_READ | KEY_WOW64_64KEY, &key.handle) != ERROR_SUCCESS) return std::nullopt;
    return read_value(key.handle);
  }
  if (opened != ERROR_SUCCESS) return std::nullopt;
  if (auto found = read_value(key.handle)) return found;
  const auto fresh = wide(random_hex(16));
  const auto size = static_cast<DWORD>((fresh.size() + 1) * sizeof(wchar_t));
  RegSetValueExW(key.handle, value_name, 0, REG_SZ, reinterpret_cast<const BYTE*>(fresh.c_str()), size);
  return read_value(key.handle);
}

}  // namespace

// The account's own part of the registry is forgotten when it logs off, too: another value then, and what was open is
// called in doubt, which is safe.
std::optional<std::string> boot_value() {
  if (auto value = value_below(HKEY_LOCAL_MACHINE)) return value;
  return value_below(HKEY_CURRENT_USER);
}

}  // namespace requeue::files::nt
