// replay --smtp: who gets what, what each answer makes of a message, and that nothing is sent twice by any two ways.
#include <algorithm>
#include <csignal>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/live.h"
#include "blackbox/record.h"
#include "blackbox/window.h"
#include "support/smtp_server.h"

namespace requeue::tests {
namespace {

Answer smtp_replay(const Window& window, const SmtpServer& server, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"replay", "--recovery", window.recovery.string(), "--smtp", server.address()};
  const bool probed = std::find(more.begin(), more.end(), "--probed") != more.end();
  if (probed) {
    std::erase(more, "--probed");
  } else {
    arguments.insert(arguments.end(), {"--no-probe", "drill"});
  }
  arguments.insert(arguments.end(), more.begin(), more.end());
  return window.ask(arguments);
}

Answer audit(const Window& window) {
  return window.ask({"audit", "--recovery", window.recovery.string()});
}

std::vector<std::string> subjects(const SmtpServer& server) {
  std::vector<std::string> out;
  for (const auto& one : server.taken()) {
    const auto begin = one.data.find("Subject: ") + 9;
    out.push_back(one.data.substr(begin, one.data.find("\r\n", begin) - begin));
  }
  std::sort(out.begin(), out.end());
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("by SMTP each message goes once, with its envelope beside it and its bytes as they were") {
  const Window window;
  window.put("Queue/a.eml", "x-sender: env@x.org\r\nx-receiver: blind@y.org\r\nX-Receiver: <c@y.org>\r\n" +
                                mail("a", "ann@one.org", ".dot\r\n..two\r\n"));
  window.put("Queue/b.eml", "Bcc: hidden@one.org\nFrom: b@x.org\nTo: ann@one.org\nSubject: b\n\nbare\nline ends");
  window.put("Pickup/p.txt", "x-sender: p@x.org\r\nx-receiver: q@y.org\r\n" + mail("p", "no@one.org", "..stuffed\r\n"));
  window.put("Queue/null.eml", "x-sender: <>\r\nx-receiver: ann@one.org\r\n" + mail("null", "ann@one.org"));
  window.evacuate();
  const SmtpServer server;
  auto answer = smtp_replay(window, server, {"--bounces", "replay"});
  CHECK(answer.exit == 0);
  CHECK(answer.json["replayed"] == 4);
  CHECK(answer.json["smtp"]["refused_recipients"] == 0);
  CHECK(server.connections() == 1);
  REQUIRE(subjects(server) == Names{"a", "b", "null", "p"});
  for (const auto& one : server.taken()) {
    if (one.data.find("Subject: a\r\n") != std::string::npos) {
      CHECK(one.sender == "env@x.org");
      CHECK(one.recipients == Names{"blind@y.org", "c@y.org"});
      CHECK(one.data == mail("a", "ann@one.org", ".dot\r\n..two\r\n"));
    } else if (one.data.find("Subject: b\r\n") != std::string::npos) {
      CHECK(one.recipients == Names{"ann@one.org", "hidden@one.org"});
      CHECK(one.data == "From: b@x.org\r\nTo: ann@one.org\r\nSubject: b\r\n\r\nbare\r\nline ends\r\n");
    } else if (one.data.find("Subject: p\r\n") != std::string::npos) {
      CHECK(one.sender == "p@x.org");
      CHECK(one.recipients == Names{"q@y.org"});
      CHECK(one.data == mail("p", "no@one.org", ".stuffed\r\n"));
    } else {
      CHECK(one.sender.empty());
    }
  }
  const auto checked = audit(window);
  CHECK(checked.exit == 0);
  CHECK(checked.json["rederived"]["checked"] == 4);
  CHECK(checked.json["rederived"]["different"] == 0);
  // Again by SMTP, and into a Pickup: it has gone.
  CHECK(smtp_replay(window, server).json["now"]["replayed"] == 0);
  CHECK(window.replay().json["now"]["replayed"] == 0);
  CHECK(posted(window.pickup).empty());
  CHECK(server.taken().size() == 4);
}

TEST_CASE("what went into Pickup is never sent by SMTP, nor a copy of it") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "ann@one.org"));
  window.put("Queue/copy.eml", mail("a", "ann@one.org"));
  window.evacuate();
  CHECK(window.replay({"--limit", "1"}).json["now"]["replayed"] == 1);
  const SmtpServer server;
  const auto answer = smtp_replay(window, server);
  CHECK(answer.json["replayed"] == 2);
  CHECK(answer.json["duplicate"] == 1);
  CHECK(subjects(server).size() == 1);
  CHECK(audit(window).exit == 0);
}

TEST_CASE("a recipient who is refused is named, the others get the message, and nobody is asked twice") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org, bad@one.org"));
  window.put("Queue/none.eml", mail("none", "bad@one.org"));
  window.evacuate();
  SmtpServer server;
  server.answer("RCPT TO:<bad@one.org>", "550 5.1.1 no such user");
  auto answer = smtp_replay(window, server);
  CHECK(answer.exit == 1);  // one message could not be sent at all
  CHECK(answer.json["replayed"] == 1);
  CHECK(answer.json["failed"] == 1);
  CHECK(answer.json["smtp"]["refused"] == Json::parse(R"([{"source": "Queue/a.eml", "recipients": 1}])"));
  CHECK(answer.err.find("bad@one.org: 550 5.1.1 no such user") != std::string::npos);
  REQUIRE(server.taken().size() == 1);
  CHECK(server.taken()[0].recipients == Names{"ann@one.org"});
  CHECK(read(window.recovery / "journal.jsonl").find("bad@one.org") == std::string::npos);
  CHECK(read(window.recovery / "messages.jsonl").find("no such user") != std::string::npos);
  CHECK(audit(window).json["rederived"]["different"] == 0);
  server.behave();
  answer = smtp_replay(window, server);
  CHECK(answer.json["now"]["replayed"] == 1);
  CHECK(subjects(server) == Names{"a", "none"});
}

TEST_CASE("refused recipients alone make exit 3, and are told of again later") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org, bad@one.org"));
  window.evacuate();
  SmtpServer server;
  server.answer("RCPT TO:<bad@one.org>", "550 5.1.1 no such user");
  CHECK(smtp_replay(window, server).exit == 3);
  const auto plan = window.ask({"plan", "--recovery", window.recovery.string()});
  CHECK(plan.json["notes"].dump().find("1 recipient") != std::string::npos);
  const auto file = window.folder.path() / "m.jsonl";
  window.ask({"report", "--recovery", window.recovery.string(), "--jsonl", file.string()});
  const auto record = Json::parse(read(file));
  CHECK(record["written_name"] == "");
  CHECK(record["smtp"]["server"] == server.address());
  CHECK(record["smtp"]["refused"][0]["recipient"] == "bad@one.org");
  CHECK(record["smtp"]["answer"]["text"] == "2.0.0 taken as 4711");
  CHECK(record["envelope_recipients"] == Json::parse(R"(["ann@one.org"])"));
  window.ask({"report", "--recovery", window.recovery.string(), "--jsonl", file.string(), "--redact"});
  CHECK(read(file).find("bad@one.org") == std::string::npos);
  CHECK(read(file).find("4711") == std::string::npos);
}

TEST_CASE("a recipient who is put off keeps the message for the next run, for all of its recipients") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org, later@one.org"));
  window.evacuate();
  SmtpServer server;
  server.answer("RCPT TO:<later@one.org>", "450 4.7.1 greylisted");
  auto answer = smtp_replay(window, server);
  CHECK(answer.exit == 1);
  CHECK(answer.json["failed"] == 1);
  CHECK(server.taken().empty());
  server.behave();
  answer = smtp_replay(window, server);
  CHECK(answer.exit == 0);
  REQUIRE(server.taken().size() == 1);
  CHECK(server.taken()[0].recipients.size() == 2);
}

TEST_CASE("no answer to a message is a doubt, ends the run, and is never sent again by itself") {
  for (const auto* const at : {".", "BODY"}) {
    const Window window;
    window.put("Queue/a.eml", mail("a", "ann@one.org"));
    window.put("Queue/b.eml", mail("b", "ann@one.org"));
    window.evacuate();
    SmtpServer server;
    server.answer(at, "");
    auto answer = smtp_replay(window, server);
    INFO(at);
    CHECK(answer.exit == 8);
    CHECK(answer.json["in_doubt"] == 1);
    CHECK(answer.json["pending"] == 1);
    CHECK(answer.json["in_doubt_messages"][0]["rule"] == "smtp_unanswered");
    CHECK(server.connections() == 1);
    server.behave();
    answer = smtp_replay(window, server);
    CHECK(answer.exit == 8);
    CHECK(answer.json["now"]["replayed"] == 1);
    const auto names = subjects(server);
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    CHECK(audit(window).json["balance"]["in_doubt"] == 1);
    // By a person's word it goes out at last.
    const auto source = answer.json["in_doubt_messages"][0]["source"].get<std::string>();
    window.ask({"replay", "--recovery", window.recovery.string(), "--resolve", "not-sent", source});
    server.forget();
    CHECK(smtp_replay(window, server).exit == 0);
    CHECK(server.taken().size() == 1);
    CHECK(audit(window).exit == 0);
  }
}

TEST_CASE("a connection that breaks before anything of a message went out is no doubt") {
  for (const auto* const at : {"MAIL", "RCPT", "DATA"}) {
    const Window window;
    window.put("Queue/a.eml", mail("a", "ann@one.org"));
    window.evacuate();
    SmtpServer server;
    server.answer(at, "");
    auto answer = smtp_replay(window, server);
    INFO(at);
    CHECK(answer.exit == 1);
    CHECK(answer.json["failed"] == 1);
    CHECK(answer.json["in_doubt"] == 0);
    server.behave();
    CHECK(smtp_replay(window, server).exit == 0);
    CHECK(server.taken().size() == 1);
    CHECK(audit(window).exit == 0);
  }
}

TEST_CASE("a server that closes after some messages is connected to again") {
  const Window window;
  for (const auto* const name : {"a", "b", "c", "d", "e"}) {
    window.put(std::string("Queue/") + name + ".eml", mail(name, "ann@one.org"));
  }
  window.evacuate();
  SmtpServer server;
  server.close_after(2);
  CHECK(smtp_replay(window, server).exit == 0);
  CHECK(subjects(server) == Names{"a", "b", "c", "d", "e"});
  CHECK(server.connections() == 3);
}

TEST_CASE("a server that puts everything off is not asked for ever") {
  const Window window;
  for (int i = 0; i < 14; ++i) window.put("Queue/" + std::to_string(i) + ".eml", mail(std::to_string(i), "a@one.org"));
  window.evacuate();
  SmtpServer server;
  server.answer("MAIL", "452 4.3.1 full");
  const auto answer = smtp_replay(window, server);
  CHECK(answer.json["failed"] == 10);
  CHECK(answer.json["pending"] == 4);
  CHECK(answer.json["smtp"]["stopped"] == true);
}

TEST_CASE("the message's own refusal is known not to be a delivery") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  SmtpServer server;
  server.answer(".", "554 5.7.1 spam");
  CHECK(smtp_replay(window, server).json["failed"] == 1);
  CHECK(smtp_replay(window, server).json["failed"] == 1);
  CHECK(server.taken().empty());
  server.behave();
  CHECK(smtp_replay(window, server).json["replayed"] == 1);
  CHECK(audit(window).exit == 0);
}

TEST_CASE("everything is refused before a run opens: no server, no TLS, no probe this way, options that do not go") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  const auto before = read(window.recovery / "journal.jsonl");
  const SmtpServer server;
  const auto r = window.recovery.string();
  CHECK(window.ask({"replay", "--recovery", r, "--smtp", "127.0.0.1:1", "--no-probe", "x"}).exit == 5);
  CHECK(window.ask({"replay", "--recovery", r, "--smtp", server.address()}).exit == 5);
  CHECK(smtp_replay(window, server, {"--smtp-tls", "required"}).exit == 5);
  for (const Names& wrong : {Names{"--pickup", window.pickup.string()},
                             {"--target", "plain"},
                             {"--wait"},
                             {"--stop-on-badmail", "1"},
                             {"--smtp-tls", "perhaps"}}) {
    CHECK(smtp_replay(window, server, wrong).exit == 2);
  }
  CHECK(window.ask({"replay", "--recovery", r, "--smtp", "nowhere", "--no-probe", "x"}).exit == 2);
  CHECK(window.ask({"replay", "--recovery", r, "--smtp-tls", "off", "--no-probe", "x"}).exit == 2);
  CHECK(window.ask({"plan", "--recovery", r, "--target", "smtp"}).exit == 2);
  const auto secret = window.folder.path() / "secret";
  write(secret, "user\n");
  CHECK(smtp_replay(window, server, {"--smtp-auth", secret.string()}).exit == 2);
  write(secret, "user\npassword\n");
  const auto no_auth = smtp_replay(window, server, {"--smtp-auth", secret.string()});
  CHECK(no_auth.exit == 5);
  CHECK(no_auth.err.find("password\n") == std::string::npos);
  CHECK(read(window.recovery / "journal.jsonl") == before);
  CHECK(server.taken().empty());
}

TEST_CASE("a probe by SMTP counts for a replay by SMTP, and for no other; what the server says is told") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  SmtpServer server;
  const Names probe{"probe", "--recovery", window.recovery.string(), "--smtp", server.address(), "--from", "me@x.org",
                    "--to",  "you@one.org"};
  server.answer("RCPT", "550 5.7.1 you@one.org may not");
  auto answer = window.ask(probe);
  CHECK(answer.exit == 1);
  CHECK(answer.json["result"] == "rejected");
  CHECK(answer.json["answer"] == "5.7.1 you@one.org may not");
  CHECK(smtp_replay(window, server, {"--probed"}).exit == 5);
  server.answer("RCPT", "250 yes");
  server.answer(".", "");
  CHECK(window.ask(probe).json["result"] == "stuck");
  server.behave();
  server.forget();
  answer = window.ask(probe);
  CHECK(answer.exit == 0);
  CHECK(answer.json["result"] == "delivered");
  CHECK(answer.json["code"] == 250);
  REQUIRE(server.taken().size() == 1);
  const auto taken = server.taken()[0];
  CHECK(taken.sender == "me@x.org");
  CHECK(taken.data.rfind("From: <me@x.org>\r\n", 0) == 0);
  CHECK(taken.data.find("\r\n.this line begins with one dot\r\n") != std::string::npos);
  CHECK(taken.data.find(answer.json["token"].get<std::string>()) != std::string::npos);
  CHECK(read(window.recovery / "journal.jsonl").find("you@one.org") == std::string::npos);
  // Through Pickup nothing was shown.
  const Names by_pickup{"replay", "--recovery", window.recovery.string(), "--pickup", window.pickup.string()};
  CHECK(window.ask(by_pickup).exit == 5);
  CHECK(smtp_replay(window, server, {"--probed"}).exit == 0);
  CHECK(window.ask({"probe", "--from", "a@x.org", "--to", "b@x.org"}).exit == 2);
}

TEST_CASE("a dry run by SMTP connects and sends nothing") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  const SmtpServer server;
  CHECK(smtp_replay(window, server, {"--dry-run"}).exit == 0);
  CHECK(server.connections() == 1);
  CHECK(server.taken().empty());
  CHECK(window.ask({"replay", "--recovery", window.recovery.string(), "--smtp", "127.0.0.1:1", "--no-probe", "x", "-n"})
            .exit == 5);
}

TEST_CASE("by SMTP, a damaged message behind one that was taken in was recorded as broken off, without any intent") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "ann@one.org"));
  window.evacuate();
  const auto damaged = window.recovery / "snapshot/data/mailroot/Queue/b.eml";
  auto bytes = read(damaged);
  bytes[bytes.size() - 3] = 'X';
  fs::permissions(damaged, fs::owner_all);
  write(damaged, bytes);
  const SmtpServer server;
  const auto answer = smtp_replay(window, server);
  CHECK(answer.json["now"]["replayed"] == 1);
  CHECK(answer.json["failed"] == 1);
  CHECK(events(window, "intent").size() == 1);
  CHECK(events(window, "abort").empty());
}

TEST_CASE("the report said that a replay by SMTP was handed to Pickup") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "ann@one.org"));
  window.put("Queue/c.eml", mail("c", "ann@one.org"));
  window.evacuate();
  const SmtpServer server;
  const auto page = window.folder.path() / "page.html";
  const auto report = [&] {
    fs::remove(page);
    REQUIRE(window.ask({"report", "--recovery", window.recovery.string(), "--html", page.string()}).exit == 0);
    return read(page);
  };
  smtp_replay(window, server, {"--limit", "2"});
  auto text = report();
  CHECK(text.find("3 messages found, 2 taken in by an SMTP server. ") != std::string::npos);
  CHECK(text.find("replay: 2 messages taken in by an SMTP server; ") != std::string::npos);
  CHECK(text.find(" handed to Pickup") == std::string::npos);
  window.replay();
  text = report();
  CHECK(text.find("3 messages found, 1 handed to Pickup, 2 taken in by an SMTP server. ") != std::string::npos);
  CHECK(text.find("replay: 1 message handed to Pickup; ") != std::string::npos);
}

TEST_CASE(
    "by SMTP, Ctrl-C at a silent server: the first says what is awaited, the second leaves the message in doubt") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "bob@one.org"));
  window.evacuate();
  SmtpServer server;
  server.fall_silent();
  const auto number = window.folder.path() / "process", log = window.folder.path() / "log";
  Background replay({"replay", "--recovery", window.recovery.string(), "--smtp", server.address(), "--no-probe",
                     "drill", "--log", log.string()},
                    number);
  REQUIRE(eventually([&] { return server.taken().size() == 1; }));
  const auto process = static_cast<pid_t>(std::stol(read(number)));
  ::kill(process, SIGINT);
  REQUIRE(eventually([&] { return read(log).find("Ctrl-C once more ends the wait") != std::string::npos; }));
  CHECK_FALSE(replay.ended());
  ::kill(process, SIGINT);
  const auto ran = replay.result();
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 130);
  CHECK(ran.err.find("1 are pending, 1 in doubt") != std::string::npos);
  CHECK(ran.err.find("in doubt, never sent again by itself: Queue/a.eml") != std::string::npos);
  server.behave();
  const auto again = smtp_replay(window, server);
  CHECK(again.exit == 8);
  CHECK(again.json["in_doubt"] == 1);
  CHECK(subjects(server) == Names{"a", "b"});
}

TEST_CASE("by SMTP, Ctrl-C twice before anything of the last message went out ended with 1, and counted it as failed") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "bob@one.org"));
  window.evacuate();
  SmtpServer server;
  server.say_nothing_to(GENERATE(as<std::string>{}, "RCPT TO:<bob@one.org>", "DATA"));
  const auto number = window.folder.path() / "process", log = window.folder.path() / "log";
  Background replay({"replay", "--recovery", window.recovery.string(), "--smtp", server.address(), "--no-probe",
                     "drill", "--log", log.string()},
                    number);
  REQUIRE(eventually([&] { return server.says_nothing(); }));
  const auto process = static_cast<pid_t>(std::stol(read(number)));
  ::kill(process, SIGINT);
  REQUIRE(eventually([&] { return read(log).find("Ctrl-C once more ends the wait") != std::string::npos; }));
  ::kill(process, SIGINT);
  const auto ran = replay.result();
  INFO(ran.out << ran.err);
  CHECK(ran.exit == 130);
  CHECK(ran.err.find("not sent, it waits for the next run: Queue/") != std::string::npos);
  const auto counts = audit(window).json["balance"];
  CHECK(counts["failed"] == 0);
  CHECK(counts["in_doubt"] == 0);
  server.behave();
  const auto again = smtp_replay(window, server);
  CHECK(again.exit == 0);
  CHECK(again.json["failed"] == 0);
  CHECK(subjects(server) == Names{"a", "b"});
}

TEST_CASE("by SMTP, the copy of a message stayed a duplicate although the server had refused its recipient") {
  const Window window;
  const std::string sender = "x-sender: s@x.org\r\nx-receiver: ";
  window.put("Queue/a.eml", sender + "ann@one.org\r\nx-receiver: bob@one.org\r\n" + mail("a", "list@one.org"));
  window.put("Queue/b.eml", sender + "ann@one.org\r\nx-receiver: bob@one.org\r\n" + mail("a", "list@one.org"));
  window.put("Queue/c.eml", sender + "bob@one.org\r\n" + mail("a", "list@one.org"));
  window.evacuate();
  SmtpServer server;
  server.answer("RCPT TO:<bob@one.org>", "550 no such user");
  const auto first = smtp_replay(window, server);
  CHECK(first.exit == 3);
  CHECK(first.json["duplicate"] == 0);
  CHECK(first.json["pending"] == 2);
  CHECK(audit(window).json["balance"]["pending"] == 2);
  // The next run offers the first copy to him alone, and is told no again.
  const auto second = smtp_replay(window, server);
  CHECK(second.exit == 1);
  CHECK(second.json["failed"] == 1);
  CHECK(second.json["duplicate"] == 1);
  server.behave();
  CHECK(smtp_replay(window, server).json["replayed"] == 2);
  REQUIRE(server.taken().size() == 2);
  CHECK(server.taken()[1].recipients == Names{"bob@one.org"});
}

TEST_CASE(
    "by SMTP, killed after a refused recipient: the copy of a copy that is held was a duplicate that nobody sends") {
  const Window window;
  const std::string sender = "x-sender: s@x.org\r\nx-receiver: ";
  window.put("Queue/a.eml", sender + "ann@one.org\r\nx-receiver: bob@one.org\r\n" + mail("a", "list@one.org"));
  window.put("Queue/b.eml", sender + "ann@one.org\r\nx-receiver: bob@one.org\r\n" + mail("a", "list@one.org"));
  window.put("Queue/c.eml", sender + "bob@one.org\r\n" + mail("a", "list@one.org"));
  window.evacuate();
  SmtpServer server;
  server.answer("RCPT TO:<bob@one.org>", "550 no such user");
  smtp_replay(window, server);
  const auto journal = read(window.recovery / "journal.jsonl");
  const auto commit = journal.find("\"event\":\"commit\"");
  write(window.recovery / "journal.jsonl", journal.substr(0, journal.find('\n', commit) + 1));
  auto details = read(window.recovery / "messages.jsonl");
  while (audit(window).exit == 4 && details.size() > 1) {
    details.resize(details.rfind('\n', details.size() - 2) + 1);
    write(window.recovery / "messages.jsonl", details);
  }
  const auto next = smtp_replay(window, server);
  CHECK(next.exit == 3);
  CHECK(next.json["held"] == 2);
  CHECK(next.json["duplicate"] == 0);
  server.behave();
  CHECK(smtp_replay(window, server).json["replayed"] == 2);
  REQUIRE(server.taken().size() == 2);
  CHECK(server.taken()[1].recipients == Names{"bob@one.org"});
}

}  // namespace requeue::tests
