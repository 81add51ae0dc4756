// probe --smtp-log: the service hands the probe on, and its log says what the next hop answered.
#include <ctime>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/served.h"
#include "support/smtp_server.h"

namespace requeue::tests {
namespace {

using Names = std::vector<std::string>;

// An outbound session as the service logs it, `late` seconds from now: after the probe, whenever that is.
std::string session(const std::string& sender, const std::string& recipient, const std::string& answer,
                    int late = 600) {
  const std::time_t time = std::time(nullptr) + late;
  char when[32];
  std::strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", std::gmtime(&time));
  std::string out = "#Fields: date time c-ip cs-username cs-method cs-uri-query sc-status\r\n";
  const auto line = [&](const std::string& side, const std::string& words) {
    out += std::string(when) + " 192.0.2.9 OutboundConnection" + side + " " + words + " 0\r\n";
  };
  line("Response", "- 220+mx");
  line("Command", "MAIL FROM:<" + sender + ">+SIZE=900");
  line("Response", "- 250+ok");
  line("Command", "RCPT TO:<" + recipient + ">");
  line("Response", "- 250+ok");
  line("Command", "DATA -");
  line("Response", "- 354+go");
  line("Response", "- " + answer);
  line("Command", "QUIT -");
  line("Response", "- 221+bye");
  return out;
}

struct Probed : Served {
  Probed() : log(folder.path() / "ex261125.log") {
    put("Queue/NTFS_1.EML", mail("one", "a@example.org"));
    evacuate();
    REQUIRE(standin("start") == 0);
  }
  [[nodiscard]] Names command(Names more = {}) const {
    auto all = with_folders("probe");
    all.insert(all.end(), {"--from", "admin@example.com", "--to", "me@example.org", "--timeout", "5"});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  [[nodiscard]] Answer probe() const { return ask(command({"--smtp-log", log.string()})); }
  [[nodiscard]] Answer replay_after() const { return ask({"replay", "--recovery", recovery.string()}); }

  fs::path log;
};

}  // namespace

TEST_CASE("a probe that the next hop refuses has not passed, though it left the Mailroot") {
  const Probed window;
  write(window.log, session("admin@example.com", "me@example.org", "550+5.7.1+me@example.org+may+not"));
  const auto answer = window.probe();
  CHECK(answer.exit == 1);
  CHECK(answer.json["result"] == "rejected");
  CHECK(answer.json["next_hop"]["answer"] == "refused");
  CHECK(answer.json["next_hop"]["code"] == 550);
  CHECK(answer.json["next_hop"]["command"] == "DATA");
  CHECK(answer.json["next_hop"]["host"] == "192.0.2.9");
  CHECK(answer.json["next_hop"]["ambiguous"] == false);
  const auto journal = read(window.recovery / "journal.jsonl");
  CHECK(journal.find("\"next_hop\":{\"answer\":\"refused\",\"code\":550") != std::string::npos);
  CHECK(journal.find("me@example.org") == std::string::npos);
  const auto replay = window.replay_after();
  CHECK(replay.exit == 5);
  CHECK(replay.err.find("refused 550") != std::string::npos);
  CHECK(window.see({"status", "--recovery", window.recovery.string()}).out.find("refused 550") != std::string::npos);
  const auto seen = window.see(window.command({"--smtp-log", window.log.string()}));
  CHECK(seen.out.find("[failed] probe rejected") != std::string::npos);
  CHECK(seen.out.find("the next hop refused it (550 to DATA by 192.0.2.9") != std::string::npos);
}

TEST_CASE("a probe that the next hop puts off is stuck") {
  const Probed window;
  write(window.log, session("admin@example.com", "me@example.org", "451+later"));
  const auto answer = window.probe();
  CHECK(answer.exit == 1);
  CHECK(answer.json["result"] == "stuck");
  CHECK(answer.json["next_hop"]["answer"] == "deferred");
  CHECK(window.replay_after().exit == 5);
}

TEST_CASE("the next hop's yes is read out of a folder of rotated logs, one of them packed") {
  const Probed window;
  const auto logs = window.folder.path() / "logs";
  fs::create_directories(logs);
  // Begun in one file, ended in the next.
  const auto whole = session("admin@example.com", "me@example.org", "250+queued");
  const auto cut = whole.find("RCPT TO");
  const auto begin = whole.rfind('\n', cut) + 1;
  write(logs / "ex261125.log", whole.substr(0, begin));
  REQUIRE(run({"/bin/sh", {"-c", "gzip '" + (logs / "ex261125.log").string() + "'"}, {}}).exit == 0);
  write(logs / "ex261126.log", whole.substr(0, whole.find('\n') + 1) + whole.substr(begin));
  const auto answer = window.ask(window.command({"--smtp-log", logs.string()}));
  CHECK(answer.exit == 0);
  CHECK(answer.json["result"] == "delivered");
  CHECK(answer.json["next_hop"]["answer"] == "accepted");
  CHECK(window.replay_after().exit == 0);
}

TEST_CASE("answers before the probe, and to others, are not the probe's; silence is told and does not fail it") {
  const Probed window;
  write(window.log, session("admin@example.com", "me@example.org", "550+old", -3600) +
                        session("admin@example.com", "other@example.org", "550+other") +
                        session("boss@example.com", "me@example.org", "550+other"));
  const auto answer = window.probe();
  CHECK(answer.exit == 0);
  CHECK(answer.json["result"] == "delivered");
  CHECK(answer.json["next_hop"]["answer"] == "none");
  const auto seen = window.see(window.command({"--smtp-log", window.log.string()}));
  CHECK(seen.out.find("log: no answer of a next hop to it") != std::string::npos);
}

TEST_CASE("what may be the answer to another message is called ambiguous") {
  const Probed window;
  write(window.log, session("admin@example.com", "me@example.org", "550+no") +
                        session("admin@example.com", "me@example.org", "250+ok"));
  const auto answer = window.probe();
  CHECK(answer.exit == 1);
  CHECK(answer.json["next_hop"]["ambiguous"] == true);
  CHECK(answer.json["next_hop"]["answers"] == 2);
  CHECK(answer.err.find("another one of the same sender and recipient") != std::string::npos);
}

TEST_CASE("a probe with a log that cannot be read sends nothing") {
  const Probed window;
  const auto before = read(window.recovery / "journal.jsonl");
  CHECK(window.probe().exit == 2);
  CHECK(read(window.recovery / "journal.jsonl") == before);
  CHECK(fs::is_empty(window.deliver));
}

TEST_CASE("a probe by SMTP reads the log of the server that took it in") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  SmtpServer server;
  const auto log = window.folder.path() / "out.log";
  write(log, session("me@x.org", "you@one.org", "550+no"));
  const Names probe{"probe",      "--recovery",     window.recovery.string(),
                    "--smtp",     server.address(), "--from",
                    "me@x.org",   "--to",           "you@one.org",
                    "--smtp-log", log.string()};
  auto answer = window.ask(probe);
  CHECK(answer.exit == 1);
  CHECK(answer.json["result"] == "rejected");
  CHECK(answer.json["code"] == 250);
  CHECK(answer.json["next_hop"]["code"] == 550);
  CHECK(window.ask({"replay", "--recovery", window.recovery.string(), "--smtp", server.address()}).exit == 5);
  write(log, session("me@x.org", "you@one.org", "250+ok"));
  answer = window.ask(probe);
  CHECK(answer.exit == 0);
  CHECK(answer.json["next_hop"]["answer"] == "accepted");
}

}  // namespace requeue::tests
