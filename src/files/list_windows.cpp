#include <algorithm>

#include "core/wide_windows.h"
#include "files/nt_windows.h"

// Exported by ntdll since the first NT; mingw's headers for programs lack it.
extern "C" NTSTATUS NTAPI NtQueryDirectoryFile(HANDLE, HANDLE, PIO_APC_ROUTINE, PVOID, PIO_STATUS_BLOCK, PVOID, ULONG,
                                               FILE_INFORMATION_CLASS, BOOLEAN, PUNICODE_STRING, BOOLEAN);

namespace requeue::files::nt {
namespace {

constexpr auto no_more_files = static_cast<NTSTATUS>(0x80000006);
constexpr auto no_such_file = static_cast<NTSTATUS>(0xC000000F);
constexpr ULONG room = 65536;

using Found = FILE_BOTH_DIR_INFORMATION;

Entry entry_of(const Found& found) {
  // For a reparse point this field holds its tag.
  const bool reparse = (found.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
  return {narrow({found.FileName, found.FileNameLength / sizeof(wchar_t)}),
          kind_of(found.FileAttributes, reparse ? found.EaSize : 0)};
}

}  // namespace

Result<void> each_in_folder(HANDLE folder, const Path& path, const std::function<void(const Entry&)>& visit) {
  std::vector<std::uint64_t> buffer(room / sizeof(std::uint64_t));
  for (BOOLEAN first = TRUE;; first = FALSE) {
    IO_STATUS_BLOCK block{};
    const auto status = NtQueryDirectoryFile(folder, nullptr, nullptr, nullptr, &block, buffer.data(), room,
                                             FileBothDirectoryInformation, FALSE, nullptr, first);
    if (status == no_more_files || (first != 0 && status == no_such_file)) return {};
    // A folder that was read in part must not look like a smaller one: what is missing would be lost.
    if (status < 0) return status_error(status, "cannot list a folder", path);
    for (const char* at = reinterpret_cast<const char*>(buffer.data());;) {
      const auto& found = *reinterpret_cast<const Found*>(at);
      const auto entry = entry_of(found);
      if (entry.name != "." && entry.name != "..") visit(entry);
      if (found.NextEntryOffset == 0) break;
      at += found.NextEntryOffset;
    }
  }
}

Result<std::vector<Entry>> list_folder(HANDLE folder, const Path& path) {
  std::vector<Entry> entries;
  REQUEUE_CHECK(each_in_folder(folder, path, [&](const Entry& entry) { entries.push_back(entry); }));
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

NTSTATUS find_in_folder(HANDLE folder, const std::wstring& name, Entry& found) {
  std::vector<std::uint64_t> buffer(1024);
  std::wstring text = name;
  const auto bytes = static_cast<USHORT>(text.size() * sizeof(wchar_t));
  UNICODE_STRING wanted{bytes, bytes, text.data()};
  IO_STATUS_BLOCK block{};
  const auto status = NtQueryDirectoryFile(folder, nullptr, nullptr, nullptr, &block, buffer.data(),
                                           static_cast<ULONG>(buffer.size() * sizeof(std::uint64_t)),
                                           FileBothDirectoryInformation, TRUE, &wanted, TRUE);
  if (status == 0) found = entry_of(*reinterpret_cast<const Found*>(buffer.data()));
  return status;
}

// The target as it is written in the link, for people and for the walk of a path that the operator gave.
Result<std::string> read_link(HANDLE link, const Path& path) {
  struct Header {
    ULONG tag;
    USHORT length;
    USHORT reserved;
    USHORT substitute_offset;
    USHORT substitute_length;
    USHORT print_offset;
    USHORT print_length;
  };
  constexpr ULONG symbolic = 0xA000000C;
  constexpr ULONG mount_point = 0xA0000003;
  constexpr std::string_view what = "cannot read where a link points to";
  std::vector<char> buffer(16384);
  DWORD size = 0;
  if (DeviceIoControl(link, FSCTL_GET_REPARSE_POINT, nullptr, 0, buffer.data(), static_cast<DWORD>(buffer.size()),
                      &size, nullptr) == 0) {
    return last_error(what, path);
  }
  Header header{};
  if (size < sizeof header) return not_a("link", what, path);
  std::copy_n(buffer.data(), sizeof header, reinterpret_cast<char*>(&header));
  if (header.tag != symbolic && header.tag != mount_point) return not_a("link whose target is known", what, path);
  // A symbolic link has four more bytes of flags before its names.
  const std::size_t names = sizeof header + (header.tag == symbolic ? 4 : 0);
  if (names + header.substitute_offset + header.substitute_length > size) return not_a("whole link", what, path);
  std::wstring target(header.substitute_length / sizeof(wchar_t), L'\0');
  std::copy_n(buffer.data() + names + header.substitute_offset, target.size() * sizeof(wchar_t),
              reinterpret_cast<char*>(target.data()));
  return narrow(target);
}

}  // namespace requeue::files::nt
