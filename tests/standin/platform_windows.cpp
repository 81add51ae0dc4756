#include "standin/platform.h"

#include <windows.h>

namespace standin {

bool is_being_written(const boost::filesystem::path& file) {
  // Whoever writes it does not go together with one who lets others only read.
  HANDLE const handle = CreateFileW(file.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr);
  if (handle == INVALID_HANDLE_VALUE) return true;
  CloseHandle(handle);
  return false;
}

bool same_volume(const boost::filesystem::path& a, const boost::filesystem::path& b) {
  wchar_t first[MAX_PATH + 1];
  wchar_t second[MAX_PATH + 1];
  return GetVolumePathNameW(a.c_str(), first, MAX_PATH) != 0 && GetVolumePathNameW(b.c_str(), second, MAX_PATH) != 0 &&
         lstrcmpiW(first, second) == 0;
}

}  // namespace standin
