// The file layer: all that requeue does to disks goes through here.
//
// Every action names a place below an opened folder (a Tree) by a relative path, and no link on the way is ever
// followed: a folder replaced by a link between a check and a use gives Cause::is_link, not a write elsewhere. (On
// Linux each component is opened with openat and O_NOFOLLOW; on Windows through handles that open reparse points.)
//
// Implementations: the real ones (files_posix.cpp, later files_windows.cpp), ReadOnlyFiles (a dry run: it cannot
// write), and in tests/support/ FaultyFiles and RecordingFiles. All pass tests/files/conformance.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/filesystem/path.hpp>

#include "core/bytes.h"
#include "core/error.h"
#include "core/time.h"

namespace requeue::files {

using Path = boost::filesystem::path;

// Below a Tree: names as the disk has them (bytes on Linux, UTF-8 of the UTF-16 name on Windows), joined by '/'.
// Empty is the Tree itself. No component is empty, "." or ".."; a path that has one is refused (Cause::other).
using Relative = std::string;

Relative join(std::string_view folder, std::string_view name);
std::string_view parent_of(std::string_view path);  // "a/b/c" -> "a/b", "a" -> ""
std::string_view name_of(std::string_view path);    // "a/b/c" -> "c"
// A path as text for people and records: UTF-8 or escaped bytes (see escape_bytes).
std::string to_text(const Path& path);

enum class Kind { file, folder, link, special };  // special: socket, FIFO, device; link: symlink, junction, mount point

// Which file this is, however it is called. 0/0 where the platform cannot tell.
struct Identity {
  std::uint64_t volume = 0;
  std::uint64_t file = 0;
  bool operator==(const Identity&) const = default;
};

struct Status {
  Kind kind = Kind::file;
  std::uint64_t size = 0;  // bytes of the main stream; 0 for anything but a file
  Identity identity;
  Timestamp written;
  Timestamp changed;                 // inode change time; on Windows ChangeTime of the file system
  std::optional<Timestamp> created;  // where the platform keeps one
  std::uint32_t mode = 0;            // permission bits 07777 on Linux, 0 on Windows
  std::uint32_t attributes = 0;      // FILE_ATTRIBUTE_* on Windows, 0 on Linux
  std::uint32_t owner = 0;           // uid, gid on Linux
  std::uint32_t group = 0;
  std::uint32_t names = 1;  // hard links to it
  bool operator==(const Status&) const = default;
};

struct Entry {
  std::string name;
  Kind kind = Kind::file;
};

struct Stream {
  std::string name;  // without ':' and ":$DATA"; on Linux the xattr's name without "user."
  std::uint64_t size = 0;
};

// What a restore sets back. Unset fields are left alone.
struct Attributes {
  std::optional<Timestamp> written;
  std::optional<Timestamp> created;
  std::optional<std::uint32_t> mode;
  std::optional<std::uint32_t> attributes;
  std::optional<std::uint32_t> owner;
  std::optional<std::uint32_t> group;
};

enum class CacheUse {
  normal,
  past,  // read from the device, not from the page cache (see Reader::reached_disk)
};

class Reader : public ByteReader {
 public:
  // Of the opened file itself, not of what its name now points to.
  virtual Result<Status> status() = 0;
  // False when the bytes may have come from the page cache (tmpfs, or a file system that offers no way past it).
  [[nodiscard]] virtual bool reached_disk() const = 0;
  // The next read begins at this byte. Cause::not_supported for all but the main stream of a file in the usual way.
  virtual Result<void> seek(std::uint64_t offset);
  // For Tree::create_link alone: the handle of a real file, else -1.
  [[nodiscard]] virtual std::intptr_t native() const { return -1; }
};

class Writer : public ByteWriter {
 public:
  // Data and size to the device. Without it nothing that was written counts as kept.
  virtual Result<void> flush() = 0;
  // Must be called to learn of late errors; the destructor closes without telling.
  virtual Result<void> close() = 0;
};

// Held until destroyed. Advisory on Linux (flock of the folder), a lock of its own on Windows.
class Lock {
 public:
  virtual ~Lock() = default;
};

struct Seen {
  Status status;
  std::vector<Stream> streams;  // of a file or a folder; alternate ones only, sorted by name
};

struct Volume {
  std::uint64_t identity = 0;    // equal for two places iff a rename between them can work
  std::uint64_t free_bytes = 0;  // for this user
  std::uint64_t free_files = 0;  // inodes; the largest value where there is no such limit
  std::string file_system;       // "ext4", "ntfs", "fat", "tmpfs", "nfs", ... "unknown"
  bool local = false;            // false for network file systems and where it cannot be told
  bool keeps_streams = false;    // alternate streams (user xattrs on Linux)
  bool journaled = false;        // false for FAT and unknown ones: a rename may be undone without trace
};

class Tree {
 public:
  virtual ~Tree() = default;

  // Where it was opened, absolute, links in it resolved.
  [[nodiscard]] virtual const Path& path() const = 0;
  [[nodiscard]] virtual Path path_of(std::string_view relative) const;

  // Looking. None follows a link: status() of a link is the link's.
  virtual Result<Status> status(const Relative& path) = 0;              // Cause::not_found when absent
  virtual Result<std::vector<Entry>> list(const Relative& folder) = 0;  // sorted bytewise, without . and ..
  // The same entries as they come, in no order, and none of them kept: for counting, whatever the folder holds. After
  // an error not all were seen.
  virtual Result<void> each(const Relative& folder, const std::function<void(const Entry&)>& visit);
  virtual Result<std::string> link_target(const Relative& path) = 0;
  virtual Result<std::unique_ptr<Reader>> open(const Relative& path, CacheUse use = CacheUse::normal) = 0;
  virtual Result<std::vector<Stream>> streams(const Relative& path) = 0;  // alternate ones only, sorted by name
  // What status() and streams() say, for whoever looks at everything: the way there is gone once. Not of one moment:
  // the change time tells of what comes between.
  virtual Result<Seen> look(const Relative& path);
  virtual Result<std::unique_ptr<Reader>> open_stream(const Relative& path, const std::string& stream) = 0;
  virtual Result<Volume> volume(const Relative& path) = 0;
  // Whether this user may read a file, or list and change a folder.
  virtual Result<void> check_access(const Relative& path, bool write) = 0;
  // Owner, group and access list of a file or folder as SDDL, without the audit list, which only auditors may read.
  // Empty where the platform keeps none, and where they may not be read: that is no reason to leave a file out.
  virtual std::string rights(const Relative& path);
  // Whether nobody holds the file open (an exclusive open on Windows; always true on Linux).
  virtual Result<bool> is_released(const Relative& path) = 0;

  // Changing. Each touches one name and none replaces anything.
  virtual Result<std::unique_ptr<Writer>> create(const Relative& path, std::uint32_t mode = 0600) = 0;  // Cause::exists
  virtual Result<std::unique_ptr<Writer>> append(const Relative& path) = 0;               // made when absent, 0600
  virtual Result<void> truncate(const Relative& path, std::uint64_t size) = 0;            // flushed before it returns
  virtual Result<void> make_folder(const Relative& path, std::uint32_t mode = 0700) = 0;  // Cause::exists
  virtual Result<void> remove_file(const Relative& path) = 0;    // also a read-only one; never a folder
  virtual Result<void> remove_folder(const Relative& path) = 0;  // only when empty
  // Atomic, within this Tree, one volume. Never replaces (Cause::exists), never a copy (Cause::cross_volume).
  virtual Result<void> rename(const Relative& from, const Relative& to) = 0;
  // The same for a file that nobody waits for. Where the file system has no rename that never replaces (ntfs-3g and
  // other FUSE volumes) it gets the new name beside the old one, then loses the old one; in between it has both. Never
  // for a handoff: the service could take it while it stands in staging as well.
  virtual Result<void> take_name(const Relative& from, const Relative& to) { return rename(from, to); }
  // A hard link: another name for the very file that `opened` reads, whatever its first name leads to by now. Never
  // replaces (Cause::exists). Cause::cross_volume, or Cause::not_supported: the volume has none, or allows none here.
  virtual Result<void> create_link(Reader& opened, const Relative& path);
  virtual Result<void> set_attributes(const Relative& path, const Attributes& attributes) = 0;
  // What rights() said, set back; where the platform keeps none, nothing is done. An owner that this account may not
  // give is an error, and then the access list is set all the same.
  virtual Result<void> set_rights(const Relative& path, const std::string& sddl);
  virtual Result<void> write_stream(const Relative& path, const std::string& stream, ByteReader& bytes) = 0;

  // Making it last. A name counts as kept once its folder was flushed.
  virtual Result<void> flush_file(const Relative& path) = 0;
  virtual Result<void> flush_folder(const Relative& path) = 0;
  // Several files at once, none of their names: where the platform has it, with one flush of the volume.
  virtual Result<void> flush_files(const std::vector<Relative>& paths);
  // Everything written below this Tree so far, data and names: one call where the platform has it.
  virtual Result<void> flush_all() = 0;

  // Two runs on one folder. Cause::busy when another process holds it.
  virtual Result<std::unique_ptr<Lock>> lock() = 0;
};

// The boot of this machine: equal while it was not restarted. nullopt: cannot be told, and unknown never equals.
class Files {
 public:
  virtual ~Files() = default;
  // An existing folder. Links in `path` itself are resolved once, here. not_found, or other when it is no folder.
  virtual Result<std::shared_ptr<Tree>> open(const Path& path) = 0;
  // Opened, or made with its missing parents first (0700; Administrators and SYSTEM on Windows).
  virtual Result<std::shared_ptr<Tree>> open_or_make(const Path& path) = 0;
  // Absolute, with links resolved as far as the path exists; what is not there yet stays as it is.
  virtual Result<Path> resolve(const Path& path) = 0;
  // The whole of a small file named by the operator (a plan, an envelopes file); over `limit` bytes is an error.
  virtual Result<std::string> read_named(const Path& path, std::uint64_t limit) = 0;
  // A file that the operator asked for (--out, --csv): written beside, flushed, then renamed over the old one.
  virtual Result<std::unique_ptr<Writer>> write_named(const Path& path) = 0;  // takes its name at close()
  virtual std::optional<std::string> boot() = 0;
};

std::unique_ptr<Files> real_files();
// Reads pass through; every change fails with Cause::read_only. A dry run is given this one and so cannot write.
std::unique_ptr<Files> read_only_files(std::unique_ptr<Files> inner);

// Read whole, for tag files and headers. Over `limit` bytes is an error.
Result<std::string> read_all(ByteReader& reader, std::uint64_t limit);
Result<std::string> read_file(Tree& tree, const Relative& path, std::uint64_t limit);
// Created, written, flushed, closed. The folder is not flushed.
Result<void> write_file(Tree& tree, const Relative& path, std::string_view bytes, std::uint32_t mode = 0600);

}  // namespace requeue::files
