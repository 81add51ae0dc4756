// Trees and recovery folders that somebody made to do harm, through the whole program: nothing outside is touched, all
// that was there is there afterwards, and what is damaged is named.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

void make_socket(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.string().size() < sizeof address.sun_path);
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  const int number = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(number, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(number);
}

// Evacuated, and put back elsewhere: all files and folders as they were.
void check_there_and_back(const Window& window) {
  const auto before = contents(window.mailroot);
  window.evacuate();
  for (const auto& [name, bytes] : contents(window.mailroot)) CHECK(name.back() == '/');
  const auto target = window.folder.path() / "back";
  CHECK(window.ask({"restore", "--recovery", window.recovery.string(), "--mailroot", target.string()}).exit == 0);
  CHECK(contents(target) == before);
  CHECK(window.ask({"verify", "--recovery", window.recovery.string()}).exit == 0);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return text;
}

TEST_CASE("sockets and devices are named and left", "[hostile]") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  make_socket(window.mailroot / "Queue/s.EML");
  std::vector<std::string> names{"Queue/s.EML"};
  if (::mknod((window.mailroot / "Pickup/zero").c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0) {
    names.emplace_back("Pickup/zero");
  } else {
    WARN("SKIPPED: this account makes no devices");
  }
  const auto answer = window.ask(window.evacuation());
  CHECK(answer.exit == 3);
  for (const auto& name : names) {
    CHECK(answer.err.find(name) != std::string::npos);
    CHECK(fs::exists(fs::symlink_status(window.mailroot / name)));
  }
  CHECK(window.replay().json["replayed"] == 1);
}

TEST_CASE("a hard link to a file outside is taken out of the Mailroot, and the file outside stays as it is",
          "[hostile]") {
  const Window window;
  const auto outside = window.folder.path() / "outside.txt";
  write(outside, mail("linked", "a@example.org"));
  fs::create_hard_link(outside, window.mailroot / "Queue/NTFS_1.EML");
  const auto written = fs::last_write_time(outside);
  check_there_and_back(window);
  CHECK(read(outside) == mail("linked", "a@example.org"));
  CHECK(fs::last_write_time(outside) == written);
  // What is put back is a file of its own: what the service does to it does not reach the one outside.
  CHECK(window
            .ask({"restore", "--recovery", window.recovery.string(), "--mailroot", window.mailroot.string(),
                  "--service", "none"})
            .exit == 0);
  CHECK(fs::hard_link_count(outside) == 1);
}

TEST_CASE("names that are paths, devices or nothing elsewhere go there and back", "[hostile]") {
  const Window window;
  for (const std::string name : {"..a.EML",
                                 "...",
                                 "....EML",
                                 "CON",
                                 "con.EML",
                                 "NUL.EML",
                                 "COM1.EML",
                                 "dot.",
                                 "dots...",
                                 "blank ",
                                 " ",
                                 "a\\..\\b.EML",
                                 "C:evil.EML",
                                 "a:stream.EML",
                                 "~",
                                 "-rf",
                                 "%2e%2e",
                                 "%2f.EML",
                                 "a\tb.EML",
                                 "a\nb.EML",
                                 "a\rb.EML",
                                 "\x01",
                                 "\x7f.EML",
                                 "\xff\xfe.EML",
                                 "\xc0\xae\xc0\xae",
                                 "e\xcc\x81.EML",
                                 "\xc3\xa9.EML",
                                 "\xe2\x80\xae.EML",
                                 "a*?.EML"}) {
    window.put("Queue/" + name, mail(name, "a@example.org"));
  }
  fs::create_directories(window.mailroot / "Queue/folder.../CON");
  check_there_and_back(window);
}

TEST_CASE("ten thousand empty folders go there and back", "[hostile]") {
  const Window window;
  for (int i = 0; i < 10000; ++i) fs::create_directory(window.mailroot / "Badmail" / std::to_string(i));
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  check_there_and_back(window);
}

TEST_CASE("folders three hundred deep go there and back", "[hostile]") {
  const Window window;
  std::string path = "Badmail";
  for (int i = 0; i < 300; ++i) path += "/deep" + std::to_string(i);
  window.put(path + "/innermost.BAD", "kept");
  check_there_and_back(window);
}

TEST_CASE("a journal that was edited is refused by all that sends or puts back, and audit names the line",
          "[hostile]") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "a@example.org"));
  window.evacuate();
  const auto journal = window.recovery / "journal.jsonl";
  auto lines = lines_of(read(journal));
  REQUIRE(lines.size() > 4);
  const auto how = GENERATE(as<std::string>{}, "edited", "reordered", "dropped", "repeated");
  INFO(how);
  if (how == "edited") lines[2].replace(lines[2].find("\"event\""), 7, "\"Event\"");
  if (how == "reordered") std::swap(lines[1], lines[2]);
  if (how == "dropped") lines.erase(lines.begin() + 2);
  if (how == "repeated") lines.insert(lines.begin() + 2, lines[1]);
  write(journal, text_of(lines));
  const auto before = contents(window.folder.path());
  const auto line = how == "reordered" ? "line 2" : "line 3";
  const auto audit = window.ask({"audit", "--recovery", window.recovery.string()});
  CHECK(audit.exit == 4);
  CHECK((audit.out + audit.err).find(line) != std::string::npos);
  CHECK(window.replay().exit == 4);
  const std::vector<std::string> restoring{
      "restore", "--recovery", window.recovery.string(), "--mailroot", window.mailroot.string(), "--service", "none"};
  CHECK(window.ask(restoring).exit == 4);
  CHECK(contents(window.folder.path()) == before);
}

TEST_CASE("a name in the bag's lists that only looks like another is damage", "[hostile]") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto list = GENERATE(as<std::string>{}, "manifest-sha256.txt", "files.jsonl");
  auto text = read(window.recovery / "snapshot" / list);
  const std::string name = "Queue/NTFS_1.EML", look_alike = "Qu\xd0\xb5ue/NTFS_1.EML";  // a Cyrillic e
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + look_alike.size())) {
    text.replace(at, name.size(), look_alike);
  }
  write(window.recovery / "snapshot" / list, text);
  INFO(list);
  const auto before = contents(window.mailroot);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).exit == 4);
  CHECK(window.replay().exit == 4);
  CHECK(window
            .ask({"restore", "--recovery", window.recovery.string(), "--mailroot", window.mailroot.string(),
                  "--service", "none"})
            .exit == 4);
  CHECK(contents(window.mailroot) == before);
  CHECK(fs::is_empty(window.pickup));
}

TEST_CASE("a journal cut at any byte never leads to a second sending", "[hostile]") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.evacuate();
  window.replay();
  const auto journal = window.recovery / "journal.jsonl", details = window.recovery / "messages.jsonl";
  const auto whole = read(journal), personal = read(details);
  // Every byte is tried in the rooms of the journal and the recovery; here each line's end, and some between.
  for (std::size_t size = 0; size < whole.size(); size += size % 3 == 0 ? 331 : 97) {
    write(journal, whole.substr(0, size));
    write(details, personal);
    INFO(size);
    const auto answer = window.replay();
    CHECK((answer.exit == 4 || answer.json["now"]["replayed"] == 0));
    CHECK(posted(window.pickup).size() == 1);
  }
}

TEST_CASE("messages.jsonl that lost whole lines, or all of them, was taken for a kill by replay and restore",
          "[hostile]") {
  const Window window;
  window.put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
  window.put("Queue/NTFS_2.EML", mail("two", "b@example.org"));
  window.evacuate();
  window.replay({"--limit", "1"});
  const auto details = window.recovery / "messages.jsonl";
  const auto whole = read(details), journal = read(window.recovery / "journal.jsonl");
  const auto closing = whole.rfind('\n', whole.size() - 2) + 1;
  const auto last = whole.rfind('\n', closing - 2) + 1;
  const auto length = GENERATE_COPY(std::size_t{0}, last, closing - 1);
  INFO(length << " of " << whole.size());
  write(details, whole.substr(0, length));
  const auto before = contents(window.mailroot);
  const std::string recovery = window.recovery.string(), mailroot = window.mailroot.string();
  const std::vector<std::vector<std::string>> verbs{
      {"replay", "--recovery", recovery, "--pickup", window.pickup.string(), "--no-probe", "drill"},
      {"replay", "-n", "--recovery", recovery, "--pickup", window.pickup.string(), "--no-probe", "drill"},
      {"replay", "--recovery", recovery, "--resolve", "sent", "Queue/NTFS_2.EML"},
      {"plan", "--recovery", recovery},
      {"restore", "--recovery", recovery, "--mailroot", mailroot, "--service", "none"},
      {"restore", "--held", "--recovery", recovery, "--mailroot", mailroot, "--service", "none"}};
  for (const auto& verb : verbs) {
    const auto answer = window.ask(verb);
    INFO(answer.out << answer.err);
    REQUIRE(answer.exit == 4);
    CHECK(answer.json["error"]["path"].get<std::string>().find("messages.jsonl") != std::string::npos);
    CHECK(answer.json["error"]["why"].get<std::string>().find("of the journal names a line") != std::string::npos);
  }
  CHECK(posted(window.pickup).size() == 1);
  CHECK(contents(window.mailroot) == before);
  CHECK(read(window.recovery / "journal.jsonl") == journal);
  CHECK(window.ask({"audit", "--recovery", recovery}).exit == 4);
  CHECK(window.see({"status", "--recovery", recovery}).out.find("DAMAGE: line ") != std::string::npos);
  const auto elsewhere = window.folder.path() / "elsewhere";
  CHECK(window.ask({"restore", "--recovery", recovery, "--mailroot", elsewhere.string()}).exit == 0);
  write(details, whole);
  CHECK(window.replay().json["replayed"] == 2);
}

}  // namespace
}  // namespace requeue::tests
