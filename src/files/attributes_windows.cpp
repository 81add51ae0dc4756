#include <array>

#include "files/nt_windows.h"

namespace requeue::files::nt {
namespace {

// The others (compressed, encrypted, sparse, a reparse point) are states of the file and cannot be set this way.
constexpr ULONG settable = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM |
                           FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED;

LARGE_INTEGER filetime_of(const Timestamp& time) {
  LARGE_INTEGER number{};
  number.QuadPart = static_cast<LONGLONG>(to_filetime(time));
  return number;
}

// What a file in a folder inherits, from the folder's own descriptor; nullptr when it cannot be told.
struct Inherited {
  PSECURITY_DESCRIPTOR descriptor = nullptr;
  ~Inherited() {
    if (descriptor != nullptr) DestroyPrivateObjectSecurity(&descriptor);
  }
};

std::vector<char> access_list_of(HANDLE folder) {
  Handle readable;
  Manner manner;
  manner.access = READ_CONTROL;
  std::vector<char> descriptor;
  if (open_at(folder, L"", manner, readable) < 0) return descriptor;
  constexpr SECURITY_INFORMATION wanted =
      DACL_SECURITY_INFORMATION | OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION;
  DWORD size = 0;
  GetKernelObjectSecurity(readable.get(), wanted, nullptr, 0, &size);
  descriptor.resize(size);
  if (size == 0 || GetKernelObjectSecurity(readable.get(), wanted, descriptor.data(), size, &size) == 0) {
    descriptor.clear();
  }
  return descriptor;
}

}  // namespace

// Where a file system has no rights, or will not let us see them, the file keeps what it has: it was made in a folder
// beside, which the service can read as well.
void take_rights_of_folder(HANDLE file, HANDLE folder) {
  auto parent = access_list_of(folder);
  if (parent.empty()) return;
  HANDLE token = nullptr;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) == 0) return;
  const Handle owned(token);
  GENERIC_MAPPING mapping{FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS};
  Inherited inherited;
  constexpr ULONG by_inheritance = 0x01;  // SEF_DACL_AUTO_INHERIT
  if (CreatePrivateObjectSecurityEx(parent.data(), nullptr, &inherited.descriptor, nullptr, FALSE, by_inheritance,
                                    token, &mapping) == 0) {
    inherited.descriptor = nullptr;
    return;
  }
  SetKernelObjectSecurity(file, DACL_SECURITY_INFORMATION, inherited.descriptor);
}

Result<void> apply_attributes(const Place& place, const Attributes& attributes, const Path& path) {
  constexpr std::string_view what = "cannot set times and rights";
  Manner manner;
  manner.access = FILE_WRITE_ATTRIBUTES;
  REQUEUE_TRY(const Handle handle, open_leaf(place, manner, Expect::either, path, what));
  FILE_BASIC_INFORMATION basic{};  // zero: left as it is
  if (attributes.written) basic.LastWriteTime = filetime_of(*attributes.written);
  if (attributes.created) basic.CreationTime = filetime_of(*attributes.created);
  if (attributes.attributes) {
    const ULONG wanted = *attributes.attributes & settable;
    basic.FileAttributes = wanted == 0 ? FILE_ATTRIBUTE_NORMAL : wanted;
  }
  IO_STATUS_BLOCK block{};
  const auto status = NtSetInformationFile(handle.get(), &block, &basic, sizeof basic, FileBasicInformation);
  if (status < 0) return status_error(status, what, path);
  return {};
}

}  // namespace requeue::files::nt
