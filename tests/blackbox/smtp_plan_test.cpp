// plan, explain and replay -n with --smtp: what a replay by SMTP would do, shown before it, without a connection.
#include <algorithm>
#include <map>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"
#include "support/smtp_server.h"

namespace requeue::tests {
namespace {

using Names = std::vector<std::string>;

struct Planned : Window {
  [[nodiscard]] Names command(const std::string& verb, Names more = {}) const {
    Names all{verb, "--recovery", recovery.string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  [[nodiscard]] Names by_smtp(const std::string& verb, Names more = {}) const {
    more.insert(more.end(), {"--smtp", server.address()});
    return command(verb, more);
  }
  SmtpServer server;
};

// One message of each kind on which the way makes a difference, and some on which it makes none.
void fill(const Window& window) {
  window.put("Queue/plain.eml", mail("plain", "ann@one.org"));
  window.put("Queue/null.eml", "x-sender: <>\r\nx-receiver: ann@one.org\r\n" + mail("null", "ann@one.org"));
  window.put("Queue/latin.eml", mail("latin", "ann@one.org", "caf\xE9\r\n"));
  window.put("Queue/unix.eml", "From: b@x.org\nTo: ann@one.org\nSubject: unix\n\nbare\n");
  // Pickup takes it as it stands; by SMTP it has an envelope like any other, and --owed-domain leaves all of it out.
  window.put("Pickup/other.txt", mail("other", "all@three.org"));
  window.put("Pickup/dot.txt", "x-sender: p@x.org\r\nx-receiver: q@y.org\r\n" + mail("dot", "q@y.org", "..dot\r\n"));
}

std::map<std::string, std::string> dispositions(const std::string& jsonl) {
  std::map<std::string, std::string> out;
  for (std::size_t at = 0; at < jsonl.size();) {
    const auto end = std::min(jsonl.find('\n', at), jsonl.size());
    const auto record = Json::parse(jsonl.substr(at, end - at));
    if (record.contains("source"))
      out[record["source"]] = record["disposition"].get<std::string>() + " " + record["rule"].get<std::string>();
    at = end + 1;
  }
  return out;
}

// The first columns of a plan that need no CSV reader: no cell of these queues holds a comma before the disposition.
std::map<std::string, std::string> planned(const fs::path& csv) {
  std::map<std::string, std::string> out;
  const auto text = read(csv);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    const auto begin = line.find(',') + 1;
    out[line.substr(begin, line.find(',', begin) - begin)] = line;
    at = end + 1;
  }
  return out;
}

}  // namespace

TEST_CASE("plan --smtp decides as the replay by SMTP does, and makes no connection") {
  const Planned window;
  fill(window);
  window.evacuate();
  const Names owed{"--owed-domain", "one.org"};
  const auto into_pickup = window.ask(window.command("plan", owed));
  CHECK(into_pickup.json["replay"] == 5);
  CHECK(into_pickup.json["held"] == 1);
  const auto csv = window.folder.path() / "plan.csv";
  const auto plan = window.ask(window.by_smtp("plan", {"--out", csv.string(), owed[0], owed[1]}));
  CHECK(plan.exit == 3);
  CHECK(plan.json["replay"] == 4);
  CHECK(plan.json["held"] == 1);
  CHECK(plan.json["skipped"] == 1);
  CHECK(plan.json["smtp"]["messages"] == 4);
  CHECK(plan.json["smtp"]["eight_bit"] == 1);
  CHECK(plan.json["smtp"]["changed_line_ends"] == 1);
  CHECK(plan.json["notes"].dump().find("found in Pickup or Drop and a line starts with a dot") != std::string::npos);
  CHECK(window.server.connections() == 0);

  const auto replay = window.ask(window.by_smtp("replay", {"--no-probe", "drill", owed[0], owed[1]}));
  CHECK(replay.exit == 3);
  CHECK(replay.json["replayed"] == plan.json["replay"]);
  CHECK(replay.json["held"] == plan.json["held"]);
  const auto manifest = window.folder.path() / "manifest.jsonl";
  REQUIRE(window.ask(window.command("report", {"--jsonl", manifest.string()})).exit == 0);
  const auto lines = planned(csv);
  for (const auto& [source, what] : dispositions(read(manifest))) {
    INFO(source << ": " << what);
    const auto line = lines.find(source);
    REQUIRE(line != lines.end());
    const std::map<std::string, std::string> as_plan{
        {"replayed replay", ",replay,replay"}, {"held bounce", ",hold,bounce"}, {"skipped not_owed", ",skip,not_owed"}};
    CHECK(line->second.find(as_plan.at(what)) != std::string::npos);
  }
}

TEST_CASE("a plan by SMTP names the next steps with its server") {
  const Planned window;
  fill(window);
  window.evacuate();
  const auto seen = window.see(window.by_smtp("plan", {"--smtp-tls", "required"})).out;
  const auto options = " --smtp " + window.server.address() + " --smtp-tls required";
  CHECK(seen.find("Next: requeue probe --recovery " + window.recovery.string() + options) != std::string::npos);
  CHECK(seen.find("\nThen: requeue replay --recovery " + window.recovery.string() + options) != std::string::npos);
  CHECK(seen.find("no connection was made") != std::string::npos);
  // A plan for a Pickup, where the probe went by SMTP, says that it is another one.
  REQUIRE(window.ask(window.by_smtp("probe", {"--from", "a@x.org", "--to", "b@x.org"})).exit == 0);
  CHECK(window.see(window.command("plan")).out.find("this plan is for a Pickup") != std::string::npos);
  CHECK(window.see(window.by_smtp("plan")).out.find("Next: requeue replay") != std::string::npos);
}

TEST_CASE("an address beyond ASCII is foretold, and refused by a server without SMTPUTF8") {
  const Planned window;
  window.put("Queue/utf8.eml", mail("utf8", "j\xC3\xBCrgen@one.org"));
  window.evacuate();
  const auto plan = window.ask(window.by_smtp("plan"));
  CHECK(plan.exit == 0);
  CHECK(plan.json["smtp"]["beyond_ascii"] == 1);
  const auto explained = window.ask(window.by_smtp("explain", {"Queue/utf8.eml"}));
  CHECK(explained.json["smtp"]["beyond_ascii"] == true);
  const auto replay = window.ask(window.by_smtp("replay", {"--no-probe", "drill"}));
  CHECK(replay.exit == 1);
  CHECK(replay.json["failed"] == 1);
}

TEST_CASE("explain --smtp tells of the message as it would go out") {
  const Planned window;
  fill(window);
  window.evacuate();
  const auto latin = window.ask(window.by_smtp("explain", {"Queue/latin.eml"}));
  CHECK(latin.exit == 0);
  CHECK(latin.json["smtp"]["eight_bit"] == true);
  CHECK(latin.json["smtp"]["bytes"] == mail("latin", "ann@one.org", "caf\xE9\r\n").size());
  const Names other{"Pickup/other.txt", "--owed-domain", "one.org"};
  const auto left_out = window.ask(window.by_smtp("explain", other));
  CHECK(left_out.json["disposition"] == "skip");
  CHECK_FALSE(left_out.json.contains("smtp"));
  CHECK(window.ask(window.command("explain", other)).json["disposition"] == "replay");
  CHECK(window.server.connections() == 0);
}

TEST_CASE("plan --smtp meets damage before the server does, as the replay would") {
  const Planned window;
  fill(window);
  window.evacuate();
  auto bytes = read(window.recovery / "snapshot/data/mailroot/Queue/plain.eml");
  bytes[bytes.size() - 3] = 'X';
  fs::permissions(window.recovery / "snapshot/data/mailroot/Queue/plain.eml", fs::owner_all);
  write(window.recovery / "snapshot/data/mailroot/Queue/plain.eml", bytes);
  CHECK(window.ask(window.command("plan")).exit == 3);
  const auto plan = window.ask(window.by_smtp("plan"));
  CHECK(plan.exit == 4);
  CHECK(plan.json["replay"] == 5);  // tried again by each run
  const auto dry = window.ask(window.by_smtp("replay", {"--no-probe", "drill", "-n"}));
  CHECK(dry.exit == 4);
  CHECK(dry.json["smtp"]["messages"] == 4);
  CHECK(window.ask(window.by_smtp("replay", {"--no-probe", "drill"})).exit == 4);
}

}  // namespace requeue::tests
