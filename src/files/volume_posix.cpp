#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "files/posix.h"

namespace requeue::files::posix {
namespace {

struct FileSystem {
  std::uint64_t magic;
  std::string_view name;
  bool local;
  bool journaled;
};

constexpr std::uint64_t fuse = 0x65735546;
constexpr std::uint64_t ext = 0xEF53;  // ext2, ext3 and ext4 alike
constexpr std::uint64_t tmpfs = 0x01021994;
constexpr std::uint64_t ramfs = 0x858458F6;

constexpr std::array known{
    FileSystem{ext, "ext4", true, true},          FileSystem{0x58465342, "xfs", true, true},
    FileSystem{0x9123683E, "btrfs", true, true},  FileSystem{0x7366746E, "ntfs", true, true},
    FileSystem{0x5346544E, "ntfs", true, false},  FileSystem{0x2FC12FC1, "zfs", true, true},
    FileSystem{0xF2F52010, "f2fs", true, true},   FileSystem{0x794C7630, "overlay", true, true},
    FileSystem{tmpfs, "tmpfs", true, true},       FileSystem{ramfs, "ramfs", true, true},
    FileSystem{0x4D44, "fat", true, false},       FileSystem{0x2011BAB0, "exfat", true, false},
    FileSystem{0x6969, "nfs", false, false},      FileSystem{0xFF534D42, "cifs", false, false},
    FileSystem{0xFE534D42, "cifs", false, false}, FileSystem{0x517B, "cifs", false, false},
    FileSystem{0x01021997, "9p", false, false},
};

struct Mount {
  dev_t device = 0;
  std::uint64_t id = 0;  // 0 where the kernel does not tell
};

// The type as the mount table has it: a magic number does not tell ext2 from ext4, nor one FUSE driver from another.
// "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue"
std::string mounted_type(const Mount& mount) {
  const std::string device = std::to_string(major(mount.device)) + ":" + std::to_string(minor(mount.device));
  std::ifstream table("/proc/self/mountinfo");
  for (std::string line; std::getline(table, line);) {
    std::istringstream fields(line);
    std::string id, parent, numbers;
    fields >> id >> parent >> numbers;
    if (numbers != device) continue;
    const auto dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    const auto type = line.substr(dash + 3);
    return type.substr(0, type.find(' '));
  }
  return {};
}

void describe(std::uint64_t magic, const Mount& mount, Volume& volume) {
  volume.file_system = "unknown";
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const FileSystem& one) { return one.magic == magic; });
  if (found != known.end()) {
    volume.file_system = found->name;
    volume.local = found->local;
    volume.journaled = found->journaled;
  }
  if (magic == ext) {
    const std::string type = mounted_type(mount);
    if (type == "ext2" || type == "ext3") volume.file_system = type;
    volume.journaled = type != "ext2";
  }
  if (magic == fuse) {
    // fuseblk: a driver for a local device, in practice ntfs-3g, which does not write NTFS's own journal.
    volume.local = mounted_type(mount) == "fuseblk";
    volume.file_system = volume.local ? "ntfs" : "fuse";
  }
}

Result<Mount> mount_of(int folder, const Path& path) {
  struct statx found {};
  if (::statx(folder, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &found) != 0) {
    return last_error("cannot look at a volume", path);
  }
  Mount mount{makedev(found.stx_dev_major, found.stx_dev_minor), 0};
  if ((found.stx_mask & STATX_MNT_ID) != 0) mount.id = found.stx_mnt_id;
  return mount;
}

// Asking for an attribute that is not there tells whether there could be one, without writing.
bool keeps_attributes(int folder) {
  const Descriptor readable(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!readable) return false;
  return ::fgetxattr(readable.number(), "user.requeue.probe", nullptr, 0) >= 0 || errno == ENODATA;
}

}  // namespace

// Asked of each file that is verified; the kernel counts a whole volume's free space for the answer, so that it is
// asked once a device.
bool in_memory(int file, std::uint64_t volume) {
  thread_local std::optional<std::pair<std::uint64_t, bool>> last;
  if (last && last->first == volume) return last->second;
  struct statfs found {};
  if (::fstatfs(file, &found) != 0) return true;
  const auto magic = static_cast<std::uint32_t>(found.f_type);
  last = {volume, magic == tmpfs || magic == ramfs};
  return last->second;
}

Result<Volume> volume_of(int folder, const Path& path) {
  const std::string what = "cannot look at a volume";
  struct statfs kind {};
  struct statvfs space {};
  if (::fstatfs(folder, &kind) != 0 || ::fstatvfs(folder, &space) != 0) return last_error(what, path);
  REQUEUE_TRY(const Mount mount, mount_of(folder, path));
  Volume volume;
  // A rename between two mounts of one device fails as well, so the mount is part of what makes a volume.
  volume.identity = static_cast<std::uint64_t>(mount.device) ^ (mount.id << 40U);
  volume.free_bytes = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
  volume.free_files = space.f_files == 0 ? std::numeric_limits<std::uint64_t>::max() : space.f_favail;
  describe(static_cast<std::uint32_t>(kind.f_type), mount, volume);
  volume.keeps_streams = keeps_attributes(folder);
  return volume;
}

}  // namespace requeue::files::posix
