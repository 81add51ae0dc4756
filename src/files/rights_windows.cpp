// Owner, group and access list as text (SDDL), read and set through handles like everything else.
#include <windows.h>

#include <sddl.h>

#include "core/wide_windows.h"
#include "files/tree_windows.h"

namespace requeue::files::nt {
namespace {

constexpr SECURITY_INFORMATION kept =
    OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;

// Of a program that needs them: an administrator has the right to give a file any owner, but it is switched off until
// asked for.
bool may_give_owners() {
  static const bool may = [] {
    HANDLE opened = nullptr;
    if (OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &opened) == 0) return false;
    const Handle token(opened);
    TOKEN_PRIVILEGES wanted{};
    wanted.PrivilegeCount = 1;
    wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    if (LookupPrivilegeValueW(nullptr, L"SeRestorePrivilege", &wanted.Privileges[0].Luid) == 0) return false;
    return AdjustTokenPrivileges(opened, FALSE, &wanted, 0, nullptr, nullptr) != 0 && GetLastError() == ERROR_SUCCESS;
  }();
  return may;
}

struct Descriptor {
  PSECURITY_DESCRIPTOR it = nullptr;
  Descriptor() = default;
  ~Descriptor() {
    if (it != nullptr) LocalFree(it);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

}  // namespace

std::string NtTree::rights(const Relative& path) {
  const auto handle = leaf(path, READ_CONTROL, Expect::either, "cannot read rights");
  if (!handle) return {};
  DWORD size = 0;
  GetKernelObjectSecurity(handle->get(), kept, nullptr, 0, &size);
  std::vector<char> descriptor(size);
  if (size == 0 || GetKernelObjectSecurity(handle->get(), kept, descriptor.data(), size, &size) == 0) return {};
  wchar_t* text = nullptr;
  if (ConvertSecurityDescriptorToStringSecurityDescriptorW(descriptor.data(), SDDL_REVISION_1, kept, &text, nullptr) ==
      0) {
    return {};
  }
  auto sddl = narrow(text);
  LocalFree(text);
  return sddl;
}

Result<void> NtTree::set_rights(const Relative& path, const std::string& sddl) {
  constexpr std::string_view what = "cannot set rights";
  Descriptor descriptor;
  if (ConvertStringSecurityDescriptorToSecurityDescriptorW(wide(sddl).c_str(), SDDL_REVISION_1, &descriptor.it,
                                                           nullptr) == 0) {
    return last_error(what, path_of(path));
  }
  static_cast<void>(may_give_owners());
  DWORD whole = ERROR_ACCESS_DENIED;
  if (const auto handle = leaf(path, WRITE_DAC | WRITE_OWNER, Expect::either, what)) {
    if (SetKernelObjectSecurity(handle->get(), kept, descriptor.it) != 0) return {};
    whole = GetLastError();
  }
  REQUEUE_TRY(const Handle handle, leaf(path, WRITE_DAC, Expect::either, what));
  if (SetKernelObjectSecurity(handle.get(), DACL_SECURITY_INFORMATION, descriptor.it) == 0) {
    return last_error(what, path_of(path));
  }
  return failure(error_of(whole, std::string(what), path_of(path)));
}

}  // namespace requeue::files::nt
