#include <algorithm>
#include <array>
#include <limits>

#include "core/digest.h"
#include "core/text.h"
#include "core/wide_windows.h"
#include "files/nt_windows.h"
#include "files/relative.h"
#include "files/windows_names.h"

namespace requeue::files::nt {
namespace {

constexpr ULONG remote_device = 0x10;  // FILE_REMOTE_DEVICE

template <class Answer>
NTSTATUS ask(HANDLE handle, FS_INFORMATION_CLASS question, Answer& answer) {
  IO_STATUS_BLOCK block{};
  return NtQueryVolumeInformationFile(handle, &block, &answer, sizeof answer, question);
}

struct FileSystem {
  std::string name;
  ULONG flags = 0;
};

NTSTATUS ask_file_system(HANDLE handle, FileSystem& found) {
  alignas(FILE_FS_ATTRIBUTE_INFORMATION) std::array<char, sizeof(FILE_FS_ATTRIBUTE_INFORMATION) + 512> answer{};
  IO_STATUS_BLOCK block{};
  const auto status = NtQueryVolumeInformationFile(handle, &block, answer.data(), static_cast<ULONG>(answer.size()),
                                                   FileFsAttributeInformation);
  if (status < 0) return status;
  const auto& told = *reinterpret_cast<const FILE_FS_ATTRIBUTE_INFORMATION*>(answer.data());
  found.name = ascii_lower(narrow({told.FileSystemName, told.FileSystemNameLength / sizeof(wchar_t)}));
  found.flags = told.FileSystemAttributes;
  return status;
}

// Two shares of one disk have one serial number, but no rename works between them.
std::uint64_t identity_of(std::uint32_t serial, const std::string& path, bool local) {
  if (local) return serial;
  const auto root = ascii_lower(std::string_view(path).substr(0, root_length(path)));
  return std::stoull(sha256_hex(root).substr(0, 15), nullptr, 16) << 4U ^ serial;
}

std::uint64_t free_bytes_of(HANDLE handle) {
  FILE_FS_FULL_SIZE_INFORMATION full{};
  if (ask(handle, FileFsFullSizeInformation, full) >= 0) {
    return static_cast<std::uint64_t>(full.CallerAvailableAllocationUnits.QuadPart) * full.SectorsPerAllocationUnit *
           full.BytesPerSector;
  }
  FILE_FS_SIZE_INFORMATION size{};
  if (ask(handle, FileFsSizeInformation, size) < 0) return 0;
  return static_cast<std::uint64_t>(size.AvailableAllocationUnits.QuadPart) * size.SectorsPerAllocationUnit *
         size.BytesPerSector;
}

// All files of a volume can be flushed at once through the volume itself, by an administrator.
bool flush_volume(const Path& path) {
  std::array<wchar_t, 1024> root{};
  std::array<wchar_t, 64> volume{};
  const auto size = static_cast<DWORD>(root.size());
  if (GetVolumePathNameW(extended_text(path).c_str(), root.data(), size) == 0) return false;
  if (GetVolumeNameForVolumeMountPointW(root.data(), volume.data(), static_cast<DWORD>(volume.size())) == 0) {
    return false;
  }
  std::wstring name = volume.data();
  while (!name.empty() && name.back() == L'\\') name.pop_back();
  const Handle handle(
      CreateFileW(name.c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0, nullptr));
  return handle && FlushFileBuffers(handle.get()) != 0;
}

Result<void> flush_one(HANDLE folder, const Entry& entry, const Path& path);

// Depth first: a name counts as kept once its folder was flushed, after what stands under the name.
Result<void> flush_below(HANDLE folder, const Path& path) {
  constexpr std::string_view what = "cannot flush a folder";
  Manner manner;
  manner.access = FILE_LIST_DIRECTORY | FILE_ADD_FILE;
  Handle open;
  if (const auto status = open_at(folder, L"", manner, open); status < 0) return status_error(status, what, path);
  REQUEUE_TRY(const auto entries, list_folder(open.get(), path));
  for (const auto& entry : entries) REQUEUE_CHECK(flush_one(open.get(), entry, path / path_from(entry.name)));
  return flush_handle(open.get(), what, path);
}

Result<void> flush_one(HANDLE folder, const Entry& entry, const Path& path) {
  constexpr std::string_view what = "cannot flush a file";
  const auto name = wide_name(entry.name);
  if (!name || (entry.kind != Kind::file && entry.kind != Kind::folder)) return {};
  if (entry.kind == Kind::folder) {
    REQUEUE_TRY(const Handle below, step_into(folder, *name, path, what));
    return flush_below(below.get(), path);
  }
  Manner manner;
  manner.access = FILE_WRITE_DATA;
  Handle file;
  const auto status = open_at(folder, *name, manner, file);
  const auto cause = error_of_status(status, {}, {}).cause;
  // Gone meanwhile; or read-only, which nothing of ours is while it is written.
  if (status < 0 && (cause == Cause::not_found || cause == Cause::denied)) return {};
  if (status < 0) return status_error(status, what, path);
  return flush_handle(file.get(), what, path);
}

}  // namespace

Result<Volume> volume_of(HANDLE handle, const Path& path) {
  constexpr std::string_view what = "cannot look at a volume";
  FileSystem found;
  if (const auto status = ask_file_system(handle, found); status < 0) return status_error(status, what, path);
  FILE_FS_DEVICE_INFORMATION device{};
  if (const auto status = ask(handle, FileFsDeviceInformation, device); status < 0) {
    return status_error(status, what, path);
  }
  Volume volume;
  volume.local = (device.Characteristics & remote_device) == 0;
  volume.identity = identity_of(serial_of(handle), text_of(path), volume.local);
  volume.free_bytes = free_bytes_of(handle);
  volume.free_files = std::numeric_limits<std::uint64_t>::max();
  volume.file_system = !volume.local                   ? "smb"
                       : found.name.empty()            ? "unknown"
                       : found.name.starts_with("fat") ? "fat"
                                                       : found.name;
  volume.keeps_streams = (found.flags & FILE_NAMED_STREAMS) != 0;
  volume.journaled = found.name == "ntfs" || found.name == "refs";
  return volume;
}

Result<void> flush_tree(HANDLE root, const Path& path) {
  if (flush_volume(path)) return {};
  return flush_below(root, path);
}

}  // namespace requeue::files::nt
