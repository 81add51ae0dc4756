// Plan files that say less, more or something else than what may be done: each a way in which mail was lost, or sent to
// whom nobody had meant it for.
#include <algorithm>
#include <ctime>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/told.h"
#include "support/smtp_server.h"

namespace requeue::tests {
namespace {

// Equal contents, for these recipients.
std::string copy_for(const Words& recipients) {
  std::string out = "x-sender: s@x.org\r\n";
  for (const auto& recipient : recipients) out += "x-receiver: " + recipient + "\r\n";
  return out + mail("copy", "all@one.org");
}

// Two copies that share a recipient, the first ten days old.
struct TwoCopies : Window {
  TwoCopies() {
    put("Queue/a.eml", copy_for({"ann@one.org", "bob@two.org"}));
    put("Queue/b.eml", copy_for({"ann@one.org", "cid@three.org"}));
    fs::last_write_time(mailroot / "Queue/a.eml", std::time(nullptr) - 10 * 24 * 3600);
    evacuate();
  }
};

class PlanFile {
 public:
  explicit PlanFile(const Window& window, const Words& more = {}) : path_(window.folder.path() / "plan.csv") {
    told(window, {"plan", "--out", path()}, more);
    written_ = read(path_);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }
  // In the source's line; of what the plan wrote, and one change after the other.
  void change(const std::string& source, const std::string& old, const std::string& with) {
    const auto line = written_.find(',' + source + ',');
    REQUIRE(line != std::string::npos);
    const auto at = written_.find(old, line);
    INFO(old << " in " << written_);
    REQUIRE(at < written_.find("\r\n", line));
    written_.replace(at, old.size(), with);
    write(path_, written_);
  }
  // The columns of that order, by the header line; no cell of these plans holds a comma.
  void keep_columns(const Words& names) {
    std::string out;
    Words header;
    for (std::size_t at = 0; at < written_.size();) {
      const auto end = written_.find("\r\n", at);
      const auto cells = split(written_.substr(at, end - at));
      if (header.empty()) header = cells;
      std::string line;
      for (const auto& name : names) {
        const auto column = std::find(header.begin(), header.end(), name) - header.begin();
        line += (line.empty() ? "" : ",") + cells.at(static_cast<std::size_t>(column));
      }
      out += line + "\r\n";
      at = end + 2;
    }
    written_ = out;
    write(path_, written_);
  }
  [[nodiscard]] const std::string& text() const { return written_; }

 private:
  static Words split(const std::string& line) {
    Words out(1);
    for (const char c : line) {
      if (c == ',') {
        out.emplace_back();
      } else {
        out.back() += c;
      }
    }
    return out;
  }

  fs::path path_;
  std::string written_;
};

Answer by_smtp(const Window& window, const SmtpServer& server, const Words& more) {
  return window.ask(of(window, {"replay", "--smtp", server.address(), "--no-probe", "drill"}, more));
}

Words served_by(const std::vector<Posted>& all) {
  Words out;
  for (const auto& one : all) out.insert(out.end(), one.recipients.begin(), one.recipients.end());
  std::sort(out.begin(), out.end());
  return out;
}

bool is_noted(const Answer& answer, const std::string& part) {
  return holds(answer.json["notes"].dump(), part);
}

}  // namespace

TEST_CASE("a recipient of two copies got neither when a plan file's first one was put off") {
  const TwoCopies window;
  const PlanFile plan(window);
  SmtpServer server;
  server.answer("RCPT", "450 later");
  CHECK(by_smtp(window, server, {"--plan", plan.path(), "--message", "Queue/a.eml"}).exit == 1);
  server.behave();
  server.forget();
  CHECK(by_smtp(window, server, {"--plan", plan.path()}).exit == 0);
  Words served;
  for (const auto& one : server.taken()) served.insert(served.end(), one.recipients.begin(), one.recipients.end());
  std::sort(served.begin(), served.end());
  CHECK(served == Words{"ann@one.org", "bob@two.org", "cid@three.org"});
}

TEST_CASE("whom a plan file left to another copy got nothing when that one did not go") {
  const TwoCopies window;
  PlanFile plan(window);
  Words more{"--plan", plan.path()};
  SECTION("it has become too old") {
    more.insert(more.end(), {"--max-age", "36h"});
  }
  SECTION("a person skips it") {
    plan.change("Queue/a.eml", ",replay,", ",skip,");
  }
  SECTION("a person skips it, and gives the other one a recipient more") {
    plan.change("Queue/a.eml", ",replay,", ",skip,");
    plan.change("Queue/b.eml", ",cid@three.org,", ",cid@three.org;dan@four.org,");
  }
  SECTION("a person skips it, and copies are not looked for") {
    plan.change("Queue/a.eml", ",replay,", ",skip,");
    more.insert(more.end(), {"--dedup", "off"});
  }
  SECTION("it cannot be read any more") {
    const auto stored = window.recovery / "snapshot/data/mailroot/Queue/a.eml";
    fs::permissions(stored, fs::owner_all);
    write(stored, "x");
    fs::remove(window.recovery / "cache/facts");
  }
  auto answer = window.replay(more);
  CHECK(answer.exit != 0);
  CHECK(answer.json["held"] == 1);
  CHECK(is_noted(answer, "leaves out recipients whom no other copy serves now"));
  CHECK(posted(window.pickup).empty());
  // It waits, with all of its recipients.
  CHECK(window.replay({"--message", "Queue/b.eml"}).json["now"]["replayed"] == 1);
  CHECK(served_by(posted(window.pickup)) == Words{"ann@one.org", "cid@three.org"});
}

TEST_CASE("whom a plan file left to another copy got nothing when that one had gone to fewer since") {
  const TwoCopies window;
  const PlanFile plan(window);
  SmtpServer server;
  SECTION("by --envelopes") {
    const auto envelopes = (window.folder.path() / "e.csv").string();
    write(envelopes, "source,sender,recipients\r\nQueue/a.eml,s@x.org,bob@two.org\r\n");
    CHECK(by_smtp(window, server, {"--envelopes", envelopes, "--message", "Queue/a.eml"}).exit == 3);
  }
  SECTION("since a server refused the others") {
    server.answer("RCPT TO:<ann@one.org>", "550 5.1.1 no such user");
    CHECK(by_smtp(window, server, {"--message", "Queue/a.eml"}).exit == 3);
    server.behave();
  }
  auto answer = by_smtp(window, server, {"--plan", plan.path()});
  CHECK(answer.exit == 3);
  CHECK(answer.json["held"] == 1);
  CHECK(is_noted(answer, "leaves out recipients whom no other copy serves now"));
  CHECK(by_smtp(window, server, {}).exit == 0);
  Words served;
  for (const auto& one : server.taken()) served.insert(served.end(), one.recipients.begin(), one.recipients.end());
  std::sort(served.begin(), served.end());
  CHECK(served == Words{"ann@one.org", "bob@two.org", "cid@three.org"});
}

TEST_CASE("a person's change of a plan file's first copy hid whom a server refused of it") {
  const TwoCopies window;
  PlanFile plan(window);
  plan.change("Queue/a.eml", ",ann@one.org;bob@two.org,", ",ann@one.org;bob@two.org;zoe@five.org,");
  SmtpServer server;
  server.answer("RCPT TO:<ann@one.org>", "550 5.1.1 no such user");
  CHECK(by_smtp(window, server, {"--plan", plan.path()}).exit == 3);
  server.behave();
  auto answer = by_smtp(window, server, {"--plan", plan.path()});
  CHECK(answer.exit == 3);
  CHECK(answer.json["held"] == 1);
  CHECK(server.taken().size() == 1);
}

TEST_CASE("whom a server refused of one copy was not offered the other, which the same run had sent without him") {
  const TwoCopies window;
  SmtpServer server;
  server.answer("RCPT TO:<ann@one.org>", "550 5.1.1 no such user");
  const auto first = by_smtp(window, server, {});
  CHECK(first.exit == 3);
  CHECK(first.json["pending"] == 1);
  CHECK(server.taken().size() == 1);
  SECTION("she is taken the second time") {
    server.behave();
    CHECK(by_smtp(window, server, {}).exit == 0);
    CHECK(server.taken().back().recipients == Words{"ann@one.org", "cid@three.org"});
  }
  SECTION("she is refused again, and that is that") {
    CHECK(by_smtp(window, server, {}).exit == 3);
    CHECK(server.taken().back().recipients == Words{"cid@three.org"});
    CHECK(by_smtp(window, server, {}).json["pending"] == 0);
  }
  CHECK(server.taken().size() == 2);
}

TEST_CASE("a narrowed copy goes when the other one waits, or when its line says that nobody else is meant") {
  const TwoCopies window;
  PlanFile plan(window);
  int exit = 0;
  SECTION("the other one is held") {
    plan.change("Queue/a.eml", ",replay,", ",hold,");
    exit = 3;
  }
  SECTION("the other one is skipped, and the line is a person's") {
    plan.change("Queue/a.eml", ",replay,", ",skip,");
    plan.change("Queue/b.eml", ",partial_copy,", ",replay,");
  }
  CHECK(window.replay({"--plan", plan.path()}).exit == exit);
  CHECK(served_by(posted(window.pickup)) == Words{"cid@three.org"});
}

TEST_CASE("a release for one rule sent the copy of a message in doubt, which had not been told") {
  const Window window;
  for (const auto* const source : {"Queue/a.eml", "Queue/b.eml"}) {
    window.put(source, "List-Id: <l.one.org>\r\n" + mail("copy", "all@one.org"));
  }
  window.evacuate();
  SmtpServer server;
  server.answer(".", "");
  CHECK(by_smtp(window, server, {"--release", "Queue/a.eml"}).exit == 8);
  server.behave();
  REQUIRE(server.taken().size() == 1);
  Words release{"--release", "Queue/b.eml"};
  SECTION("by name") {
    const auto answer = by_smtp(window, server, release);
    CHECK(answer.exit == 8);
    CHECK(answer.json["held"] == 1);
    CHECK(is_noted(answer, "the same --release again"));
    CHECK(server.taken().size() == 1);
    CHECK(holds(read(window.recovery / "journal.jsonl"), "copy_in_doubt"));
    // Now it was.
    by_smtp(window, server, release);
    CHECK(server.taken().size() == 2);
  }
  SECTION("by a plan file") {
    PlanFile plan(window);
    plan.change("Queue/b.eml", ",hold,list,", ",replay,list,");
    const auto answer = by_smtp(window, server, {"--plan", plan.path()});
    CHECK(answer.json["held"] == 1);
    CHECK(is_noted(answer, "a rule keeps them back"));
    CHECK(server.taken().size() == 1);
  }
}

TEST_CASE("a plan's line that lifted one rule lifted every other one behind it") {
  const Window window;
  window.put("Queue/a.eml", "List-Id: <l.one.org>\r\n" + mail("a", "everybody@one.org"));
  fs::last_write_time(window.mailroot / "Queue/a.eml", std::time(nullptr) - 10 * 24 * 3600);
  window.evacuate();
  Words more{"--max-age", "36h"};
  const char* kept = "held";
  SECTION("a skip, and what holds behind it") {
    PlanFile plan(window, more);
    plan.change("Queue/a.eml", ",skip,max_age,", ",replay,max_age,");
    more = {"--plan", plan.path(), "--max-age", "36h"};
  }
  SECTION("a hold, and another one behind it") {
    PlanFile plan(window);
    plan.change("Queue/a.eml", ",hold,list,", ",replay,list,");
    more = {"--plan", plan.path(), "--max-size", "1"};
  }
  SECTION("a hold, and a skip before it") {
    PlanFile plan(window);
    plan.change("Queue/a.eml", ",hold,list,", ",replay,list,");
    more.insert(more.end(), {"--plan", plan.path()});
    kept = "skipped";
  }
  const auto answer = window.replay(more);
  CHECK(answer.json[kept] == 1);
  CHECK(is_noted(answer, "a rule keeps them back"));
  CHECK(posted(window.pickup).empty());
}

TEST_CASE("recipients edited in a plan without one of its two columns of the envelope were passed over") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "old@one.org"));
  window.evacuate();
  PlanFile plan(window);
  Words columns{"source", "sha256", "disposition", "rule"};
  auto why = std::string("envelope_sender and envelope_recipients one is missing");
  SECTION("without the sender") {
    columns.push_back("envelope_recipients");
  }
  SECTION("without the recipients") {
    columns.push_back("envelope_sender");
  }
  SECTION("with the recipients twice") {
    columns.insert(columns.end(), {"envelope_recipients", "envelope_sender", "envelope_recipients"});
    why = "the column envelope_recipients stands twice";
  }
  plan.keep_columns(columns);
  const auto answer = window.replay({"--plan", plan.path()});
  CHECK(answer.exit == 2);
  CHECK(holds(answer.err, why));
  CHECK(posted(window.pickup).empty());
  const auto envelopes = (window.folder.path() / "e.csv").string();
  write(envelopes, "source,sender,recipients,Recipients\r\nQueue/a.eml,s@x.org,a@one.org,b@one.org\r\n");
  CHECK(window.replay({"--envelopes", envelopes}).exit == 2);
  plan.keep_columns({"source", "sha256", "disposition", "rule"});
  CHECK(window.replay({"--plan", plan.path()}).exit == 0);
}

TEST_CASE("recipients that a spreadsheet had cut off a plan's cell got nothing") {
  const Window window;
  Words recipients;
  std::string cell;
  for (int i = 0; i < 1000; ++i) {
    recipients.push_back("recipient.number" + std::to_string(10000 + i) + "@customers.example.com");
    cell += (cell.empty() ? "" : ";") + recipients.back();
  }
  window.put("Queue/a.eml", copy_for(recipients));
  window.evacuate();
  PlanFile plan(window);
  constexpr std::size_t excel = 32767;
  const auto one = recipients.front().size() + 1;  // with its ';'
  const auto refused = [&](const std::string& with) {
    plan.change("Queue/a.eml", cell, with);
    const auto answer = window.replay({"--plan", plan.path()});
    CHECK(answer.exit == 2);
    CHECK(posted(window.pickup).empty());
    plan.change("Queue/a.eml", with, cell);
    return answer.err;
  };
  CHECK(holds(refused(cell.substr(0, excel)), "where Excel cuts a cell"));
  // At an address's end, too: the first ones made longer, so that the last one ends there.
  const auto whole = cell.substr(0, excel / one * one - 1);
  CHECK(holds(refused(std::string(excel - whole.size(), 'x') + whole), "where Excel cuts a cell"));
  CHECK(holds(refused(cell.substr(0, 10 * one - 5)), "end within an address"));
  const auto envelopes = (window.folder.path() / "e.csv").string();
  write(envelopes, "source,sender,recipients\r\nQueue/a.eml,s@x.org," + cell.substr(0, excel) + "\r\n");
  CHECK(window.replay({"--envelopes", envelopes}).exit == 2);
  // A person takes whole ones out.
  plan.change("Queue/a.eml", cell, whole);
  CHECK(window.replay({"--plan", plan.path()}).exit == 0);
  CHECK(posted(window.pickup).at(0).recipients.size() == excel / one);
}

TEST_CASE("a plan's line that says replay and was not followed went without a word") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("a", "ann@one.org"));
  window.put("Drop/d.eml", mail("d", "dan@one.org"));
  window.evacuate();
  SECTION("copies that the plan did not look for") {
    const PlanFile plan(window, {"--dedup", "off"});
    auto answer = window.replay({"--plan", plan.path()});
    CHECK(answer.exit == 0);
    CHECK(is_noted(answer, "1 message: the plan file says replay, a rule keeps them back"));
  }
  SECTION("a folder that the replay does not take up") {
    const PlanFile plan(window, {"--folder", "Drop"});
    auto answer = window.replay({"--plan", plan.path()});
    CHECK(answer.exit == 2);
    CHECK(holds(answer.err, "no message here"));
    CHECK(window.replay({"--plan", plan.path(), "--message", "Drop/d.eml"}).exit == 2);
    CHECK(posted(window.pickup).empty());
    CHECK(window.replay({"--plan", plan.path(), "--folder", "Drop"}).json["now"]["replayed"] == 2);
  }
  SECTION("what was put back") {
    const PlanFile plan(window);
    REQUIRE(window.ask(of(window, {"restore", "--folder", "Queue"}, {"--mailroot", window.mailroot.string()})).exit ==
            0);
    CHECK(is_noted(window.replay({"--plan", plan.path()}), "1 message: the plan file says replay"));
  }
  SECTION("what was sent, by a plan that knew it") {
    CHECK(window.replay().json["now"]["replayed"] == 1);
    PlanFile plan(window);
    plan.change("Queue/a.eml", ",replayed,", ",replay,");
    CHECK(window.replay({"--plan", plan.path()}).exit == 2);
  }
  SECTION("what the plan itself sent, the second time") {
    const PlanFile plan(window);
    CHECK(window.replay({"--plan", plan.path()}).json["now"]["replayed"] == 1);
    CHECK_FALSE(is_noted(window.replay({"--plan", plan.path()}), "the plan file says replay"));
  }
}

}  // namespace requeue::tests
