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
  CHECK(next_of().find("; then requeue replay") != std::string::npos);
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

}  // namespace requeue::tests
