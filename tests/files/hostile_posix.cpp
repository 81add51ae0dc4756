// What somebody may put in the way on Linux: links, FIFOs, sockets, devices, names that are no text, endless depth.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "files/conformance.h"
#include "support/recording_files.h"

using namespace requeue;
using namespace requeue::files;
using namespace requeue::tests;
namespace fs = boost::filesystem;

namespace {

// Every action that could be led astray by a link at `path`.
void check_never_followed(Tree& tree, const Relative& path) {
  CAPTURE(path);
  StringReader bytes("x");
  Attributes attributes;
  attributes.mode = 0777;
  attributes.written = Timestamp{1, 0};
  CHECK(cause_of(tree.open(path)) == Cause::is_link);
  CHECK(cause_of(tree.open(path, CacheUse::past)) == Cause::is_link);
  CHECK(cause_of(tree.list(path)) == Cause::is_link);
  CHECK(cause_of(tree.streams(path)) == Cause::is_link);
  CHECK(cause_of(tree.open_stream(path, "s")) == Cause::is_link);
  CHECK(cause_of(tree.check_access(path, false)) == Cause::is_link);
  CHECK(cause_of(tree.append(path)) == Cause::is_link);
  CHECK(cause_of(tree.truncate(path, 0)) == Cause::is_link);
  CHECK(cause_of(tree.set_attributes(path, attributes)) == Cause::is_link);
  CHECK(cause_of(tree.write_stream(path, "s", bytes)) == Cause::is_link);
  CHECK(cause_of(tree.flush_file(path)) == Cause::is_link);
  CHECK(cause_of(tree.flush_folder(path)) == Cause::is_link);
  CHECK(cause_of(tree.remove_file(path)) == Cause::is_link);
  CHECK(cause_of(tree.remove_folder(path)) == Cause::is_link);
  CHECK(cause_of(tree.rename(path, "moved")) == Cause::is_link);
}

void check_not_entered(Tree& tree, const Relative& path) {
  CAPTURE(path);
  CHECK(cause_of(tree.status(path)) == Cause::is_link);
  CHECK(cause_of(tree.create(path)) == Cause::is_link);
  CHECK(cause_of(tree.make_folder(path)) == Cause::is_link);
  CHECK(cause_of(tree.link_target(path)) == Cause::is_link);
  CHECK(cause_of(tree.rename("mine", path)) == Cause::is_link);
}

void make_socket(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  const int number = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(number, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(number);
}

}  // namespace

TEST_CASE("a link is told as one and nothing is done through it") {
  Bench<Real> b;
  const TemporaryFolder outside;
  write(outside.path() / "victim", "precious");
  fs::permissions(outside.path() / "victim", fs::owner_read | fs::owner_write);
  fs::create_symlink(outside.path() / "victim", b.folder.path() / "to-file");
  fs::create_symlink(outside.path(), b.folder.path() / "to-folder");
  fs::create_symlink("nowhere", b.folder.path() / "dangling");
  const auto before = fs::last_write_time(outside.path() / "victim");
  for (const auto* link : {"to-file", "to-folder", "dangling"}) {
    CHECK(b.tree->status(link)->kind == Kind::link);
    check_never_followed(*b.tree, link);
    CHECK(cause_of(b.tree->create(link)) == Cause::exists);
  }
  CHECK(*b.tree->link_target("dangling") == "nowhere");
  CHECK(b.tree->list("")->size() == 3);
  CHECK(b.tree->list("")->at(0).kind == Kind::link);
  CHECK(read(outside.path() / "victim") == "precious");
  CHECK(fs::last_write_time(outside.path() / "victim") == before);
  CHECK(fs::status(outside.path() / "victim").permissions() == (fs::owner_read | fs::owner_write));
  CHECK_FALSE(fs::exists(b.folder.path() / "nowhere"));
}

TEST_CASE("a link on the way is refused wherever it leads") {
  Bench<Real> b;
  const TemporaryFolder outside;
  write(outside.path() / "inner" / "victim", "precious");
  write(b.folder.path() / "mine", "1");
  write(b.folder.path() / "real" / "inner" / "victim", "mine too");
  fs::create_symlink(outside.path(), b.folder.path() / "out");
  fs::create_symlink("real", b.folder.path() / "in");  // even where it stays inside
  for (const auto* way : {"out/inner/victim", "in/inner/victim"}) {
    check_never_followed(*b.tree, way);
    check_not_entered(*b.tree, way);
  }
  check_not_entered(*b.tree, "out/made");
  CHECK(read(outside.path() / "inner" / "victim") == "precious");
  CHECK(fs::exists(b.folder.path() / "mine"));
}

TEST_CASE("a folder that is replaced by a link between two uses is not followed") {
  const TemporaryFolder folder;
  const TemporaryFolder outside;
  write(folder.path() / "Queue" / "a", "1");
  write(outside.path() / "a", "precious");
  RecordingFiles layer;
  const auto tree = *layer.open(folder.path());
  REQUIRE(tree->status("Queue/a"));
  layer.before("remove_file", [&](const Call&) {
    fs::rename(folder.path() / "Queue", folder.path() / "aside");
    fs::create_symlink(outside.path(), folder.path() / "Queue");
  });
  CHECK(cause_of(tree->remove_file("Queue/a")) == Cause::is_link);
  CHECK(read(outside.path() / "a") == "precious");
  CHECK(read(folder.path() / "aside" / "a") == "1");
}

TEST_CASE("a tree stays the folder that was opened when its name is given to another") {
  const TemporaryFolder folder;
  write(folder.path() / "root" / "a", "mine");
  const auto tree = *real_files()->open(folder.path() / "root");
  fs::rename(folder.path() / "root", folder.path() / "aside");
  write(folder.path() / "root" / "a", "theirs");
  CHECK(contents(*tree, "a") == "mine");
  REQUIRE(tree->remove_file("a"));
  CHECK(read(folder.path() / "root" / "a") == "theirs");
}

TEST_CASE("a link in the path of a tree is resolved once") {
  const TemporaryFolder folder;
  write(folder.path() / "real" / "a", "1");
  fs::create_symlink("real", folder.path() / "link");
  const auto layer = real_files();
  CHECK((*layer->open(folder.path() / "link"))->path() == folder.path() / "real");
  CHECK(*layer->resolve(folder.path() / "link" / "later") == folder.path() / "real" / "later");
  fs::create_symlink("nowhere", folder.path() / "dangling");
  CHECK_FALSE(layer->open(folder.path() / "dangling"));
  CHECK_FALSE(layer->open_or_make(folder.path() / "dangling"));
  fs::create_symlink("loop", folder.path() / "loop");
  CHECK_FALSE(layer->open(folder.path() / "loop"));
  CHECK_FALSE(fs::exists(folder.path() / "nowhere"));
}

TEST_CASE("a file that the operator names and that is none is refused, not waited for") {
  Bench<Real> b;
  const auto pipe = b.folder.path() / "fifo";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const fs::path& path : {pipe, fs::path("/dev/zero"), fs::path("/dev/tty")}) {
    const auto read = b.files->read_named(path, 10);
    REQUIRE_FALSE(read);
    CHECK(read.error().exit == Exit::precondition);
  }
}

TEST_CASE("FIFOs, sockets and devices are never opened and never removed") {
  Bench<Real> b;
  REQUIRE(::mkfifo((b.folder.path() / "fifo").c_str(), 0600) == 0);
  make_socket(b.folder.path() / "socket");
  std::vector<std::string> names = {"fifo", "socket"};
  // Making a device needs rights that a test run may not have.
  if (::mknod((b.folder.path() / "device").c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0) names.emplace_back("device");
  for (const auto& name : names) {
    CAPTURE(name);
    CHECK(b.tree->status(name)->kind == Kind::special);
    CHECK(b.tree->status(name)->size == 0);
    CHECK_FALSE(b.tree->open(name));
    CHECK_FALSE(b.tree->open(name, CacheUse::past));
    CHECK_FALSE(b.tree->append(name));
    CHECK_FALSE(b.tree->truncate(name, 0));
    CHECK_FALSE(b.tree->flush_file(name));
    CHECK_FALSE(b.tree->remove_file(name));
    CHECK_FALSE(b.tree->remove_folder(name));
    CHECK(b.tree->streams(name)->empty());
    CHECK(b.tree->look(name)->status.kind == Kind::special);
    CHECK_FALSE(b.files->write_named(b.folder.path() / name));
  }
  const auto entries = b.tree->list("");
  REQUIRE(entries->size() == names.size());
  for (const auto& entry : *entries) CHECK(entry.kind == Kind::special);
}

TEST_CASE("names are bytes: not UTF-8, control characters, 255 long") {
  Bench<Real> b;
  const std::vector<std::string> names = {"\xff\xfe.EML", "\x1b[2J\n",           "a\\b", " ",
                                          "...",          std::string(255, 'n'), "-rf"};
  for (const auto& name : names) {
    REQUIRE(write_file(*b.tree, name, name));
    REQUIRE(b.tree->rename(name, "x"));
    REQUIRE(b.tree->rename("x", name));
    CHECK(contents(*b.tree, name) == name);
  }
  CHECK(b.tree->list("")->size() == names.size());
  CHECK_FALSE(b.tree->create(std::string(256, 'n')));
  for (const auto& name : names) REQUIRE(b.tree->remove_file(name));
}

TEST_CASE("trees deeper than any path are walked, changed and removed") {
  Bench<Real> b;
  std::vector<Relative> folders;
  Relative path;
  for (int depth = 0; depth < 300; ++depth) {
    path = join(path, "a-folder-name-of-some-length");
    REQUIRE(b.tree->make_folder(path));
    folders.push_back(path);
  }
  REQUIRE(path.size() > 4096);
  REQUIRE(write_file(*b.tree, join(path, "a"), "deep"));
  CHECK(contents(*b.tree, join(path, "a"), CacheUse::past) == "deep");
  CHECK(b.tree->list(path)->size() == 1);
  CHECK(b.tree->flush_folder(path));
  REQUIRE(b.tree->rename(join(path, "a"), "up"));
  REQUIRE(b.tree->remove_file("up"));
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) REQUIRE(b.tree->remove_folder(*folder));
  CHECK(b.tree->list("")->empty());
}

TEST_CASE("a link far below the longest path is refused too") {
  Bench<Real> b;
  Relative path;
  std::vector<Relative> folders;
  for (int depth = 0; depth < 300; ++depth) {
    path = join(path, "a-folder-name-of-some-length");
    REQUIRE(b.tree->make_folder(path));
    folders.push_back(path);
  }
  const int number = ::open(b.folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int at = number;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const int next = ::openat(at, "a-folder-name-of-some-length", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ::close(at);
    at = next;
  }
  REQUIRE(::symlinkat("/etc", at, "link") == 0);
  CHECK(cause_of(b.tree->open(join(path, "link/passwd"))) == Cause::is_link);
  CHECK(cause_of(b.tree->list(join(path, "link"))) == Cause::is_link);
  CHECK(*b.tree->link_target(join(path, "link")) == "/etc");
  REQUIRE(::unlinkat(at, "link", 0) == 0);
  ::close(at);
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) REQUIRE(b.tree->remove_folder(*folder));
}

// On Linux; Wine goes by the name that the file was opened by, and the snapshot's own look at the link finds that.
TEMPLATE_TEST_CASE("whoever takes a file's name meanwhile, a hard link is the file that was opened", "", Real,
                   Recording, Faultless) {
  Bench<TestType> b;
  write(b.folder.path() / "a", "mine");
  const auto opened = b.tree->open("a");
  REQUIRE(opened);
  REQUIRE(b.tree->rename("a", "moved"));
  write(b.folder.path() / "a", "somebody else's");
  REQUIRE(b.tree->create_link(**opened, "b"));
  CHECK(read(b.folder.path() / "b") == "mine");
  CHECK(b.tree->status("b")->identity == b.tree->status("moved")->identity);
}
