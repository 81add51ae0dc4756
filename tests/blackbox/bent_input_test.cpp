// What an attack bent so that mail went astray: paths, Pickups, addresses and forms that were believed.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/told.h"
#include "core/digest.h"
#include "files/files.h"
#include "support/smtp_server.h"

namespace requeue::tests {
namespace {

Words elsewhere(const Window& window, const fs::path& target) {
  return of(window, {"restore", "--mailroot", target.string(), "--service", "none"});
}

}  // namespace

TEST_CASE("--envelopes with --target plain was recorded as sent to them, and went to those in the header", "[bent]") {
  const Window window;
  window.put("Queue/1.EML", mail("one", "wrong@example.org"));
  window.evacuate();
  const auto file = window.folder.path() / "e.csv";
  write(file, "source,sender,recipients\r\nQueue/1.EML,me@example.org,right@example.org\r\n");
  CHECK(window.replay({"--target", "plain", "--envelopes", file.string()}).exit == 2);
  const auto plan = window.folder.path() / "p.csv";
  REQUIRE(window.ask(of(window, {"plan", "--out", plan.string()})).exit == 0);
  CHECK(window.replay({"--target", "plain", "--plan", plan.string(), "-n"}).exit == 0);
  auto text = read(plan);
  const std::string wrong = "wrong@example.org";
  for (auto at = text.find(wrong); at != std::string::npos; at = text.find(wrong)) text.replace(at, 5, "right");
  write(plan, text);
  CHECK(window.replay({"--target", "plain", "--plan", plan.string()}).exit == 2);
  CHECK(contents(window.pickup).empty());
}

TEST_CASE("a word that a message was not sent was taken while it stood in a Mailroot whose path needs escaping",
          "[bent]") {
  Window window;
  window.mailroot = window.folder.path() / "w\\x64root";
  for (const auto* const folder : {"Queue", "Pickup", "Drop", "Badmail"}) {
    fs::create_directories(window.mailroot / folder);
  }
  const auto message = mail("one", "a@example.org");
  window.put("Queue/1.EML", message);
  window.evacuate();
  // What is to be pasted is the folder itself, not as the record writes it.
  CHECK(holds(told(window, {"status"}), "requeue restore --recovery " + window.recovery.string() + " --mailroot '" +
                                            window.mailroot.string() + "'"));
  SmtpServer server;
  server.answer(".", "");
  const Words replay{"replay", "--smtp", server.address(), "--smtp-tls", "off", "--no-probe", "test"};
  REQUIRE(window.ask(of(window, replay)).exit == 8);
  window.put("Queue/1.EML", message);
  CHECK(window.ask(of(window, {"replay", "--resolve", "not-sent", "Queue/1.EML"})).exit == 5);
  fs::remove(window.mailroot / "Queue/1.EML");
  CHECK(window.ask(of(window, {"replay", "--resolve", "not-sent", "Queue/1.EML"})).exit == 0);
}

TEST_CASE("after a word on a message the named replay forgot the plan file, and would have sent what that held",
          "[bent]") {
  const Window window;
  for (const auto* const name : {"1", "2"})
    window.put(std::string("Queue/") + name + ".EML", mail(name, "a@example.org"));
  window.evacuate();
  const auto plan = window.folder.path() / "p.csv";
  REQUIRE(window.ask(of(window, {"plan", "--out", plan.string()})).exit == 0);
  auto text = read(plan);
  const auto line = text.find("Queue/2.EML");
  text.replace(text.find("replay", line), 6, "hold");
  write(plan, text);
  SmtpServer server;
  server.answer(".", "");
  const Words replay{"replay", "--smtp",      server.address(), "--smtp-tls", "off",
                     "--plan", plan.string(), "--no-probe",     "test"};
  REQUIRE(window.ask(of(window, replay)).exit == 8);
  const auto said = told(window, {"replay", "--resolve", "not-sent", "Queue/1.EML"});
  const auto next = said.substr(said.find("Next: "));
  CHECK((holds(next, "requeue plan") || holds(next, "--plan")));
}

TEST_CASE("refused recipients were told by the replay alone", "[bent]") {
  const Window window;
  window.put("Queue/1.EML", mail("one", "a@example.org, bad@example.org"));
  window.evacuate();
  SmtpServer server;
  server.answer("RCPT TO:<bad@example.org>", "550 5.1.1 no such user");
  const Words replay{"replay", "--smtp", server.address(), "--smtp-tls", "off", "--no-probe", "test"};
  REQUIRE(window.ask(of(window, replay)).exit == 3);
  CHECK(holds(told(window, {"status"}), "1 recipient refused"));
  CHECK(holds(told(window, {"audit"}), "refused by an SMTP server"));
  CHECK(holds(told(window, {"seal"}), "1 recipient refused"));
}

TEST_CASE("a Pickup that is none was handed mail, which nobody would ever send", "[bent]") {
  const Window window;
  const auto backup = window.folder.path() / "backup";
  write(backup / "Queue/1.EML", mail("one", "a@example.org"));
  const auto other = window.folder.path() / "Other";
  for (const auto* const folder : {"Queue", "Pickup/sub", "Drop", "Badmail"}) fs::create_directories(other / folder);
  REQUIRE(window.ask(of(window, {"adopt", "--backup", backup.string()})).exit == 0);
  for (const auto* const name : {"Drop", "Badmail", "Queue", "Pickup/sub", "."}) {
    INFO(name);
    const auto pickup = (other / name).string();
    CHECK(window.ask(of(window, {"replay", "--no-probe", "test", "--pickup", pickup})).exit == 5);
    const auto second = (window.folder.path() / "second").string();
    CHECK(window.ask({"adopt", "--backup", backup.string(), "--recovery", second, "--pickup", pickup}).exit == 5);
    CHECK_FALSE(fs::exists(second));
  }
  // Where nothing but its name speaks against it, a person is believed.
  const auto many = window.folder.path() / "Pickup/vs1";
  fs::create_directories(many);
  CHECK(window.ask(of(window, {"replay", "--no-probe", "test", "--pickup", many.string(), "-n"})).exit == 0);
  CHECK(window.ask(of(window, {"replay", "--no-probe", "test", "--pickup", (other / "Pickup").string()})).exit == 0);
}

TEST_CASE("The Pickup that adopt was given is the one that replay hands to, whatever bytes its path has", "[bent]") {
  const Window window;
  const auto backup = window.folder.path() / "backup";
  write(backup / "Queue/1.EML", mail("one", "a@example.org"));
  const auto other = window.folder.path() / "w\\x64root";
  for (const auto* const folder : {"Queue", "Pickup"}) fs::create_directories(other / folder);
  const auto pickup = other / "Pickup";
  REQUIRE(window.ask(of(window, {"adopt", "--backup", backup.string(), "--pickup", pickup.string()})).exit == 0);
  CHECK(window.ask(of(window, {"replay", "--no-probe", "test"})).exit == 0);
  CHECK(posted(pickup).size() == 1);
}

TEST_CASE("a mark that a killed restore left behind its last step held up every other evacuation, and nobody said so",
          "[bent]") {
  const Window window;
  window.put("Queue/1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto journal = read(window.recovery / "journal.jsonl");
  const auto id = parse_object(journal.substr(0, journal.find('\n')))->at("recovery").get<std::string>();
  const auto mark = window.mailroot / ".requeue-evacuation";
  write(mark, id + "\n" + window.recovery.string() + "\n");
  CHECK_FALSE(holds(window.see({"inspect", window.mailroot.string()}).out, "cut short"));
  const auto second = (window.folder.path() / "second").string();
  const Words evacuate{"evacuate", "--recovery", second, "--mailroot", window.mailroot.string(), "--service", "none"};
  auto rehearsal = evacuate;
  rehearsal.emplace_back("-n");
  CHECK(window.ask(rehearsal).exit == 0);
  CHECK(fs::exists(mark));
  CHECK(window.ask(evacuate).exit == 0);
  CHECK_FALSE(fs::exists(mark));
  // One whose record cannot be read stays.
  write(mark, "0123456789abcdef\n" + window.recovery.string() + "\n");
  const Words third{
      "evacuate",  "--recovery", (window.folder.path() / "third").string(), "--mailroot", window.mailroot.string(),
      "--service", "none"};
  CHECK(window.ask(third).exit == 5);
  CHECK(fs::exists(mark));
}

TEST_CASE("The mark of an evacuation that is open holds up every other one, though its record can be read", "[bent]") {
  const Window window;
  const auto message = mail("one", "a@example.org");
  window.put("Queue/1.EML", message);
  window.evacuate();
  cut_behind(window, "removing");
  window.put("Queue/1.EML", message);
  const auto journal = read(window.recovery / "journal.jsonl");
  const auto id = parse_object(journal.substr(0, journal.find('\n')))->at("recovery").get<std::string>();
  const auto mark = window.mailroot / ".requeue-evacuation";
  write(mark, id + "\n" + window.recovery.string() + "\n");
  const Words evacuate{
      "evacuate",  "--recovery", (window.folder.path() / "second").string(), "--mailroot", window.mailroot.string(),
      "--service", "none"};
  CHECK(window.ask(evacuate).exit == 5);
  CHECK(fs::exists(mark));
  CHECK(holds(window.see({"inspect", window.mailroot.string()}).out, "cut short"));
}

TEST_CASE("Of two copies that were not sent both are put back, whatever else was sent", "[bent]") {
  const Window window;
  for (const auto* const name : {"1", "2"})
    window.put(std::string("Queue/") + name + ".EML", mail("same", "a@example.org"));
  window.put("Queue/3.EML", mail("other", "a@example.org"));
  window.evacuate();
  REQUIRE(window.replay({"--message", "Queue/3.EML"}).json["replayed"] == 1);
  const auto restored = window.ask(of(window, {"restore", "--service", "none"}));
  CHECK(restored.json["restored"] == 2);
  CHECK(restored.json["left_out"] == 1);
}

TEST_CASE("a plan file with a message that could not be read was refused, with a hint to write a null sender",
          "[bent]") {
  const Window window;
  for (const auto* const name : {"1", "2"})
    window.put(std::string("Queue/") + name + ".EML", mail(name, "a@example.org"));
  window.evacuate();
  fs::remove(window.recovery / "snapshot/data/mailroot/Queue/1.EML");
  const auto file = window.folder.path() / "p.csv";
  window.ask(of(window, {"plan", "--out", file.string()}));
  const auto answer = window.replay({"--plan", file.string()});
  CHECK(answer.exit == window.replay().exit);
  CHECK(answer.json["replayed"] == 1);
  CHECK(answer.json["failed"] == 1);
  // Of one that can be read the cells were not empty.
  const Window other;
  other.put("Queue/1.EML", mail("1", "a@example.org"));
  other.evacuate();
  REQUIRE(other.ask(of(other, {"plan", "--out", file.string()})).exit == 0);
  const auto text = read(file);
  const auto sha256 = sha256_hex(mail("1", "a@example.org"));
  REQUIRE(holds(text, sha256));
  write(file, "source,sha256,disposition,rule,envelope_sender,envelope_recipients\r\nQueue/1.EML," + sha256 +
                  ",replay,replay,,\r\n");
  CHECK(other.replay({"--plan", file.string()}).exit == 2);
}

TEST_CASE("the replay named after a probe by SMTP left out the envelopes of the one that it goes on with", "[bent]") {
  const Window window;
  for (const auto* const name : {"1", "2"})
    window.put(std::string("Queue/") + name + ".EML", mail(name, "a@example.org"));
  window.evacuate();
  const auto file = window.folder.path() / "e.csv";
  write(file, "source,sender,recipients\r\nQueue/2.EML,me@example.org,right@example.org\r\n");
  REQUIRE(window.replay({"--limit", "1", "--envelopes", file.string()}).json["replayed"] == 1);
  const SmtpServer server;
  const auto said = told(window, {"probe", "--smtp", server.address(), "--smtp-tls", "off", "--from", "a@example.org",
                                  "--to", "b@example.org"});
  CHECK(holds(said.substr(said.find("Next: ")), "--envelopes"));
}

TEST_CASE("a folder or an enormous file in place of a tag file or of the seal was no damage, but a failure", "[bent]") {
  const Window window;
  window.put("Queue/1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const std::string tag = GENERATE("bagit.txt", "files.jsonl", "manifest-sha256.txt", "tagmanifest-sha256.txt");
  INFO(tag);
  fs::remove(window.recovery / "snapshot" / tag);
  fs::create_directory(window.recovery / "snapshot" / tag);
  for (const auto* const verb : {"audit", "verify"}) {
    INFO(verb);
    CHECK(window.ask(of(window, {verb})).exit == 4);
  }
}

TEST_CASE("two restores into one folder took each other's files for their own", "[bent]") {
  const Window window;
  window.put("Queue/1.EML", mail("one", "a@example.org"));
  window.evacuate();
  const auto target = window.folder.path() / "elsewhere";
  fs::create_directory(target);
  const auto tree = files::real_files()->open(target);
  REQUIRE(tree);
  {
    const auto lock = (*tree)->lock();
    REQUIRE(lock);
    CHECK(window.ask(elsewhere(window, target)).exit == 6);
  }
  CHECK(window.ask(elsewhere(window, target)).exit == 0);
}

TEST_CASE("audit was silent of a last line that was cut off both files", "[bent]") {
  const Window window;
  window.put("Queue/1.EML", mail("one", "a@example.org"));
  window.evacuate();
  CHECK_FALSE(holds(told(window, {"audit"}), "head that the last run ended with"));
  const auto path = window.recovery / "messages.jsonl";
  const auto text = read(path);
  write(path, text.substr(0, text.rfind('\n', text.size() - 2) + 1));
  CHECK(holds(told(window, {"audit"}), "head that the last run ended with"));
}

}  // namespace requeue::tests
