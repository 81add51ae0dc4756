// Marks that were believed, or not understood: of copies of a Mailroot, in backups, and with odd paths in them; and
// restores that were still open when the record was closed.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/told.h"

namespace requeue::tests {
namespace {

fs::path mark_in(const fs::path& mailroot) {
  return mailroot / ".requeue-evacuation";
}

// As an evacuation leaves it that was killed before its first removal, or behind its last.
void leave_mark(const Window& window, const fs::path& mailroot, const std::string& path) {
  const auto journal = read(window.recovery / "journal.jsonl");
  const auto id = parse_object(journal.substr(0, journal.find('\n')))->at("recovery").get<std::string>();
  write(mark_in(mailroot), id + "\n" + path + "\n");
}

Words evacuation(const Window& window, const fs::path& mailroot, const std::string& recovery) {
  return {"evacuate",  "--recovery", (window.folder.path() / recovery).string(), "--mailroot", mailroot.string(),
          "--service", "none"};
}

// A restore that was killed behind `restoring`.
struct OpenRestore : Window {
  OpenRestore() {
    put("Queue/1.EML", mail("one", "a@example.org"));
    evacuate();
  }
  [[nodiscard]] Words restore() const {
    return of(*this, {"restore", "--mailroot", mailroot.string(), "--service", "none"});
  }
  void cut() const {
    REQUIRE(ask(restore()).exit == 0);
    cut_behind(*this, "restoring");
    fs::remove(mailroot / "Queue/1.EML");
    leave_mark(*this, mailroot, recovery.string());
  }
};

}  // namespace

TEST_CASE("a copy of a half-emptied Mailroot was taken once the first one was done, and both sent what stood in it",
          "[bent]") {
  const Window window;
  window.put("Queue/1.EML", mail("one", "a@example.org"));
  const auto copy = window.folder.path() / "copy";
  for (const auto* const name : {"Queue", "Pickup"}) fs::create_directories(copy / name);
  write(copy / "Queue/1.EML", mail("one", "a@example.org"));
  window.evacuate();
  leave_mark(window, copy, window.recovery.string());
  const auto answer = window.ask(evacuation(window, copy, "second"));
  CHECK(answer.exit == 5);
  CHECK(holds(answer.err, "--against"));
  const auto third = (window.folder.path() / "third").string();
  CHECK(window.ask({"adopt", "--backup", copy.string(), "--recovery", third}).exit == 5);
  CHECK(fs::exists(mark_in(copy)));
  // One that was put back in its place is one, too. Under another name it is the Mailroot itself.
  const auto renamed = window.folder.path() / "renamed";
  fs::rename(window.mailroot, renamed);
  fs::rename(copy, window.mailroot);
  CHECK(window.ask(evacuation(window, window.mailroot, "second")).exit == 5);
  fs::rename(renamed, copy);
  leave_mark(window, copy, window.recovery.string());
  CHECK(window.ask(evacuation(window, copy, "second")).exit == 0);
}

TEST_CASE("adopt removed a mark that held nobody up from the backup, and failed where that could only be read",
          "[bent]") {
  const Window window;
  window.put("Queue/1.EML", mail("one", "a@example.org"));
  REQUIRE(window.ask(of(window, {"snapshot", "--mailroot", window.mailroot.string(), "--service", "none"})).exit == 0);
  const auto& backup = window.mailroot;  // it is the same folder to the record
  leave_mark(window, backup, window.recovery.string());
  const auto second = (window.folder.path() / "second").string();
  CHECK(window.ask({"adopt", "--backup", backup.string(), "--recovery", second}).exit == 0);
  CHECK(fs::exists(mark_in(backup)));
}

TEST_CASE("a mark whose path has a byte that is no UTF-8, or ends in a blank, was never understood", "[bent]") {
  Window window;
  const auto [name, written] = GENERATE(table<std::string, std::string>({{"r\xff", "r\\xff"},
                                                                         {"r\\x41", "r\\\\x41"},
                                                                         {"r\\x41\xff", "r\\\\x41\\xff"},
                                                                         {"r ", "r "},
                                                                         {"r\x01", "r\\x01"}}));
  CAPTURE(written);
  window.recovery = window.folder.path() / name;
  window.put("Queue/1.EML", mail("one", "a@example.org"));
  window.evacuate();
  leave_mark(window, window.mailroot, (window.folder.path() / written).string());
  CHECK(window.ask(evacuation(window, window.mailroot, "second")).exit == 0);
  CHECK_FALSE(fs::exists(mark_in(window.mailroot)));
}

TEST_CASE("adopt looked past a Queue that is a link, and what stood behind it was sent twice", "[bent]") {
  const Window window;
  const auto backup = window.folder.path() / "backup";
  write(backup / "Queue/1.EML", mail("one", "a@example.org"));
  window.put("Queue/1.EML", mail("one", "a@example.org"));
  fs::rename(window.mailroot / "Queue", window.folder.path() / "queue");
  fs::create_directory_symlink(window.folder.path() / "queue", window.mailroot / "Queue");
  const auto pickup = (window.mailroot / "Pickup").string();
  const auto refused = window.ask(of(window, {"adopt", "--backup", backup.string(), "--pickup", pickup}));
  CHECK(refused.exit == 5);
  CHECK(holds(refused.err, "a link stands in place"));
  CHECK_FALSE(fs::exists(window.recovery));
  REQUIRE(window.ask(of(window, {"adopt", "--backup", backup.string()})).exit == 0);
  CHECK(window.ask(of(window, {"replay", "--no-probe", "test", "--pickup", pickup})).exit == 5);
  CHECK(posted(window.mailroot / "Pickup").empty());
}

TEST_CASE(
    "a record was sealed while a restore was open, and disposed of, and its copies stood in the Mailroot for ever",
    "[bent]") {
  const OpenRestore window;
  SECTION("before the seal") {
    window.cut();
    const auto answer = window.ask(of(window, {"seal"}));
    CHECK(answer.exit == 5);
    CHECK(holds(answer.err, "requeue restore"));
    REQUIRE(window.ask(window.restore()).exit == 0);
    CHECK(window.ask(of(window, {"seal"})).exit == 3);
  }
  SECTION("and its Mailroot is gone: then nobody can end it") {
    window.cut();
    fs::remove_all(window.mailroot);
    CHECK(holds(told(window, {"seal"}), "cannot be opened here"));
    const auto dispose = of(window, {"dispose", "--abandon", "test", "--confirm", this_server()});
    CHECK(window.ask(dispose).exit == 0);
  }
  SECTION("behind it") {
    REQUIRE(window.ask(of(window, {"seal"})).exit == 3);
    window.cut();
    CHECK(window.ask(of(window, {"dispose", "--abandon", "test", "--confirm", this_server()})).exit == 5);
    CHECK(fs::exists(window.recovery / "snapshot/data/mailroot/Queue/1.EML"));
  }
}

}  // namespace requeue::tests
