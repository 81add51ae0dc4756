#include <array>

#include "files/nt_windows.h"
#include "files/relative.h"

namespace requeue::files::nt {
namespace {

struct Meaning {
  DWORD number;
  Cause cause;
  std::string_view words;
};

// In words of ours, since the system's own are in the language of each server; the number stands behind them.
constexpr std::string_view absent = "no such file or directory";
constexpr std::string_view no_rights = "permission denied";
constexpr std::string_view in_use = "another program has it open and does not share it";
constexpr std::string_view volume_full = "no space left on the volume";
constexpr std::string_view device_failed = "the device reported an error";
constexpr std::string_view host_gone = "the connection to the other host was lost";

constexpr std::array meanings{
    Meaning{ERROR_FILE_NOT_FOUND, Cause::not_found, absent},
    Meaning{ERROR_PATH_NOT_FOUND, Cause::not_found, absent},
    Meaning{ERROR_DIRECTORY, Cause::not_found, absent},
    Meaning{ERROR_INVALID_DRIVE, Cause::not_found, "no such drive"},
    Meaning{ERROR_BAD_NETPATH, Cause::not_found, "no such host, or it does not answer"},
    Meaning{ERROR_BAD_NET_NAME, Cause::not_found, "no such share"},
    Meaning{ERROR_FILE_EXISTS, Cause::exists, "a file of this name is there already"},
    Meaning{ERROR_ALREADY_EXISTS, Cause::exists, "a file of this name is there already"},
    Meaning{ERROR_DIR_NOT_EMPTY, Cause::exists, "the folder is not empty"},
    Meaning{ERROR_ACCESS_DENIED, Cause::denied, no_rights},
    Meaning{ERROR_PRIVILEGE_NOT_HELD, Cause::denied, no_rights},
    Meaning{ERROR_WRITE_PROTECT, Cause::write_protected, "the volume is write-protected"},
    Meaning{ERROR_SHARING_VIOLATION, Cause::busy, in_use},
    Meaning{ERROR_LOCK_VIOLATION, Cause::busy, "another program has locked a part of it"},
    Meaning{ERROR_USER_MAPPED_FILE, Cause::busy, in_use},
    Meaning{ERROR_BUSY, Cause::busy, in_use},
    Meaning{ERROR_DISK_FULL, Cause::no_space, volume_full},
    Meaning{ERROR_HANDLE_DISK_FULL, Cause::no_space, volume_full},
    Meaning{1295, Cause::no_space, "the disk quota is used up"},  // ERROR_DISK_QUOTA_EXCEEDED
    Meaning{ERROR_IO_DEVICE, Cause::io, device_failed},
    Meaning{ERROR_CRC, Cause::io, device_failed},
    Meaning{ERROR_NOT_READY, Cause::io, "the device is not ready"},
    Meaning{ERROR_FILE_CORRUPT, Cause::io, "the file system is damaged here"},
    Meaning{ERROR_DISK_CORRUPT, Cause::io, "the file system is damaged here"},
    Meaning{ERROR_NETNAME_DELETED, Cause::io, host_gone},
    Meaning{ERROR_UNEXP_NET_ERR, Cause::io, host_gone},
    Meaning{ERROR_DEV_NOT_EXIST, Cause::io, host_gone},
    Meaning{ERROR_TOO_MANY_OPEN_FILES, Cause::too_many_open, "too many files are open"},
    Meaning{ERROR_NOT_SUPPORTED, Cause::not_supported, "this file system cannot do it"},
    Meaning{ERROR_INVALID_FUNCTION, Cause::not_supported, "this file system cannot do it"},
    Meaning{ERROR_CALL_NOT_IMPLEMENTED, Cause::not_supported, "this system cannot do it"},
    Meaning{ERROR_NOT_SAME_DEVICE, Cause::cross_volume, "it is another volume"},
    Meaning{ERROR_OPERATION_ABORTED, Cause::interrupted, "interrupted"},
    Meaning{ERROR_INVALID_NAME, Cause::other, "Windows has no such name"},
};

std::string with_number(std::string_view words, DWORD number) {
  return std::string(words) + " (Windows error " + std::to_string(number) + ")";
}

constexpr auto is_a_directory = static_cast<NTSTATUS>(0xC00000BA);

}  // namespace

Error error_of(DWORD number, std::string what, const Path& path) {
  Cause cause = Cause::other;
  std::string why = with_number("Windows refused it", number);
  for (const auto& meaning : meanings) {
    if (meaning.number != number) continue;
    cause = meaning.cause;
    why = cause == Cause::not_found ? std::string(meaning.words) : with_number(meaning.words, number);
  }
  return Error{Exit::failed, cause, std::move(what), text_of(path), std::move(why), hint_of(cause)};
}

Error error_of_status(NTSTATUS status, std::string what, const Path& path) {
  Error error = error_of(RtlNtStatusToDosError(status), std::move(what), path);
  // Windows' table takes both of these for missing rights.
  if (status == delete_pending) {
    error.cause = Cause::busy;
    error.why = "it was deleted, but another program still has it open";
    error.hint = hint_of(Cause::busy);
  } else if (status == is_a_directory) {
    error.cause = Cause::other;
    error.why = "it is a folder";
    error.hint.clear();
  }
  return error;
}

tl::unexpected<Error> last_error(std::string_view what, const Path& path) {
  const DWORD number = GetLastError();
  return failure(error_of(number, std::string(what), path));
}

tl::unexpected<Error> status_error(NTSTATUS status, std::string_view what, const Path& path) {
  return failure(error_of_status(status, std::string(what), path));
}

tl::unexpected<Error> link_refused(std::string_view what, const Path& path) {
  return failure(Error{Exit::failed, Cause::is_link, std::string(what), text_of(path),
                       "it is a link, or lies behind one", hint_of(Cause::is_link)});
}

tl::unexpected<Error> not_a(std::string_view wanted, std::string_view what, const Path& path) {
  return failure(Exit::failed, std::string(what), text_of(path), "it is not a " + std::string(wanted));
}

}  // namespace requeue::files::nt
