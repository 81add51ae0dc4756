// What is particular to Linux: rights, user attributes, memory file systems, volumes.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "files/conformance.h"

using namespace requeue;
using namespace requeue::files;
using namespace requeue::tests;
namespace fs = boost::filesystem;

namespace {

bool has_memory_disk() {
  return fs::is_directory("/dev/shm");
}

std::uint32_t mode_of(const fs::path& path) {
  return static_cast<std::uint32_t>(fs::status(path).permissions());
}

// New files get what they ask for only where nothing is masked.
struct OpenMask {
  mode_t old = ::umask(0);
  ~OpenMask() { ::umask(old); }
};

}  // namespace

TEST_CASE("a volume that can only be read was told as one file that may not be touched") {
  const TemporaryFolder folder;
  const auto where = folder.path() / "disk";
  fs::create_directories(where);
  if (::mount("tmpfs", where.c_str(), "tmpfs", 0, "size=64k") != 0) {
    WARN("SKIPPED: this account may not mount a small file system");
    return;
  }
  write(where / "a", "one");
  const bool remounted = ::mount("tmpfs", where.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "") == 0;
  CHECK(remounted);
  {
    const auto tree = real_files()->open(where);
    REQUIRE(tree);
    CHECK(cause_of((*tree)->remove_file("a")) == Cause::write_protected);
    CHECK(cause_of((*tree)->create("b")) == Cause::write_protected);
    CHECK(cause_of((*tree)->check_access("", true)) == Cause::write_protected);
  }
  ::umount2(where.c_str(), MNT_DETACH);
}

TEST_CASE("many files in a folder that may be passed through but not listed could not be flushed") {
  if (::geteuid() != 0) {
    WARN("SKIPPED: only root can be another account");
    return;
  }
  Bench<Real> b;
  std::vector<Relative> paths;
  for (int i = 0; i < 20; ++i) {
    paths.push_back("in/" + std::to_string(i));
    write(b.folder.path() / paths.back(), "x");
  }
  REQUIRE(::chmod(b.folder.path().c_str(), 0711) == 0);
  REQUIRE(::seteuid(65534) == 0);
  const auto tree = b.files->open(b.folder.path());
  const bool flushed = tree && (*tree)->flush_files(paths);
  const auto whole = tree ? (*tree)->flush_all() : Result<void>();
  REQUIRE(::seteuid(0) == 0);
  CHECK(flushed);
  REQUIRE_FALSE(whole);
  CHECK_FALSE(whole.error().hint.empty());
}

TEST_CASE("what is made is for its owner only") {
  const OpenMask mask;
  Bench<Real> b;
  REQUIRE(b.files->open_or_make(b.folder.path() / "x" / "y"));
  CHECK(mode_of(b.folder.path() / "x") == 0700);
  CHECK(mode_of(b.folder.path() / "x" / "y") == 0700);
  REQUIRE(b.tree->make_folder("f"));
  CHECK(b.tree->status("f")->mode == 0700);
  REQUIRE(write_file(*b.tree, "a", "1"));
  CHECK(b.tree->status("a")->mode == 0600);
  REQUIRE(b.tree->append("journal"));
  CHECK(b.tree->status("journal")->mode == 0600);
  REQUIRE((*b.files->write_named(b.folder.path() / "out"))->close());
  CHECK(b.tree->status("out")->mode == 0600);
}

TEST_CASE("a report written again keeps the rights that the operator gave it") {
  Bench<Real> b;
  write(b.folder.path() / "out", "old");
  REQUIRE(::chmod((b.folder.path() / "out").c_str(), 0640) == 0);
  REQUIRE((*b.files->write_named(b.folder.path() / "out"))->close());
  CHECK(b.tree->status("out")->mode == 0640);
}

TEST_CASE("a report named through a link replaces what the link points to") {
  Bench<Real> b;
  write(b.folder.path() / "real", "old");
  fs::create_symlink("real", b.folder.path() / "link");
  const auto writer = b.files->write_named(b.folder.path() / "link");
  REQUIRE((*writer)->write("new"));
  REQUIRE((*writer)->close());
  CHECK(read(b.folder.path() / "real") == "new");
  CHECK(b.tree->status("link")->kind == Kind::link);
}

TEST_CASE("modes and owners are set") {
  Bench<Real> b;
  write(b.folder.path() / "a", "1");
  Attributes attributes;
  attributes.mode = 0440;
  attributes.owner = ::geteuid() == 0 ? 12345 : ::geteuid();
  attributes.group = ::geteuid() == 0 ? 23456 : ::getegid();
  REQUIRE(b.tree->set_attributes("a", attributes));
  CHECK(b.tree->status("a")->mode == 0440);
  CHECK(b.tree->status("a")->owner == *attributes.owner);
  CHECK(b.tree->status("a")->group == *attributes.group);
}

TEST_CASE("reading leaves the time of last access alone") {
  Bench<Real> b;
  write(b.folder.path() / "a", "1");
  // Older than the write time: the kernel would renew it even where it is mounted to do so seldom.
  const timespec times[2] = {{1000000000, 0}, {1100000000, 0}};
  REQUIRE(::utimensat(AT_FDCWD, (b.folder.path() / "a").c_str(), times, 0) == 0);
  REQUIRE(contents(*b.tree, "a") == "1");
  struct stat found {};
  REQUIRE(::stat((b.folder.path() / "a").c_str(), &found) == 0);
  CHECK(found.st_atim.tv_sec == 1000000000);
}

TEST_CASE("streams are the user attributes and no others") {
  Bench<Real> b;
  if (!b.tree->volume("")->keeps_streams) return;
  const auto path = b.folder.path() / "a";
  write(path, "1");
  REQUIRE(::setxattr(path.c_str(), "user.PROPERTIES", "value", 5, 0) == 0);
  if (::geteuid() == 0) static_cast<void>(::setxattr(path.c_str(), "trusted.other", "x", 1, 0));
  const auto streams = b.tree->streams("a");
  REQUIRE(streams->size() == 1);
  CHECK(streams->front().name == "PROPERTIES");
  CHECK(streams->front().size == 5);
}

TEST_CASE("a stream too large to be kept is refused and said so") {
  Bench<Real> b;
  if (!b.tree->volume("")->keeps_streams) return;
  write(b.folder.path() / "a", "1");
  StringReader bytes(std::string(65537, 'x'));
  const auto result = b.tree->write_stream("a", "large", bytes);
  CHECK(cause_of(result) == Cause::not_supported);
  CHECK(result.error().why.find("large") != std::string::npos);
  CHECK(b.tree->streams("a")->empty());
}

TEST_CASE("a file in memory is read past the cache without the claim of having reached a disk") {
  if (!has_memory_disk()) return;
  const TemporaryFolder folder("/dev/shm");
  write(folder.path() / "a", "hello");
  const auto tree = *real_files()->open(folder.path());
  const auto reader = tree->open("a", CacheUse::past);
  REQUIRE(reader);
  CHECK(read_all(**reader, 10) == std::string("hello"));
  CHECK_FALSE((*reader)->reached_disk());
  CHECK(tree->volume("")->file_system == "tmpfs");
  CHECK(tree->volume("")->local);
}

TEST_CASE("an ordinary read never claims to have reached the disk") {
  Bench<Real> b;
  write(b.folder.path() / "a", "hello");
  CHECK_FALSE((*b.tree->open("a"))->reached_disk());
  if (b.tree->volume("")->file_system != "ext4") return;
  const auto reader = b.tree->open("a", CacheUse::past);
  REQUIRE(read_all(**reader, 10) == std::string("hello"));
  CHECK((*reader)->reached_disk());
}

TEST_CASE("a file that grows while it is read past the cache is read to its new end") {
  Bench<Real> b;
  write(b.folder.path() / "a", std::string(5000, 'a'));
  const auto reader = b.tree->open("a", CacheUse::past);
  std::string bytes(5000, '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    const auto count = (*reader)->read(bytes.data() + at, bytes.size() - at);
    REQUIRE(*count > 0);
    at += *count;
  }
  const auto writer = b.tree->append("a");
  REQUIRE((*writer)->write("more"));
  CHECK(read_all(**reader, 100) == std::string("more"));
}

TEST_CASE("two volumes are told apart, and a boot has a name") {
  Bench<Real> b;
  CHECK(b.files->boot().value_or("").size() == 36);
  CHECK(b.files->boot() == real_files()->boot());
  if (!has_memory_disk()) return;
  const TemporaryFolder other("/dev/shm");
  const auto tree = *b.files->open(other.path());
  struct stat here {};
  struct stat there {};
  REQUIRE(::stat(b.folder.path().c_str(), &here) == 0);
  REQUIRE(::stat(other.path().c_str(), &there) == 0);
  CHECK((b.tree->volume("")->identity == tree->volume("")->identity) == (here.st_dev == there.st_dev));
}

TEST_CASE("a rename to another volume is refused and copies nothing") {
  // The only folder that spans two volumes on most machines is the root itself.
  Bench<Real> b;
  if (!has_memory_disk()) return;
  const TemporaryFolder other("/dev/shm");
  const auto root = *b.files->open("/");
  const auto relative = [](const fs::path& path) { return path.relative_path().string(); };
  if (root->volume(relative(b.folder.path()))->identity == root->volume(relative(other.path()))->identity) return;
  write(b.folder.path() / "a", "1");
  const auto result = root->rename(relative(b.folder.path() / "a"), relative(other.path() / "a"));
  CHECK(cause_of(result) == Cause::cross_volume);
  CHECK(read(b.folder.path() / "a") == "1");
  CHECK_FALSE(fs::exists(other.path() / "a"));
}

TEST_CASE("missing rights are told before anything is tried") {
  if (::geteuid() == 0) return;  // root may do everything
  Bench<Real> b;
  write(b.folder.path() / "Queue" / "a", "1");
  fs::permissions(b.folder.path() / "Queue", fs::owner_read | fs::owner_exe);
  CHECK(b.tree->check_access("Queue", false));
  CHECK(cause_of(b.tree->check_access("Queue", true)) == Cause::denied);
  CHECK(cause_of(b.tree->remove_file("Queue/a")) == Cause::denied);
}

TEST_CASE("a name that is no text is shown by its bytes") {
  CHECK(to_text(Path("/m/\xff")) == "/m/\\xff");
}

TEST_CASE("what is missing, and too many open files, were told without a word on what to do") {
  Bench<Real> b;
  const auto missing = b.tree->flush_folder("gone");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().cause == Cause::not_found);
  CHECK(missing.error().hint.find("put it back, and run the same command again") != std::string::npos);
  rlimit usual{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
  const rlimit none{0, usual.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const auto listed = b.tree->list("");
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0);
  REQUIRE_FALSE(listed);
  CHECK(listed.error().cause == Cause::too_many_open);
  CHECK(listed.error().hint.find("ulimit -n") != std::string::npos);
}
