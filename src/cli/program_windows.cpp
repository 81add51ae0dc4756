#include <windows.h>

#include <vector>

#include "cli/program.h"

namespace requeue::cli {

files::Path program_path() {
  std::vector<wchar_t> name(32768);
  const DWORD length = GetModuleFileNameW(nullptr, name.data(), static_cast<DWORD>(name.size()));
  return length == 0 || length >= name.size() ? files::Path() : files::Path(std::wstring(name.data(), length));
}

}  // namespace requeue::cli
