#include <string>

#include "core/wide_windows.h"
#include "files/nt_windows.h"
#include "files/windows_names.h"

namespace requeue::files::nt {
namespace {

constexpr ULONG name_surrogate = 0x20000000;  // the tag says: this stands for another name
// What the subsystem for Linux makes: sockets, FIFOs and devices.
constexpr ULONG first_special = 0x80000023;
constexpr ULONG last_special = 0x80000026;

template <class Answer>
NTSTATUS ask(HANDLE handle, FILE_INFORMATION_CLASS question, Answer& answer) {
  IO_STATUS_BLOCK block{};
  return NtQueryInformationFile(handle, &block, &answer, sizeof answer, question);
}

std::uint64_t unsigned_of(const LARGE_INTEGER& number) {
  return static_cast<std::uint64_t>(number.QuadPart);
}

Timestamp time_of(const LARGE_INTEGER& filetime) {
  return from_filetime(unsigned_of(filetime));
}

}  // namespace

std::optional<std::wstring> wide_name(std::string_view bytes) {
  const auto units = to_utf16(bytes);
  if (!units) return std::nullopt;
  return std::wstring(units->begin(), units->end());
}

Path path_from(std::string_view utf8) {
  return Path(wide(utf8));
}

std::string text_of(const Path& path) {
  Path copy = path;
  return narrow(copy.make_preferred().native());
}

std::string native_text(const Path& path) {
  return native_path(text_of(path));
}

std::wstring extended_text(const Path& path) {
  return wide(extended_path(text_of(path)));
}

// A reparse point whose tag cannot be told might lead anywhere.
Kind kind_of(ULONG attributes, ULONG tag) {
  if ((attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 && (tag == 0 || (tag & name_surrogate) != 0)) return Kind::link;
  if (tag >= first_special && tag <= last_special) return Kind::special;
  if ((attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) return Kind::folder;
  return (attributes & FILE_ATTRIBUTE_DEVICE) != 0 ? Kind::special : Kind::file;
}

NTSTATUS facts_of(HANDLE handle, Facts& facts) {
  if (const auto status = ask(handle, FileBasicInformation, facts.basic); status < 0) return status;
  FILE_STANDARD_INFORMATION standard{};
  if (const auto status = ask(handle, FileStandardInformation, standard); status < 0) return status;
  facts.size = unsigned_of(standard.EndOfFile);
  facts.folder = standard.Directory != 0;
  facts.names = standard.NumberOfLinks;
  FILE_INTERNAL_INFORMATION internal{};
  if (const auto status = ask(handle, FileInternalInformation, internal); status < 0) return status;
  facts.index = unsigned_of(internal.IndexNumber);
  facts.tag = 0;
  if ((facts.basic.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) == 0) return 0;
  FILE_ATTRIBUTE_TAG_INFORMATION tag{};
  const auto status = ask(handle, FileAttributeTagInformation, tag);
  if (status >= 0) facts.tag = tag.ReparseTag;
  return status;
}

std::uint32_t serial_of(HANDLE handle) {
  // Room for the label, which is of no interest.
  alignas(FILE_FS_VOLUME_INFORMATION) char answer[sizeof(FILE_FS_VOLUME_INFORMATION) + 512]{};
  IO_STATUS_BLOCK block{};
  if (NtQueryVolumeInformationFile(handle, &block, answer, sizeof answer, FileFsVolumeInformation) < 0) return 0;
  return reinterpret_cast<const FILE_FS_VOLUME_INFORMATION*>(answer)->VolumeSerialNumber;
}

Status status_of(const Facts& facts, std::uint32_t serial) {
  Status status;
  status.kind = kind_of(facts.basic.FileAttributes, facts.tag);
  status.size = status.kind == Kind::file ? facts.size : 0;
  status.identity = {serial, facts.index};
  status.written = time_of(facts.basic.LastWriteTime);
  status.changed = time_of(facts.basic.ChangeTime);
  status.created = time_of(facts.basic.CreationTime);
  status.attributes = facts.basic.FileAttributes;
  status.names = facts.names;
  return status;
}

Result<Status> status_of(HANDLE handle, const Path& path) {
  Facts facts;
  if (const auto asked = facts_of(handle, facts); asked < 0) {
    return status_error(asked, "cannot look at an open file", path);
  }
  return status_of(facts, serial_of(handle));
}

}  // namespace requeue::files::nt
