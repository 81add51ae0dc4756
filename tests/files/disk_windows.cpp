// What is particular to Windows: attributes, sharing, names, the boot's value. What Wine cannot show (junctions,
// rights, real streams) is on the checklist for a real server.
#include <windows.h>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "core/wide_windows.h"
#include "files/conformance.h"
#include "files/nt_windows.h"

using namespace requeue;
using namespace requeue::files;
using namespace requeue::tests;

namespace {

// As another program would hold a file open.
struct Held {
  nt::Handle handle;
  Held(const Path& path, DWORD access, DWORD share)
      : handle(CreateFileW(path.c_str(), access, share, nullptr, OPEN_EXISTING, 0, nullptr)) {
    REQUIRE(handle);
  }
};

}  // namespace

TEST_CASE("a file that another program holds is named as such, and left") {
  Bench<Real> b;
  write(b.folder.path() / "Queue" / "a", "1");
  CHECK(*b.tree->is_released("Queue/a"));
  {
    const Held held(b.folder.path() / "Queue" / "a", GENERIC_READ, FILE_SHARE_READ);
    CHECK_FALSE(*b.tree->is_released("Queue/a"));
    CHECK(b.tree->open("Queue/a"));
    CHECK(cause_of(b.tree->remove_file("Queue/a")) == Cause::busy);
    CHECK(cause_of(b.tree->rename("Queue/a", "Queue/b")) == Cause::busy);
    CHECK(cause_of(b.tree->append("Queue/a")) == Cause::busy);
  }
  {
    const Held held(b.folder.path() / "Queue" / "a", GENERIC_READ, 0);
    const auto opened = b.tree->open("Queue/a");
    CHECK(cause_of(opened) == Cause::busy);
    CHECK(opened.error().path.find("Queue") != std::string::npos);
  }
  CHECK(read(b.folder.path() / "Queue" / "a") == "1");
}

TEST_CASE("a file that a program lets others rename is renamed under its eyes") {
  Bench<Real> b;
  write(b.folder.path() / "a", "1");
  const Held held(b.folder.path() / "a", GENERIC_READ, nt::share_all);
  CHECK(b.tree->rename("a", "b"));
  CHECK(b.tree->status("b"));
}

TEST_CASE("a file that is gone only when another program closes it does not count as removed") {
  Bench<Real> b;
  write(b.folder.path() / "a", "1");
  {
    const Held held(b.folder.path() / "a", GENERIC_READ, nt::share_all);
    const auto removed = b.tree->remove_file("a");
    // A system that takes the name away at once has removed it.
    if (!removed) CHECK(removed.error().cause == Cause::busy);
    if (removed) CHECK(cause_of(b.tree->status("a")) == Cause::not_found);
  }
  CHECK(cause_of(b.tree->status("a")) == Cause::not_found);
}

TEST_CASE("attributes are told and set, and read-only files are moved and removed") {
  Bench<Real> b;
  write(b.folder.path() / "a", "1");
  Attributes attributes;
  attributes.attributes = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM;
  REQUIRE(b.tree->set_attributes("a", attributes));
  CHECK((b.tree->status("a")->attributes & *attributes.attributes) == *attributes.attributes);
  CHECK(b.tree->check_access("a", true));
  REQUIRE(b.tree->rename("a", "b"));
  CHECK((b.tree->status("b")->attributes & FILE_ATTRIBUTE_READONLY) != 0);
  REQUIRE(b.tree->remove_file("b"));
  CHECK(b.tree->list("")->empty());
}

TEST_CASE("names that Win32 would change are taken as they are") {
  Bench<Real> b;
  for (const std::string name : {"NUL", "CON.eml", "dot.", "blank ", "日本.eml", "\xF0\x9F\x93\xAC", "nul.txt"}) {
    CAPTURE(name);
    REQUIRE(write_file(*b.tree, name, name));
    CHECK(contents(*b.tree, name) == name);
    CHECK(b.tree->list("")->front().name == name);
    REQUIRE(b.tree->remove_file(name));
  }
}

TEST_CASE("a path beyond 260 characters is like any other") {
  Bench<Real> b;
  Relative path;
  for (int i = 0; i < 4; ++i) {
    path = join(path, std::string(100, static_cast<char>('a' + i)));
    REQUIRE(b.tree->make_folder(path));
  }
  REQUIRE(write_file(*b.tree, join(path, "mail.eml"), "deep"));
  CHECK(contents(*b.tree, join(path, "mail.eml")) == "deep");
  const auto whole = b.tree->path_of(path);
  CHECK(contents(**b.files->open(whole), "mail.eml") == "deep");
  CHECK(b.files->read_named(whole / "mail.eml", 10) == std::string("deep"));
  REQUIRE(b.tree->remove_file(join(path, "mail.eml")));
  for (; !path.empty(); path = Relative(parent_of(path))) REQUIRE(b.tree->remove_folder(path));
}

TEST_CASE("one folder is opened under any case, and named as the disk has it") {
  Bench<Real> b;
  REQUIRE(b.tree->make_folder("Queue"));
  const auto tree = b.files->open(b.folder.path() / "qUEUE");
  REQUIRE(tree);
  CHECK((*tree)->path() == b.folder.path() / "Queue");
  CHECK((*tree)->status("")->identity == b.tree->status("Queue")->identity);
  CHECK(cause_of(b.tree->make_folder("QUEUE")) == Cause::exists);
}

TEST_CASE("a name with a colon reaches no stream") {
  Bench<Real> b;
  write(b.folder.path() / "a", "1");
  CHECK(cause_of(b.tree->create("a:b")) == Cause::other);
  CHECK(cause_of(b.tree->open("a:b")) == Cause::other);
  CHECK(cause_of(b.tree->remove_file("a::$DATA")) == Cause::other);
  CHECK(cause_of(b.tree->open("..\\a")) == Cause::other);
}

TEST_CASE("streams are asked for by the whole path, and their names are checked") {
  Bench<Real> b;
  write(b.folder.path() / "Queue" / "a", "1");
  const auto own = nt::stream_lister();
  std::string asked;
  nt::stream_lister() = [&](const Path& path) -> Result<std::vector<Stream>> {
    asked = path.string();
    return std::vector<Stream>{{"PROPERTIES", 7}};
  };
  const auto streams = b.tree->streams("Queue/a");
  nt::stream_lister() = own;
  REQUIRE(streams);
  CHECK(streams->front().name == "PROPERTIES");
  CHECK(asked == (b.folder.path() / "Queue" / "a").string());
  StringReader bytes("x");
  CHECK(cause_of(b.tree->write_stream("Queue/a", "a:b", bytes)) == Cause::other);
  CHECK(cause_of(b.tree->write_stream("Queue/a", "", bytes)) == Cause::other);
  CHECK(cause_of(b.tree->write_stream("Queue/absent", "s", bytes)) == Cause::not_found);
}

TEST_CASE("the boot has a value, and keeps it") {
  const auto boot = real_files()->boot();
  REQUIRE(boot);
  CHECK(boot->size() == 32);
  CHECK(real_files()->boot() == boot);
}

TEST_CASE("words are in UTF-8 whatever the code page") {
  CHECK(narrow(wide("日本 é")) == "日本 é");
  CHECK(Path("日本").string() == "日本");
  CHECK(Path("日本").native() == L"\x65E5\x672C");
}
