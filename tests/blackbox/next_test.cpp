// The next step as it is named: what is typed from it is not refused, and does not go elsewhere.
#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "blackbox/window.h"

namespace requeue::tests {

TEST_CASE("status named the next replay without its Pickup and its reason") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.put("Queue/b.eml", mail("b", "ann@one.org"));
  window.evacuate();
  CHECK(window.replay({"--limit", "1"}).json["now"]["replayed"] == 1);
  const auto status = window.ask({"status", "--recovery", window.recovery.string()});
  CHECK(status.json["stage"] == "replaying");
  const auto command = status.json["next"]["command"].get<std::string>();
  CHECK(command.find("--pickup " + window.pickup.string()) != std::string::npos);
  CHECK(command.find("--no-probe") != std::string::npos);
}

TEST_CASE("plan named a replay that would be refused for want of a probe") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  const auto next_of = [&] {
    const auto out = window.see({"plan", "--recovery", window.recovery.string()}).out;
    return out.substr(out.find("Next: "));
  };
  CHECK(next_of().find("Next: requeue probe") == 0);
  CHECK(next_of().find("\nThen: requeue replay") != std::string::npos);
  window.replay({"--limit", "0"});
  CHECK(next_of().find("Next: requeue replay") == 0);
}

TEST_CASE("a probe that nothing took was told as a fix that is not in effect, and status did not tell of it") {
  const Window window;
  window.put("Queue/a.eml", mail("a", "ann@one.org"));
  window.evacuate();
  const std::vector<std::string> probe{"probe",
                                       "--mailroot",
                                       window.mailroot.string(),
                                       "--recovery",
                                       window.recovery.string(),
                                       "--from",
                                       "a@x.org",
                                       "--to",
                                       "b@one.org",
                                       "--timeout",
                                       "1"};
  const auto answer = window.ask(probe);
  CHECK(answer.exit == 1);
  CHECK(answer.json["result"] == "stuck");
  CHECK(answer.json["untaken"] == true);
  CHECK(window.see(probe).out.find("is the service running") != std::string::npos);
  const std::vector<std::string> status{"status", "--recovery", window.recovery.string()};
  CHECK(window.ask(status).json["probe"]["result"] == "stuck");
  CHECK(window.see(status).out.find("newest probe: stuck") != std::string::npos);
}

TEST_CASE("inspect of an adopted backup counted mail that was left in the live Queue") {
  const Window window;
  window.put("Queue/left.eml", mail("left", "ann@one.org"));
  const auto backup = window.folder.path() / "backup";
  write(backup / "Queue/left.eml", mail("left", "ann@one.org"));
  write(backup / "Queue/out.eml", mail("out", "ann@one.org"));
  CHECK(window
            .ask({"adopt", "--backup", backup.string(), "--recovery", window.recovery.string(), "--mailroot",
                  window.mailroot.string()})
            .exit == 0);
  const auto plan = window.ask({"plan", "--recovery", window.recovery.string()});
  const auto seen = window.ask({"inspect", window.recovery.string()});
  CHECK(plan.json["replay"] == 1);
  CHECK(seen.json["replay"] == 1);
  CHECK(seen.json["skipped"] == 1);
}

namespace {

// The command between two words of what was said, as the shell takes it apart; the program's own name is left out.
std::vector<std::string> command_in(const std::string& said, const std::string& before, const std::string& after) {
  const auto begin = said.find(before);
  REQUIRE(begin != std::string::npos);
  const auto text = said.substr(begin + before.size());
  const auto command = text.substr(0, text.find(after));
  const auto shell = run({"/bin/sh", {"-c", "printf '%s\\n' " + command}, {}});
  std::vector<std::string> words;
  std::string::size_type at = 0;
  while (at < shell.out.size()) {
    const auto end = shell.out.find('\n', at);
    words.push_back(shell.out.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Three of two domains, one of them handed back by Drop's own name.
void fill_two_domains(const Window& window) {
  window.put("Queue/a.eml", mail("a", "ann@one.example"));
  window.put("Queue/b.eml", mail("b", "bob@two.example"));
  window.put("Queue/c.eml", mail("c", "cid@two.example"));
  window.put("Drop/d.eml", mail("d", "dan@one.example"));
}

}  // namespace

TEST_CASE("the replay that plan named sent what the plan left out") {
  const Window window;
  fill_two_domains(window);
  window.evacuate();
  const auto file = (window.folder.path() / "p.csv").string();
  const std::vector<std::string> plan{"plan", "--recovery", window.recovery.string()};
  const std::vector<std::string> rest{"--pickup", window.pickup.string(), "--no-probe", "drill", "-n"};
  for (const auto& chosen : std::vector<std::vector<std::string>>{{"--domain", "one.example"}, {"--limit", "1"}}) {
    INFO(chosen[0]);
    const auto written = window.see(with(with(plan, chosen), {"--out", file})).out;
    CHECK(read(file).find("Queue/a.eml") != std::string::npos);
    CHECK(read(file).find("Queue/b.eml") == std::string::npos);
    const auto command = with(command_in(written, "carry it out with: requeue ", ", after"), rest);
    CHECK(window.ask(command).json["replay"] == 1);
    const auto next = with(command_in(window.see(with(plan, chosen)).out, "\nThen: requeue ", "\n"), rest);
    CHECK(window.ask(next).json["replay"] == 1);
  }
  // What decides otherwise is repeated.
  const auto said = window
                        .see(with(plan, {"--out", file, "--folder", "Drop", "--dedup", "exact", "--bounces", "skip",
                                         "--lists", "replay", "--target", "plain", "--no-dot-stuff"}))
                        .out;
  for (const auto* const option : {" --folder Drop", " --dedup exact", " --bounces skip", " --lists replay",
                                   " --target plain", " --no-dot-stuff"}) {
    INFO(option);
    CHECK(said.find(option, said.find("carry it out with: ")) != std::string::npos);
  }
  CHECK(window.ask(with(command_in(said, "carry it out with: requeue ", ", after"), rest)).json["replay"] == 4);
  // An age is told as the moment it meant.
  CHECK(window.see(with(plan, {"--until", "0s"})).out.find(" --until '") == std::string::npos);
  CHECK(window.see(with(plan, {"--until", "0s"})).out.find(" --until 20") != std::string::npos);
}

TEST_CASE("the next step after a replay dropped what it was told, and offered what a plan left out") {
  const Window window;
  fill_two_domains(window);
  window.evacuate();
  const auto file = (window.folder.path() / "p.csv").string();
  window.ask({"plan", "--recovery", window.recovery.string(), "--domain", "one.example", "--out", file});
  const std::vector<std::string> replay{
      "replay", "--recovery", window.recovery.string(), "--pickup", window.pickup.string(), "--no-probe", "drill"};
  // All that the plan has went: what it left out is for a person to look at.
  auto said = window.see(with(replay, {"--plan", file})).out;
  CHECK(said.find("Next: requeue plan --recovery " + window.recovery.string() + "\n  for the 2 messages left out") !=
        std::string::npos);
  said = window.see(with(replay, {"--domain", "*.example", "--limit", "1", "--target", "exchange-replay"})).out;
  const auto next = command_in(said, "Next: requeue ", "\n");
  CHECK(next == with(replay, {"--target", "exchange-replay", "--domain", "*.example", "--limit", "1"}));
  said = window.see(next).out;
  CHECK(said.find("Next: requeue audit") != std::string::npos);
}

TEST_CASE("a dry run of replay ignored --limit") {
  const Window window;
  fill_two_domains(window);
  window.evacuate();
  const auto rehearsed = window.replay({"-n", "--limit", "1"});
  CHECK(rehearsed.json["replay"] == 1);
  CHECK(rehearsed.json["balanced"] == true);
  const auto said = window.see({"replay", "--recovery", window.recovery.string(), "--pickup", window.pickup.string(),
                                "--no-probe", "drill", "-n", "--limit", "1"});
  CHECK(said.out.find("would be replayed 1 + left pending 2") != std::string::npos);
}

}  // namespace requeue::tests
