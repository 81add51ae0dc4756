// SMTP logs: the envelope where a session is certain, a warning where it is not, and who has the message already.
#include <algorithm>
#include <ctime>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

// One service log, a second between its lines, from the moment on at which the queue's mail arrived.
class Log {
 public:
  explicit Log(std::time_t start) : time_(start) {}

  Log& in(const std::string& method, const std::string& argument, int status = 250,
          const std::string& host = "10.0.0.1 dev") {
    return add(host, method, argument, status);
  }
  Log& session(const std::string& sender, const std::vector<std::string>& recipients, const std::string& id) {
    in("EHLO", "+dev").in("MAIL", "+FROM:+<" + sender + ">");
    for (const auto& recipient : recipients) in("RCPT", "+TO:+<" + recipient + ">");
    return in("DATA", "+<" + id + ">").in("QUIT", "dev", 240);
  }
  Log& delivered(const std::string& sender, const std::string& recipient, std::size_t size) {
    out("-", "220+mx").out("EHLO", "me").out("-", "250+mx");
    out("MAIL", "FROM:<" + sender + ">+SIZE=" + std::to_string(size)).out("-", "250+ok");
    out("RCPT", "TO:<" + recipient + ">").out("-", "250+ok").out("DATA", "-").out("-", "354+go");
    return out("-", "250+queued").out("QUIT", "-").out("-", "221+bye");
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Log& out(const std::string& method, const std::string& argument) {
    return add(std::string("192.0.2.9 OutboundConnection") + (method == "-" ? "Response" : "Command"), method, argument,
               0);
  }
  Log& add(const std::string& who, const std::string& method, const std::string& argument, int status) {
    char when[32];
    ++time_;
    std::strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", std::gmtime(&time_));
    text_ += std::string(when) + " " + who + " " + method + " - " + argument + " " + std::to_string(status) + "\r\n";
    return *this;
  }

  std::time_t time_;
  std::string text_ =
      "#Software: x\r\n#Fields: date time c-ip cs-username cs-method cs-uri-stem cs-uri-query sc-status\r\n";
};

std::string recipients_of(const std::vector<Posted>& all, const std::string& subject) {
  for (const auto& one : all) {
    if (one.content.find("Subject: " + subject + "\r\n") == std::string::npos) continue;
    std::string out = one.sender + " ->";
    for (const auto& recipient : one.recipients) out += " " + recipient;
    return out;
  }
  return "not sent";
}

std::string log_of(const Json& plan, const std::string& source) {
  for (const auto& one : plan.at("log")) {
    if (one["source"] == source) return one.dump();
  }
  return {};
}

}  // namespace

TEST_CASE("a log gives blind copies back where its session is certain, and warns where it is not") {
  const Window window;
  window.put("Queue/bcc.eml", mail("bcc", "ann@one.org"));
  window.put("Queue/list.eml", "List-Id: <l>\r\n" + mail("list", "list@one.org"));
  window.put("Queue/refused.eml", mail("refused", "ann@one.org, no@one.org"));
  window.put("Queue/mixed.eml", mail("mixed", "ann@one.org"));
  window.put("Queue/twice1.eml", mail("twice", "ann@one.org", "one"));
  window.put("Queue/twice2.eml", mail("twice", "ann@one.org", "two"));
  window.put("Queue/x.eml", "x-sender: s@x.org\r\nx-receiver: ann@one.org\r\n" + mail("x", "ann@one.org"));
  window.put("Queue/none.eml", mail("none", "ann@one.org"));
  window.evacuate();
  Log log(std::time(nullptr) - 86400);
  log.session("env@x.org", {"ann@one.org", "blind@two.org"}, "bcc@example.com");
  log.session("env@x.org", {"member@three.org"}, "list@example.com");
  log.in("MAIL", "+FROM:<env@x.org>").in("RCPT", "TO:<ann@one.org>").in("RCPT", "TO:<no@one.org>", 550);
  log.in("DATA", "+<refused@example.com>").in("QUIT", "-", 240);
  log.in("MAIL", "FROM:<a@x.org>").in("MAIL", "FROM:<b@x.org>").in("RCPT", "TO:<other@one.org>");
  log.in("DATA", "+<mixed@example.com>").in("DATA", "+<nobody@x>").in("QUIT", "-", 240);
  log.session("env@x.org", {"secret@two.org"}, "twice@example.com");
  log.session("env@x.org", {"ann@one.org", "more@two.org"}, "x@example.com");
  const auto folder = window.folder.path() / "logs";
  write(folder / "ex261124.log", log.text());
  write(folder / "readme.txt", "no log");
  const std::vector<std::string> with_log{"--smtp-log", folder.string()};
  auto plan = window.ask({"plan", "--recovery", window.recovery.string(), "--smtp-log", folder.string()});
  CHECK(plan.exit == 0);
  CHECK(log_of(plan.json, "Queue/bcc.eml").find("\"used\":true,\"adds\":[\"blind@two.org\"],\"takes\":[]") !=
        std::string::npos);
  CHECK(log_of(plan.json, "Queue/mixed.eml").find("\"ambiguous\",\"used\":false,\"adds\":[\"other@one.org\"]") !=
        std::string::npos);
  CHECK(log_of(plan.json, "Queue/twice1.eml").find("\"repeated\",\"used\":false,\"adds\":[\"secret@two.org\"]") !=
        std::string::npos);
  CHECK(log_of(plan.json, "Queue/x.eml").find("\"adds\":[\"more@two.org\"]") != std::string::npos);
  CHECK(log_of(plan.json, "Queue/none.eml").empty());
  CHECK(window.replay(with_log).exit == 0);
  const auto sent = posted(window.pickup);
  CHECK(recipients_of(sent, "bcc") == "env@x.org -> ann@one.org blind@two.org");
  CHECK(recipients_of(sent, "list") == "env@x.org -> member@three.org");
  CHECK(recipients_of(sent, "refused") == "env@x.org -> ann@one.org");
  CHECK(recipients_of(sent, "mixed") == "sender@example.com -> ann@one.org");
  CHECK(recipients_of(sent, "twice") == "sender@example.com -> ann@one.org");
  CHECK(recipients_of(sent, "x") == "s@x.org -> ann@one.org");
  const auto journal = read(window.recovery / "journal.jsonl");
  for (const auto* const personal : {"two.org", "three.org", "other@one.org"}) {
    CHECK(journal.find(personal) == std::string::npos);
  }
  CHECK(read(window.recovery / "messages.jsonl").find("\"refused\":[\"no@one.org\"]") != std::string::npos);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).json["rederived"]["different"] == 0);
}

TEST_CASE("who has it by the outbound log is told, and left out only with --trust-log") {
  const Window window;
  const auto part = mail("part", "ann@one.org, bob@two.org");
  const auto all = mail("all", "ann@one.org");
  const auto alike = mail("alike1", "dan@four.org");
  window.put("Queue/part.eml", part);
  window.put("Queue/all.eml", all + std::string(4000, 'x'));
  window.put("Queue/alike1.eml", alike);
  window.put("Queue/alike2.eml", mail("alike2", "dan@four.org"));
  window.put("Queue/size.eml", mail("size", "eve@five.org"));
  window.evacuate();
  Log log(std::time(nullptr));
  log.delivered("sender@example.com", "bob@two.org", part.size());
  log.delivered("sender@example.com", "ann@one.org", all.size() + 4000);
  log.delivered("sender@example.com", "dan@four.org", alike.size());
  log.delivered("sender@example.com", "eve@five.org", 99999);
  const auto file = window.folder.path() / "out.log";
  write(file, log.text());
  auto plan = window.ask({"plan", "--recovery", window.recovery.string(), "--smtp-log", file.string()});
  CHECK(plan.json["replay"] == 5);
  CHECK(log_of(plan.json, "Queue/part.eml").find("\"delivered\":[\"bob@two.org\"]") != std::string::npos);
  CHECK(plan.json["log"].size() == 2);  // two alike, another size: no evidence
  const auto answer = window.replay({"--smtp-log", file.string(), "--trust-log"});
  CHECK(answer.json["skipped"] == 1);
  CHECK(answer.json["replayed"] == 4);
  const auto sent = posted(window.pickup);
  CHECK(recipients_of(sent, "part") == "sender@example.com -> ann@one.org");
  CHECK(recipients_of(sent, "all") == "not sent");
  CHECK(recipients_of(sent, "alike2") == "sender@example.com -> dan@four.org");
  CHECK(recipients_of(sent, "size") == "sender@example.com -> eve@five.org");
}

TEST_CASE("one delivery accounted for two messages whose recipient only the log knew") {
  const Window window;
  const auto one = mail("one", "list@one.org");
  window.put("Queue/one.eml", one);
  window.put("Queue/two.eml", mail("two", "list@one.org"));
  window.evacuate();
  Log log(std::time(nullptr));
  log.session("sender@example.com", {"bob@two.org"}, "one@example.com");
  log.session("sender@example.com", {"bob@two.org"}, "two@example.com");
  log.delivered("sender@example.com", "bob@two.org", one.size());
  const auto file = window.folder.path() / "out.log";
  write(file, log.text());
  const auto answer = window.replay({"--smtp-log", file.string(), "--trust-log"});
  CHECK(answer.json["skipped"] == 0);
  const auto sent = posted(window.pickup);
  CHECK(recipients_of(sent, "one") == "sender@example.com -> bob@two.org");
  CHECK(recipients_of(sent, "two") == "sender@example.com -> bob@two.org");
}

TEST_CASE("packed logs are read as they stand, several members too, in the order of their names") {
  const Window window;
  window.put("Queue/bcc.eml", mail("bcc", "ann@one.org"));
  window.put("Queue/other.eml", mail("other", "ann@one.org"));
  window.evacuate();
  Log first(std::time(nullptr) - 86400);
  first.session("env@x.org", {"ann@one.org", "blind@two.org"}, "bcc@example.com");
  Log second(std::time(nullptr) - 86000);
  second.session("env@x.org", {"ann@one.org", "more@two.org"}, "other@example.com");
  const auto folder = window.folder.path() / "logs";
  write(folder / "one", first.text());
  write(folder / "two", second.text());
  const auto gzip = [&](const std::string& name) {
    REQUIRE(run({"/bin/gzip", {(folder / name).string()}, {}}).exit == 0);
    return read(folder / (name + ".gz"));
  };
  const auto both = gzip("one") + gzip("two");
  fs::remove_all(folder);
  write(folder / "ex1.log.gz", both);
  CHECK(window.replay({"--smtp-log", folder.string()}).exit == 0);
  const auto sent = posted(window.pickup);
  CHECK(recipients_of(sent, "bcc") == "env@x.org -> ann@one.org blind@two.org");
  CHECK(recipients_of(sent, "other") == "env@x.org -> ann@one.org more@two.org");
}

TEST_CASE("a packed log that is cut is refused") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  Log log(std::time(nullptr) - 86400);
  for (int i = 0; i < 200; ++i) log.session("env@x.org", {"ann@one.org"}, std::to_string(i) + "@example.com");
  const auto path = window.folder.path() / "a";
  write(path, log.text());
  REQUIRE(run({"/bin/gzip", {path.string()}, {}}).exit == 0);
  const auto packed = read(path.string() + ".gz");
  const auto cut = window.folder.path() / "cut.log";
  write(cut, packed.substr(0, packed.size() - 9));
  const auto answer = window.replay({"--smtp-log", cut.string()});
  CHECK(answer.exit == 2);
  CHECK(answer.json["error"]["why"] == "it ends in the middle");
}

TEST_CASE("a log that cannot be read is refused, not passed over") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  const auto folder = window.folder.path() / "logs";
  const auto refused = [&](const std::string& path) {
    const auto answer = window.replay({"--smtp-log", path});
    CHECK(answer.exit == 2);
    return answer.json["error"]["why"].get<std::string>();
  };
  fs::create_directories(folder);
  CHECK(refused(folder.string()) == "no file in this folder is named *.log");
  CHECK(refused((folder / "none.log").string()) == "there is none");
  write(folder / "a.log.gz", "\x1F\x8B\x08");
  CHECK(refused(folder.string()) == "it ends in the middle");
  write(folder / "a.log", std::string("PK\x03\x04 and so on"));
  CHECK(refused((folder / "a.log").string()) == "it is a ZIP file");
  write(folder / "a.log", std::string("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\x03garbage that is no deflate", 36));
  CHECK(refused((folder / "a.log").string()).find("invalid") != std::string::npos);
  write(folder / "b.log", "");
  CHECK(refused((folder / "b.log").string()) == "it is empty");
  CHECK(window.replay({"--trust-log"}).exit == 2);
  CHECK(posted(window.pickup).empty());
}

}  // namespace requeue::tests
