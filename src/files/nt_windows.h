// What the parts of the Windows implementation share. Only *_windows.cpp files include it.
//
// Files are opened by Windows' native functions, since only these take a name below an open folder: a path given whole
// could be led elsewhere by a junction put into it between a check and a use.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <windows.h>

#include <winioctl.h>
#include <winternl.h>

#include "files/files.h"

namespace requeue::files::nt {

class Handle {
 public:
  Handle() = default;
  explicit Handle(HANDLE handle) : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
  Handle(Handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { close(); }

  [[nodiscard]] HANDLE get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }
  bool close() { return handle_ == nullptr || CloseHandle(std::exchange(handle_, nullptr)) != 0; }

 private:
  HANDLE handle_ = nullptr;
};

// Errors from a number of Win32 (GetLastError) and from a native status.
Error error_of(DWORD number, std::string what, const Path& path);
Error error_of_status(NTSTATUS status, std::string what, const Path& path);
constexpr auto delete_pending = static_cast<NTSTATUS>(0xC0000056);
tl::unexpected<Error> last_error(std::string_view what, const Path& path);
tl::unexpected<Error> status_error(NTSTATUS status, std::string_view what, const Path& path);
tl::unexpected<Error> link_refused(std::string_view what, const Path& path);
tl::unexpected<Error> not_a(std::string_view wanted, std::string_view what, const Path& path);

constexpr ULONG share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
constexpr ACCESS_MASK to_look = FILE_READ_ATTRIBUTES | SYNCHRONIZE;

// How something is opened or made.
struct Manner {
  ACCESS_MASK access = to_look;
  ULONG share = share_all;
  ULONG disposition = FILE_OPEN;
  ULONG options = FILE_OPEN_REPARSE_POINT;  // besides synchronous use and backup intent
  PSECURITY_DESCRIPTOR security = nullptr;
};

// `name` below `folder`; empty: the folder itself, anew. Without a folder: a native path.
NTSTATUS open_at(HANDLE folder, std::wstring name, const Manner& manner, Handle& opened);

// What a handle tells of itself.
struct Facts {
  FILE_BASIC_INFORMATION basic{};
  std::uint64_t size = 0;
  std::uint64_t index = 0;
  ULONG tag = 0;  // of its reparse point, 0 when it is none
  ULONG names = 1;
  bool folder = false;
};
NTSTATUS facts_of(HANDLE handle, Facts& facts);
Kind kind_of(ULONG attributes, ULONG tag);
std::uint32_t serial_of(HANDLE handle);  // of its volume
Status status_of(const Facts& facts, std::uint32_t serial);
Result<Status> status_of(HANDLE handle, const Path& path);

// A name in an open folder; empty is the folder itself. Every action on a leaf uses this and never a whole path.
struct Place {
  Handle owned;  // nothing when the folder is the root of the tree
  HANDLE folder = nullptr;
  std::wstring name;
};

// The folder at `relative` below `root`; no link on the way is followed.
Result<Handle> enter(HANDLE root, std::string_view relative, const Tree& tree, std::string_view what);
Result<Place> locate(HANDLE root, const Relative& relative, const Tree& tree, std::string_view what);
// One step of such a walk.
Result<Handle> step_into(HANDLE folder, const std::wstring& name, const Path& path, std::string_view what);

enum class Expect { file, folder, either };
// What stands at the place, if it is what is expected and no link. A reparse point that is no link (deduplicated, kept
// on slower storage) is opened as the file that it stands for.
Result<Handle> open_leaf(const Place& place, Manner manner, Expect expect, const Path& path, std::string_view what);

Result<std::vector<Entry>> list_folder(HANDLE folder, const Path& path);
Result<void> each_in_folder(HANDLE folder, const Path& path, const std::function<void(const Entry&)>& visit);
// The name as the disk has it, and whether it is a link, of one given in any case or in short form; empty when absent.
NTSTATUS find_in_folder(HANDLE folder, const std::wstring& name, Entry& found);
Result<std::string> read_link(HANDLE link, const Path& path);

std::unique_ptr<Reader> make_reader(Handle file, const Path& path);
Result<std::unique_ptr<Reader>> make_past_cache_reader(const Place& place, const Path& path, std::string_view what);
std::unique_ptr<Writer> make_writer(Handle file, const Path& path);
Result<void> write_whole(HANDLE file, std::string_view bytes, const Path& path);
Result<void> flush_handle(HANDLE file, std::string_view what, const Path& path);
// The file's rename to a name in another folder, through its own handle. Never replaces unless told to.
NTSTATUS rename_handle(HANDLE file, HANDLE folder, const std::wstring& name, bool replace);
// Rights as if the file had been made in that folder: a move within a volume keeps the old ones.
void take_rights_of_folder(HANDLE file, HANDLE folder);

// How the names of a file's streams are learnt; a test may put another way in place of Windows' own.
using StreamLister = std::function<Result<std::vector<Stream>>(const Path& path)>;
StreamLister& stream_lister();
Result<Handle> open_stream_of(const Place& place, const std::string& stream, const Manner& manner, const Path& path,
                              std::string_view what);

// `path`: whatever lies on that volume, by its whole path.
Result<Volume> volume_of(HANDLE handle, const Path& path);
Result<void> apply_attributes(const Place& place, const Attributes& attributes, const Path& path);
Result<void> flush_tree(HANDLE root, const Path& path);

Result<Path> resolve(const Path& path);
Result<std::shared_ptr<Tree>> open_tree(const Path& path, bool make);
std::shared_ptr<Tree> make_tree(Handle root, const Path& path);
Result<std::string> read_named_file(const Path& path, std::uint64_t limit);
Result<std::unique_ptr<Writer>> write_named_file(const Path& path);  // `path` resolved before
std::optional<std::string> boot_value();

// A relative path's component, or a whole native path, in UTF-16; nullopt when Windows has no such name.
std::optional<std::wstring> wide_name(std::string_view bytes);
Path path_from(std::string_view utf8);
std::string text_of(const Path& path);         // UTF-8, with backslashes
std::string native_text(const Path& path);     // the same for the native functions
std::wstring extended_text(const Path& path);  // and for those of Win32

}  // namespace requeue::files::nt
