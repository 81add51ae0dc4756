#include "recovery/state.h"

#include <catch2/catch.hpp>

namespace requeue::tests {
namespace {

using recovery::Stage;

// Feeds events as the journal would.
class Story {
 public:
  Story() {
    see("run", {{"schema", "requeue/1"}, {"recovery", "0123456789abcdef"}, {"command", "status"}, {"boot", "b1"}});
  }

  Story& see(const std::string& event, const Json& fields = Json::object()) {
    journal::Line line;
    line.seq = ++seq_;
    line.event = event;
    line.json = fields;
    REQUIRE(state.see(line));
    return *this;
  }
  Story& run(const std::string& command, const std::string& mailroot = {}, const std::string& boot = "b1") {
    return see("run", {{"schema", "requeue/1"},
                       {"recovery", "0123456789abcdef"},
                       {"command", command},
                       {"mailroot", mailroot},
                       {"boot", boot}});
  }
  Story& service(const std::string& action, const std::string& now) {
    return see("service", {{"action", action}, {"state", now}});
  }
  Story& snapshot(const std::string& root = "r1") {
    return see("snapshot", {{"files", 3},
                            {"bytes", 30},
                            {"folders", 2},
                            {"streams", 1},
                            {"others", 4},
                            {"root", root},
                            {"mailroot", "/m"}});
  }
  Story& verified(bool ok = true, const std::string& root = "r1") {
    return see("verified", {{"ok", ok}, {"files", 3}, {"bytes", 30}, {"level", "disk"}, {"root", root}});
  }
  Story& emptied() {
    return see("emptying", {{"root", "r1"}}).see("emptied", {{"files", 3}, {"kept", 1}, {"newcomers", 2}});
  }
  Story& probe(const std::string& result) {
    return see("probe", {{"result", result}, {"seconds", 2.5}, {"token", "t"}});
  }

  recovery::State state;

 private:
  std::int64_t seq_ = 0;
};

}  // namespace

TEST_CASE("The stages follow the procedure", "[state]") {
  Story story;
  CHECK(story.state.stage() == Stage::fresh);
  CHECK(to_string(story.state.stage()) == "new");
  CHECK(story.service("found", "running").state.stage() == Stage::fresh);
  CHECK(story.service("stopping", "running").service("stopped", "stopped").state.stage() == Stage::stopped);
  CHECK(story.snapshot().state.stage() == Stage::snapshotted);
  CHECK(story.verified().state.stage() == Stage::verified);
  CHECK(story.see("emptying", {{"root", "r1"}}).state.stage() == Stage::emptying);
  CHECK(story.see("emptied").state.stage() == Stage::emptied);
  CHECK(story.probe("delivered").state.stage() == Stage::probed);
  CHECK(story.see("intent").state.stage() == Stage::replaying);
  CHECK(story.see("replay_end", {{"pending", 1}, {"failed", 0}}).state.stage() == Stage::replaying);
  CHECK(story.see("replay_end", {{"pending", 0}, {"failed", 0}}).state.stage() == Stage::done);
  CHECK(story.see("message", {{"source", "Queue/a"}}).state.stage() == Stage::replaying);
}

TEST_CASE("Every stage has its own name", "[state]") {
  std::set<std::string_view> names;
  for (int stage = 0; stage <= static_cast<int>(Stage::done); ++stage)
    names.insert(to_string(static_cast<Stage>(stage)));
  CHECK(names == std::set<std::string_view>{"new", "stopped", "snapshotted", "verified", "emptying", "emptied",
                                            "probed", "replaying", "done"});
}

TEST_CASE("A replay that does not say that all is done has not done all", "[state]") {
  Story story;
  story.see("replay_end", {{"found", 3}});
  CHECK_FALSE(story.state.replay_complete);
}

TEST_CASE("An unknown event is passed over", "[state]") {
  Story story;
  story.snapshot().see("invented_later", {{"files", 99}});
  CHECK(story.state.stage() == Stage::snapshotted);
}

TEST_CASE("Fields of the wrong type do no harm", "[state]") {
  Story story;
  story.see("snapshot", {{"files", "many"}, {"bytes", -5}, {"root", 7}, {"mailroot", Json::array()}});
  story.see("emptying", {{"keep", "Drop"}}).see("probe", {{"seconds", "x"}}).see("restoring", {{"sources", {1, 2}}});
  REQUIRE(story.state.snapshot);
  CHECK(story.state.snapshot->files == 0);
  CHECK(story.state.snapshot->bytes == 0);
  CHECK(story.state.kept_folders.empty());
  CHECK(story.state.restoring->sources.empty());
}

TEST_CASE("A snapshot is kept in numbers, and a verification counts for its root only", "[state]") {
  Story story;
  story.snapshot();
  CHECK(story.state.snapshot->files == 3);
  CHECK(story.state.snapshot->bytes == 30);
  CHECK(story.state.snapshot->folders == 2);
  CHECK(story.state.snapshot->streams == 1);
  CHECK(story.state.snapshot->others == 4);
  CHECK_FALSE(story.state.snapshot->adopted);
  CHECK_FALSE(story.state.verified_now());
  CHECK_FALSE(story.verified(true, "another").state.verified_now());
  CHECK(story.verified().state.verified_now());
  CHECK(story.state.verified->level == "disk");
  CHECK_FALSE(story.verified(false).state.verified_now());
}

TEST_CASE("A new snapshot makes the verification and the probe of the old one void", "[state]") {
  Story story;
  story.snapshot().verified().probe("delivered");
  CHECK(story.state.probe_passed());
  story.snapshot("r1");  // even of the same content
  CHECK_FALSE(story.state.verified_now());
  CHECK_FALSE(story.state.probe_passed());
}

TEST_CASE("The newest probe counts, and only one since the snapshot", "[state]") {
  Story story;
  story.probe("delivered").snapshot();
  CHECK_FALSE(story.state.probe_passed());
  CHECK(story.probe("delivered").state.probe_passed());
  CHECK(story.state.probe_seconds == 2.5);
  CHECK(story.state.probe_token == "t");
  CHECK_FALSE(story.probe("stuck").state.probe_passed());
}

TEST_CASE("The service: as it was found first, as it is now, and who stopped it", "[state]") {
  Story story;
  story.service("found", "running");
  CHECK(story.state.service_found == "running");
  CHECK_FALSE(story.state.stopped_by_us);
  CHECK(story.service("stopping", "running").state.stopped_by_us);
  CHECK(story.service("stopped", "stopped").state.stopped_by_us);
  CHECK(story.service("found", "stopped").state.stopped_by_us);
  CHECK(story.state.service_found == "running");
  CHECK(story.state.service_now == "stopped");
  CHECK_FALSE(story.service("put_back", "running").state.stopped_by_us);
  story.service("stopped", "stopped");
  CHECK_FALSE(story.service("found", "running").state.stopped_by_us);
  CHECK_FALSE(story.state.service_seen_running);
}

TEST_CASE("A service seen running counts after emptying began", "[state]") {
  Story story;
  story.service("found", "running").see("emptying");
  CHECK_FALSE(story.state.service_seen_running);
  CHECK_FALSE(story.service("found", "stopped").state.service_seen_running);
  CHECK(story.service("started", "running").state.service_seen_running);
}

TEST_CASE("Emptying keeps its groups, its boot, and what stayed", "[state]") {
  Story story;
  story.run("empty", "/m", "b2")
      .see("emptying", {{"root", "r1"}, {"keep", {"Drop", "BADMAIL"}}, {"empty_mailbox", true}});
  CHECK(story.state.kept_folders == std::vector<std::string>{"drop", "badmail"});
  CHECK(story.state.mailbox_emptied);
  CHECK(story.state.emptying_boot == "b2");
  story.see("removing", {{"first", "Queue/a"}, {"last", "Queue/c"}, {"count", 3}});
  CHECK(story.state.removing_first == "Queue/a");
  CHECK(story.state.removing_last == "Queue/c");
  story.see("left_in_place", {{"source", "Queue/b"}, {"why", "busy"}}).see("gone", {{"source", "Queue/d"}});
  CHECK(story.state.left_in_place == std::set<std::string>{"Queue/b"});
  CHECK(story.state.gone == std::set<std::string>{"Queue/d"});
  story.run("evacuate", "/m", "b3").see("emptying", {{"root", "r1"}});
  CHECK(story.state.left_in_place.empty());
  CHECK(story.state.gone.size() == 1);
  CHECK(story.state.emptying_boot == "b3");
  story.emptied();
  CHECK(story.state.emptied_files == 3);
  CHECK(story.state.emptied_kept == 1);
  CHECK(story.state.emptied_newcomers == 2);
  CHECK_FALSE(story.state.emptied_by_hand);
}

TEST_CASE("An adopted snapshot is emptied by hand", "[state]") {
  Story story;
  story.see("snapshot", {{"root", "r1"}, {"adopted", true}})
      .see("emptying", {{"by_hand", true}, {"pickup", "/live/Pickup"}})
      .see("emptied", {{"by_hand", true}});
  CHECK(story.state.pickup == "/live/Pickup");
  CHECK(story.state.snapshot->adopted);
  CHECK(story.state.emptied_by_hand);
  CHECK(story.state.stage() == Stage::emptied);
  CHECK(story.state.mailroot.empty());
}

TEST_CASE("Restored are the sources of groups that were closed", "[state]") {
  Story story;
  story.run("restore", "/m", "b2").see("restoring", {{"group", 1}, {"sources", {"a", "b"}}});
  REQUIRE(story.state.restoring);
  CHECK(story.state.restoring->boot == "b2");
  CHECK(story.state.restored.empty());
  story.see("restored", {{"group", 2}});
  CHECK(story.state.restoring);  // another group's word closes nothing
  story.see("restored", {{"group", 1}});
  CHECK_FALSE(story.state.restoring);
  CHECK(story.state.restored == std::set<std::string>{"a", "b"});
}

TEST_CASE("What an unfinished restore began and no later one took up is remembered", "[state]") {
  Story story;
  story.see("restoring", {{"group", 1}, {"sources", {"a", "b"}}})
      .see("restoring", {{"group", 2}, {"sources", {"b", "c"}}});
  CHECK(story.state.restoring_abandoned == std::set<std::string>{"a"});
  story.see("restored", {{"group", 2}}).see("restoring", {{"group", 3}, {"sources", {"a"}}});
  CHECK(story.state.restoring_abandoned.empty());
}

TEST_CASE("The folders that were replayed are known, also from single messages", "[state]") {
  Story story;
  story.see("replay", {{"folders", {"Badmail"}}}).see("message", {{"source", "Drop/x.eml"}});
  CHECK(story.state.replayed_folders == std::set<std::string>{"badmail", "drop"});
}

TEST_CASE("A killed run is seen, an ended one is not", "[state]") {
  Story story;
  CHECK(story.run("replay").state.run_open);
  CHECK(story.state.last_command == "replay");
  CHECK_FALSE(story.see("run_end", {{"exit", 0}}).state.run_open);
}

TEST_CASE("The Mailroot is bound by the run that works on it, not by one that was refused", "[state]") {
  Story story;
  SECTION("killed before anything else was recorded") {
    CHECK(story.run("evacuate", "/m").state.mailroot == "/m");
    CHECK(story.run("evacuate", "/other").state.mailroot == "/m");
  }
  SECTION("refused at once") {
    story.run("evacuate", "/mistyped").see("run_end", {{"exit", 5}});
    CHECK(story.state.mailroot.empty());
    CHECK(story.run("evacuate", "/m").state.mailroot == "/m");
  }
  SECTION("refused after the service was stopped") {
    story.run("evacuate", "/m").service("stopping", "running").see("run_end", {{"exit", 5}});
    CHECK(story.state.mailroot == "/m");
  }
  SECTION("a later refusal changes nothing") {
    story.run("evacuate", "/m").snapshot().see("run_end", {{"exit", 0}});
    story.run("evacuate", "/other").see("run_end", {{"exit", 5}});
    CHECK(story.state.mailroot == "/m");
  }
  SECTION("an adoption names the live one, not the backup") {
    story.run("adopt", "/m").see("snapshot", {{"root", "r1"}, {"adopted", true}, {"backup", "/b"}});
    CHECK(story.see("run_end", {{"exit", 0}}).state.mailroot == "/m");
  }
  SECTION("a restore elsewhere does not bind") {
    CHECK(story.run("restore", "/elsewhere").state.mailroot.empty());
  }
}

TEST_CASE("a part that was put back, where the Mailroot bore no mark, was told as all of it") {
  Story story;
  story.run("evacuate", "/m").snapshot().verified().see("emptying", {{"root", "r1"}});
  story.see("removing", {{"first", "Queue/a"}, {"last", "Queue/b"}, {"count", 2}});
  story.run("restore", "/m").see("restoring", {{"group", 1}, {"sources", {"Queue/a"}}}).see("restored", {{"group", 1}});
  CHECK_FALSE(story.state.put_back);
  // Only a restore of everything takes the mark away.
  story.see("mark", {{"state", "taken_away"}});
  CHECK(story.state.put_back);
  story.run("evacuate", "/m").see("removing", {{"first", "Queue/a"}, {"last", "Queue/b"}, {"count", 2}});
  CHECK_FALSE(story.state.put_back);
  story.see("mark", {{"state", "taken_away"}});  // after the last removal
  CHECK_FALSE(story.state.put_back);
}

}  // namespace requeue::tests
