// What a person decides: which messages, released ones, a plan edited by hand; and each decision explained.
#include <algorithm>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {
namespace {

std::string list_of(const std::vector<Posted>& all) {
  std::string out;
  for (const auto& one : all) {
    out += one.sender + " ->";
    for (const auto& recipient : one.recipients) out += " " + recipient;
    out += "; ";
  }
  return out;
}

std::string replaced(std::string text, const std::string& old, const std::string& with) {
  const auto at = text.find(old);
  INFO("looking for " << old << " in " << text);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), with);
}

// The line of a plan that begins with its number and names the source, changed.
std::string with_line(const std::string& csv, const std::string& source, const std::string& old,
                      const std::string& with) {
  const auto at = csv.find("," + source + ",");
  REQUIRE(at != std::string::npos);
  const auto end = csv.find("\r\n", at);
  return csv.substr(0, at) + replaced(csv.substr(at, end - at), old, with) + csv.substr(end);
}

}  // namespace

TEST_CASE("a selection sends its messages, leaves the rest pending, and names no address in the journal") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "bob@two.org"));
  window.put("Queue/c.eml", mail("c", "cid@two.org"));
  window.evacuate();
  auto answer = window.ask({"plan", "--recovery", window.recovery.string(), "--domain", "two.org", "--limit", "1"});
  CHECK(answer.exit == 0);
  CHECK(answer.json["replay"] == 1);
  CHECK(answer.json["pending"] == 2);
  answer = window.replay({"--recipient", "*@one.org", "--sender=sender@example.com"});
  CHECK(answer.exit == 3);
  CHECK(answer.json["replayed"] == 1);
  CHECK(answer.json["pending"] == 2);
  CHECK(list_of(posted(window.pickup)) == "sender@example.com -> ann@one.org; ");
  const auto journal = read(window.recovery / "journal.jsonl");
  CHECK(journal.find("one.org") == std::string::npos);
  CHECK(journal.find("sender@example.com") == std::string::npos);
  CHECK(journal.find("--recipient (personal) --sender=(personal)") != std::string::npos);
  answer = window.replay({"--message", "Queue/x.eml"});
  CHECK(answer.exit == 2);
  answer = window.replay({"--since", "yesterday"});
  CHECK(answer.exit == 2);
  answer = window.replay({"--since", "2000-01-01"});
  CHECK(answer.exit == 0);
  CHECK(answer.json["replayed"] == 3);
}

TEST_CASE("a released message without a From gets one of its sender, which audit derives again") {
  const Window window;
  window.put("Queue/a.eml", "x-sender: dev@x.org\r\nx-receiver: ann@one.org\r\nSubject: s\r\n\r\nHello\r\n");
  window.put("Pickup/b", "Return-Path: <dev@x.org>\r\nTo: bob@two.org\r\n\r\n..dots\r\n");
  window.put("Queue/c.eml", "Subject: nobody\r\n\r\nHello\r\n");
  window.evacuate();
  CHECK(window.replay({"--release", "no_recipient"}).exit == 2);
  CHECK(window.replay({"--release", "Queue/c.eml"}).exit == 5);
  CHECK(posted(window.pickup).empty());
  auto answer = window.replay({"--release", "no_from"});
  CHECK(answer.exit == 3);
  CHECK(answer.json["replayed"] == 2);
  std::string all;
  for (const auto& [name, bytes] : contents(window.pickup)) all += bytes;
  CHECK(all.find("x-receiver: ann@one.org\r\nFrom: <dev@x.org>\r\nSubject: s\r\n") != std::string::npos);
  CHECK(all.find("x-receiver: bob@two.org\r\nFrom: <dev@x.org>\r\nReturn-Path: <dev@x.org>\r\n") != std::string::npos);
  CHECK(all.find("\r\n\r\n..dots\r\n") != std::string::npos);
  CHECK(read(window.recovery / "journal.jsonl").find("\"released\":\"no_from\"") != std::string::npos);
  CHECK(read(window.recovery / "messages.jsonl").find("\"added\":\"From: <dev@x.org>\\r\\n\"") != std::string::npos);
  answer = window.ask({"audit", "--recovery", window.recovery.string()});
  CHECK(answer.json["rederived"]["checked"] == 2);
  CHECK(answer.json["rederived"]["different"] == 0);
}

TEST_CASE("a plan edited by a person is carried out as written, each change as the person's") {
  const Window window;
  window.put("Queue/bounce.eml", "Return-Path: <>\r\n" + mail("bounce", "ann@one.org"));
  window.put("Queue/hold.eml", mail("hold", "ann@one.org"));
  window.put("Queue/to.eml", mail("to", "ann@one.org"));
  window.put("Queue/none.eml", "From: a@x.org\r\n\r\nnobody\r\n");
  window.put("Queue/same.eml", mail("same", "ann@one.org"));
  window.evacuate();
  const auto file = window.folder.path() / "plan.csv";
  const auto edited = window.folder.path() / "edited.csv";
  CHECK(window.ask({"plan", "--recovery", window.recovery.string(), "--out", file.string()}).exit == 3);
  auto csv = read(file);
  csv = with_line(csv, "Queue/bounce.eml", ",hold,", ",replay,");
  csv = with_line(csv, "Queue/hold.eml", ",replay,", ",hold,");
  csv = with_line(csv, "Queue/to.eml", ",ann@one.org,headers,", ",new@three.org;ann@one.org,headers,");
  csv = with_line(csv, "Queue/none.eml", ",hold,", ",replay,");
  write(edited, csv);
  auto answer = window.replay({"--plan", edited.string()});
  CHECK(answer.exit == 2);
  CHECK(answer.json["error"]["why"].get<std::string>().find(": no recipient") != std::string::npos);
  CHECK(answer.json["error"]["why"].get<std::string>().find("line ") == 0);
  write(edited, with_line(csv, "Queue/none.eml", ",replay,", ",hold,"));
  answer = window.replay({"--plan", edited.string()});
  CHECK(answer.exit == 3);
  CHECK(answer.json["replayed"] == 3);
  CHECK(answer.json["held"] == 2);
  const auto sent = list_of(posted(window.pickup));
  CHECK(sent.find("sender@example.com -> new@three.org ann@one.org; ") != std::string::npos);
  CHECK(sent.find("sender@example.com -> ann@one.org; ") != std::string::npos);
  CHECK(sent.find(" -> ann@one.org; ") != std::string::npos);
  const auto journal = read(window.recovery / "journal.jsonl");
  CHECK(std::count(journal.begin(), journal.end(), '\n') > 5);
  CHECK(journal.find("\"override\":\"plan\"") != std::string::npos);
  CHECK(journal.find("\"released\":\"bounce\"") != std::string::npos);
  CHECK(journal.find("three.org") == std::string::npos);
  CHECK(window.ask({"audit", "--recovery", window.recovery.string()}).json["rederived"]["different"] == 0);
  // An unedited plan changes nothing.
  csv = read(file);
  CHECK(window
            .ask({"replay", "--recovery", window.recovery.string(), "--pickup", window.pickup.string(), "--no-probe",
                  "x", "-n", "--plan", file.string()})
            .json["held"] == 1);
}

TEST_CASE("a partial copy whose recipients a person narrows goes to no other") {
  const Window window;
  const auto copy = [](const std::string& receivers) { return receivers + mail("copy", "all@one.org"); };
  window.put("Queue/a.eml", copy("x-sender: s@x.org\r\nx-receiver: ann@one.org\r\n"));
  window.put("Queue/b.eml", copy("x-sender: s@x.org\r\nx-receiver: ann@one.org\r\nx-receiver: bob@two.org\r\n"
                                 "x-receiver: cid@two.org\r\n"));
  fs::last_write_time(window.mailroot / "Queue/a.eml", 1790000000);
  fs::last_write_time(window.mailroot / "Queue/b.eml", 1790000001);
  window.evacuate();
  const auto file = window.folder.path() / "plan.csv";
  CHECK(window.ask({"plan", "--recovery", window.recovery.string(), "--out", file.string()}).exit == 0);
  write(file, with_line(read(file), "Queue/b.eml", ",bob@two.org;cid@two.org,", ",cid@two.org,"));
  CHECK(window.replay({"--plan", file.string()}).exit == 0);
  CHECK(list_of(posted(window.pickup)).find("s@x.org -> cid@two.org; ") != std::string::npos);
  CHECK(list_of(posted(window.pickup)).find("bob@two.org") == std::string::npos);
}

TEST_CASE("explain names each rule that was tried, in order, with its outcome") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org, bob@two.org"));
  window.put("Queue/b.eml", mail("a", "ann@one.org, bob@two.org"));
  window.put("Queue/bounce.eml", "Return-Path: <>\r\n" + mail("bounce", "ann@one.org"));
  window.put("Queue/a.ltr", "a transcript");
  window.evacuate();
  const auto explain = [&](const std::string& source, std::vector<std::string> more = {}) {
    std::vector<std::string> all{"explain", source, "--recovery", window.recovery.string()};
    all.insert(all.end(), more.begin(), more.end());
    return window.ask(all);
  };
  auto answer = explain("Queue/bounce.eml");
  CHECK(answer.exit == 0);
  CHECK(answer.json["disposition"] == "hold");
  std::vector<std::string> tried;
  for (const auto& step : answer.json["steps"]) tried.push_back(step["rule"].get<std::string>());
  CHECK(tried == std::vector<std::string>{"final", "left_in_place", "restored", "max_age", "bounce", "list", "not_owed",
                                          "delivered", "not_a_message", "no_recipient", "no_from", "bounce"});
  CHECK(answer.json["steps"].back()["applies"] == true);
  answer = explain("Queue/b.eml");
  CHECK(answer.json["disposition"] == "duplicate");
  CHECK(answer.json["duplicate_of"] == "Queue/a.eml");
  CHECK(answer.json["steps"].back()["rule"] == "content");
  answer = explain("Queue/b.eml", {"--dedup", "off", "--several-domains", "hold"});
  CHECK(answer.json["rule"] == "several_domains");
  CHECK(explain("Queue/a.ltr").json["disposition"] == "not_mail");
  CHECK(explain("Queue/nothing").exit == 2);
}

}  // namespace requeue::tests
