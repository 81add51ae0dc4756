// Changing: each touches one name and none replaces anything.
#include "files/relative.h"
#include "files/tree_windows.h"

namespace requeue::files::nt {
namespace {

constexpr auto sharing_violation = static_cast<NTSTATUS>(0xC0000043);
constexpr auto access_denied = static_cast<NTSTATUS>(0xC0000022);
constexpr auto invalid_parameter = static_cast<NTSTATUS>(0xC000000D);
constexpr auto not_supported = static_cast<NTSTATUS>(0xC00000BB);

constexpr int tries = 5;  // scanners and indexers let go of a new file after a moment
constexpr DWORD pause = 20;

struct ToMove {
  Handle handle;
  bool can_flush = false;
};

NTSTATUS open_to_move(const Place& from, ACCESS_MASK access, ULONG share, Handle& opened) {
  Manner manner;
  manner.access = access;
  manner.share = share;
  return open_at(from.folder, from.name, manner, opened);
}

// Shared with nobody and able to be flushed, so that whoever waits for the new name meets the file only once it is
// durable. Folders, read-only files and files that others will not let go of are moved without that.
NTSTATUS open_to_move(const Place& from, bool folder, ToMove& move) {
  constexpr ACCESS_MASK rights = DELETE | READ_CONTROL | to_look;
  NTSTATUS status = 0;
  for (int i = 0; !folder && i < tries; ++i) {
    if (i != 0) Sleep(pause);
    status = open_to_move(from, rights | WRITE_DAC | FILE_WRITE_DATA, 0, move.handle);
    move.can_flush = status >= 0;
    if (status == access_denied) {
      status = open_to_move(from, DELETE | FILE_WRITE_DATA, 0, move.handle);
      move.can_flush = status >= 0;
    }
    if (status != sharing_violation) break;
  }
  if (move.handle || (!folder && status != sharing_violation && status != access_denied)) return status;
  return open_to_move(from, DELETE, share_all, move.handle);
}

tl::unexpected<Error> rename_failed(NTSTATUS status, const Path& from, const Path& to) {
  Error error = error_of_status(status, "cannot rename a file", from);
  if (error.cause == Cause::exists) error.path = text_of(to);
  return failure(std::move(error));
}

NTSTATUS delete_handle(HANDLE handle) {
  FILE_DISPOSITION_INFORMATION disposition{TRUE};
  IO_STATUS_BLOCK block{};
  return NtSetInformationFile(handle, &block, &disposition, sizeof disposition, FileDispositionInformation);
}

// The name stays while another program has the file open: until then it is not gone. A scanner soon lets go.
Result<void> wait_until_gone(const Place& place, std::uint64_t index, const Path& path, std::string_view what) {
  for (int look = 1;; ++look) {
    Handle still;
    Facts facts;
    auto status = open_at(place.folder, place.name, {}, still);
    if (status >= 0 && facts_of(still.get(), facts) >= 0) {
      if (facts.index != index) return {};  // another file has the name by now
      status = delete_pending;
    }
    Error error = error_of_status(status, std::string(what), path);
    if (error.cause != Cause::busy) return {};
    if (look == tries) return failure(std::move(error));
    Sleep(pause);
  }
}

bool set_file_attributes(HANDLE handle, ULONG attributes) {
  FILE_BASIC_INFORMATION basic{};  // zero: left as it is
  basic.FileAttributes = attributes == 0 ? FILE_ATTRIBUTE_NORMAL : attributes;
  IO_STATUS_BLOCK block{};
  return NtSetInformationFile(handle, &block, &basic, sizeof basic, FileBasicInformation) >= 0;
}

}  // namespace

namespace {

// A rename and a hard link are asked for with the same structure.
NTSTATUS give_name(HANDLE file, HANDLE folder, const std::wstring& name, bool replace, FILE_INFORMATION_CLASS how) {
  const auto bytes = name.size() * sizeof(wchar_t);
  std::vector<std::uint64_t> memory((sizeof(FILE_RENAME_INFORMATION) + bytes) / sizeof(std::uint64_t) + 1);
  auto* const wanted = reinterpret_cast<FILE_RENAME_INFORMATION*>(memory.data());
  wanted->ReplaceIfExists = replace ? TRUE : FALSE;
  wanted->RootDirectory = folder;
  wanted->FileNameLength = static_cast<ULONG>(bytes);
  std::copy(name.begin(), name.end(), wanted->FileName);
  IO_STATUS_BLOCK block{};
  // A length below that of the bare structure is refused, however short the name.
  return NtSetInformationFile(file, &block, wanted, static_cast<ULONG>(sizeof(FILE_RENAME_INFORMATION) + bytes), how);
}

}  // namespace

NTSTATUS rename_handle(HANDLE file, HANDLE folder, const std::wstring& name, bool replace) {
  return give_name(file, folder, name, replace, FileRenameInformation);
}

Result<void> NtTree::create_link(Reader& opened, const Relative& path) {
  constexpr std::string_view what = "cannot make a hard link";
  if (opened.native() == -1) return Tree::create_link(opened, path);
  REQUEUE_TRY(const Place place, below(path, what));
  const auto file = reinterpret_cast<HANDLE>(opened.native());
  const auto status = give_name(file, place.folder, place.name, false, FileLinkInformation);
  if (status >= 0) return {};
  Error error = error_of_status(status, std::string(what), path_of(path));
  if (status == invalid_parameter || status == not_supported) {
    error.cause = Cause::not_supported;
    error.why = "this volume has no hard links";
  }
  return failure(std::move(error));
}

Result<Place> NtTree::below(const Relative& path, std::string_view what) const {
  if (path.empty()) {
    return failure(Exit::failed, std::string(what), text_of(path_), "it is the folder that everything else lies in");
  }
  return at(path, what);
}

Result<std::unique_ptr<Writer>> NtTree::create(const Relative& path, std::uint32_t /*mode*/) {
  constexpr std::string_view what = "cannot create a file";
  REQUEUE_TRY(const Place place, below(path, what));
  Manner manner;
  manner.access = FILE_WRITE_DATA | to_look;
  manner.disposition = FILE_CREATE;
  manner.options |= FILE_NON_DIRECTORY_FILE;
  Handle file;
  if (const auto status = open_at(place.folder, place.name, manner, file); status < 0) {
    return status_error(status, what, path_of(path));
  }
  return make_writer(std::move(file), path_of(path));
}

Result<std::unique_ptr<Writer>> NtTree::append(const Relative& path) {
  constexpr std::string_view what = "cannot append to a file";
  REQUEUE_TRY(const Place place, below(path, what));
  Manner manner;
  manner.access = FILE_APPEND_DATA;  // without the right to write elsewhere, Windows itself appends
  manner.disposition = FILE_OPEN_IF;
  REQUEUE_TRY(Handle file, open_leaf(place, manner, Expect::file, path_of(path), what));
  return make_writer(std::move(file), path_of(path));
}

Result<void> NtTree::truncate(const Relative& path, std::uint64_t size) {
  constexpr std::string_view what = "cannot shorten a file";
  REQUEUE_TRY(const Handle file, leaf(path, FILE_WRITE_DATA, Expect::file, what));
  LARGE_INTEGER end{};
  end.QuadPart = static_cast<LONGLONG>(size);
  if (SetFilePointerEx(file.get(), end, nullptr, FILE_BEGIN) == 0 || SetEndOfFile(file.get()) == 0) {
    return last_error(what, path_of(path));
  }
  return flush_handle(file.get(), what, path_of(path));
}

Result<void> NtTree::make_folder(const Relative& path, std::uint32_t /*mode*/) {
  constexpr std::string_view what = "cannot make a folder";
  REQUEUE_TRY(const Place place, below(path, what));
  Manner manner;
  manner.disposition = FILE_CREATE;
  manner.options = FILE_DIRECTORY_FILE;
  Handle made;
  if (const auto status = open_at(place.folder, place.name, manner, made); status < 0) {
    return status_error(status, what, path_of(path));
  }
  return {};
}

Result<void> NtTree::remove(const Relative& path, Expect expect, std::string_view what) {
  REQUEUE_TRY(const Place place, below(path, what));
  Manner manner;
  manner.access = DELETE | FILE_WRITE_ATTRIBUTES | to_look;
  auto opened = open_leaf(place, manner, expect, path_of(path), what);
  if (!opened && opened.error().cause == Cause::denied) {  // the right to delete may come without the other
    manner.access = DELETE | to_look;
    opened = open_leaf(place, manner, expect, path_of(path), what);
  }
  if (!opened) return failure(std::move(opened.error()));
  Facts facts;
  if (const auto status = facts_of(opened->get(), facts); status < 0) return status_error(status, what, path_of(path));
  const auto attributes = facts.basic.FileAttributes;
  const bool read_only = (attributes & FILE_ATTRIBUTE_READONLY) != 0;
  if (read_only) set_file_attributes(opened->get(), attributes & ~static_cast<ULONG>(FILE_ATTRIBUTE_READONLY));
  if (const auto status = delete_handle(opened->get()); status < 0) {
    if (read_only) set_file_attributes(opened->get(), attributes);
    return status_error(status, what, path_of(path));
  }
  opened->close();
  return wait_until_gone(place, facts.index, path_of(path), what);
}

Result<void> NtTree::remove_file(const Relative& path) {
  return remove(path, Expect::file, "cannot remove a file");
}

Result<void> NtTree::remove_folder(const Relative& path) {
  return remove(path, Expect::folder, "cannot remove a folder");
}

Result<void> NtTree::rename(const Relative& from, const Relative& to) {
  constexpr std::string_view what = "cannot rename a file";
  REQUEUE_TRY(const Place source, below(from, what));
  REQUEUE_TRY(const Place target, below(to, what));
  REQUEUE_TRY(const Status found, status(from));
  ToMove move;
  if (const auto opened = open_to_move(source, found.kind != Kind::file, move); opened < 0) {
    return status_error(opened, what, path_of(from));
  }
  if (move.can_flush) {
    if (parent_of(from) != parent_of(to)) take_rights_of_folder(move.handle.get(), target.folder);
    REQUEUE_CHECK(flush_handle(move.handle.get(), what, path_of(from)));
  }
  auto renamed = rename_handle(move.handle.get(), target.folder, target.name, false);
  // Some network file systems take a whole path only.
  if (renamed == invalid_parameter || renamed == not_supported) {
    const auto whole = wide_name(native_text(path_of(to)));
    if (whole) renamed = rename_handle(move.handle.get(), nullptr, *whole, false);
  }
  if (renamed < 0) return rename_failed(renamed, path_of(from), path_of(to));
  // The move is done, whatever this says; the folders are flushed by the caller, and that is what counts.
  if (move.can_flush) static_cast<void>(FlushFileBuffers(move.handle.get()));
  return {};
}

Result<void> NtTree::set_attributes(const Relative& path, const Attributes& attributes) {
  REQUEUE_TRY(const Place place, at(path, "cannot set times and rights"));
  return apply_attributes(place, attributes, path_of(path));
}

}  // namespace requeue::files::nt
