// The recovery table of a handoff, row by row: what is found in Pickup, in staging, and of the boot, and what is made
// of it.
#include <algorithm>

#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "replay/index_of.h"
#include "replay/settle_fixture.h"

using namespace requeue;
using namespace requeue::tests;
namespace fs = boost::filesystem;

namespace {

using Boot = std::optional<std::string>;
// Of the run that settles; the intent's is boot-1.
const std::vector<Boot> every_boot = {"boot-1", "boot-2", std::nullopt};
const std::vector<Boot> not_the_same = {"boot-2", std::nullopt};

struct Decided {
  std::string standing;
  std::size_t commits, aborts, doubts;
};

Decided decided(CutShort& cut) {
  return {cut.standing(queued), cut.events("commit").size(), cut.events("abort").size(), cut.events("in_doubt").size()};
}

void check_in_doubt(CutShort& cut, const std::string& rule) {
  const auto [standing, commits, aborts, doubts] = decided(cut);
  CHECK(standing == "in_doubt " + rule);
  CHECK(commits == 0);
  CHECK(aborts == 0);
  CHECK(doubts == 1);
}

}  // namespace

TEST_CASE("no token and Pickup where the intent names them: in doubt, staging_gone", "[settle]") {
  const auto gone = GENERATE(as<std::string>{}, "token", "staging", "Pickup", "both", "another's token", "a link");
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, cut.composed);
  if (gone == "token") fs::remove(cut.staging() / "token");
  if (gone == "staging") fs::remove_all(cut.staging());
  if (gone == "Pickup") fs::remove(cut.pickup());
  if (gone == "both") fs::remove_all(cut.mailroot_path());
  if (gone == "another's token") write(cut.staging() / "token", mailroot::render({"0123456789abcdef", "elsewhere"}));
  if (gone == "a link") {
    fs::remove(cut.pickup());
    make_link(cut.folder.path(), cut.pickup());
  }
  INFO(gone);
  const auto settled = cut.settle("boot-1", {});
  check_in_doubt(cut, "staging_gone");
  CHECK(settled.in_doubt == 1);
  CHECK(settled.named.size() == 1);
  if (gone == "token" || gone == "another's token") CHECK(cut.stands(cut.staging() / name));
}

TEST_CASE("our bytes in Pickup: handed over, whatever is staged and whatever the boot", "[settle]") {
  for (const auto& boot : every_boot) {
    for (const std::string staged : {"none", "right", "wrong"}) {
      CutShort cut;
      const auto name = cut.intend(queued);
      write(cut.pickup() / name, cut.composed);
      if (staged == "right") write(cut.staging() / name, cut.composed);
      if (staged == "wrong") write(cut.staging() / name, "half of i");
      INFO(staged << ' ' << boot.value_or("unknown"));
      const auto settled = cut.settle(boot);
      CHECK(cut.standing(queued) == "replayed found_in_pickup");
      CHECK(settled.committed == 1);
      CHECK(cut.events("commit").at(0)["how"] == "found_in_pickup");
      CHECK(read(cut.pickup() / name) == cut.composed);
      CHECK_FALSE(cut.stands(cut.staging() / name));
    }
  }
}

TEST_CASE("other bytes in Pickup under the name: in doubt, name_taken, and both are left", "[settle]") {
  for (const auto& boot : every_boot) {
    for (const std::string found : {"file", "folder", "link"}) {
      CutShort cut;
      const auto name = cut.intend(queued);
      write(cut.staging() / name, cut.composed);
      if (found == "file") write(cut.pickup() / name, "somebody else's");
      if (found == "folder") fs::create_directory(cut.pickup() / name);
      if (found == "link" && !make_link(cut.staging() / name, cut.pickup() / name)) continue;
      INFO(found << ' ' << boot.value_or("unknown"));
      cut.settle(boot);
      check_in_doubt(cut, "name_taken");
      CHECK(cut.stands(cut.pickup() / name));
      CHECK(read(cut.staging() / name) == cut.composed);
    }
  }
}

TEST_CASE("staged as composed, nothing in Pickup, the same boot: it was not sent, and is now", "[settle]") {
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, cut.composed);
  const auto settled = cut.settle("boot-1");
  CHECK(cut.standing(queued) == "replayed replay");
  CHECK(settled.renamed == 1);
  CHECK(cut.events("commit").at(0)["how"] == "renamed");
  CHECK(read(cut.pickup() / name) == cut.composed);
  CHECK_FALSE(cut.stands(cut.staging()));
}

TEST_CASE("the same, and this run hands over elsewhere: aborted, removed, to be planned anew", "[settle]") {
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, cut.composed);
  const auto elsewhere = cut.folder.path() / "other/Pickup";
  fs::create_directories(elsewhere);
  cut.settle("boot-1", elsewhere);
  CHECK(cut.standing(queued) == "pending");
  CHECK(cut.events("abort").size() == 1);
  CHECK(cut.events("commit").empty());
  CHECK_FALSE(cut.stands(cut.pickup() / name));
  CHECK_FALSE(cut.stands(elsewhere / name));
  CHECK_FALSE(cut.stands(cut.staging()));
}

TEST_CASE("Pickup by two paths: its staging was removed with the one, and the other found it gone", "[settle]") {
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, cut.composed);
  cut.settle("boot-1", cut.mailroot_path() / "." / "Pickup");
  CHECK(cut.standing(queued) == "pending");
  CHECK_FALSE(cut.stands(cut.staging()));
}

TEST_CASE("staged with other bytes, nothing in Pickup, the same boot: aborted and composed anew", "[settle]") {
  const auto staged = GENERATE(as<std::string>{}, "torn", "empty");
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, staged == "empty" ? "" : "x-sender: a@exam");
  INFO(staged);
  cut.settle("boot-1");
  CHECK(cut.standing(queued) == "pending");
  CHECK(cut.events("abort").size() == 1);
  CHECK_FALSE(cut.stands(cut.pickup() / name));
  CHECK_FALSE(cut.stands(cut.staging() / name));
}

TEST_CASE("staged, nothing in Pickup, another or an unknown boot: in doubt, and the staged file is kept", "[settle]") {
  for (const auto& boot : not_the_same) {
    for (const bool right : {true, false}) {
      CutShort cut;
      const auto name = cut.intend(queued);
      const auto bytes = right ? cut.composed : std::string("x-sender: a@exam");
      write(cut.staging() / name, bytes);
      INFO(boot.value_or("unknown") << ' ' << right);
      const auto settled = cut.settle(boot);
      check_in_doubt(cut, "reboot");
      CHECK(settled.in_doubt == 1);
      CHECK(read(cut.staging() / name) == bytes);
      CHECK_FALSE(cut.stands(cut.pickup() / name));

      // Never by itself: not by the next runs either, of whatever boot.
      for (const auto& later : every_boot) {
        const auto again = cut.settle(later);
        CHECK(again.in_doubt + again.committed + again.renamed + again.aborted == 0);
        CHECK(read(cut.staging() / name) == bytes);
        CHECK_FALSE(cut.stands(cut.pickup() / name));
      }
      check_in_doubt(cut, "reboot");
    }
  }
}

TEST_CASE("an intent whose own boot was unknown is never of the same boot", "[settle]") {
  CutShort cut;
  cut.disk->machine_boot = std::nullopt;
  cut.settle(std::nullopt);
  const auto name = cut.intend(queued);
  fs::create_directories(cut.staging());
  write(cut.staging() / "token", mailroot::render({cut.id(), "recovery"}));
  write(cut.staging() / name, cut.composed);
  cut.settle(std::nullopt);
  check_in_doubt(cut, "reboot");
  CHECK(read(cut.staging() / name) == cut.composed);
}

TEST_CASE("a Pickup on another host has a boot of its own: in doubt, though ours is the same", "[settle]") {
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, cut.composed);
  cut.local = false;
  cut.settle("boot-1");
  check_in_doubt(cut, "reboot");
  CHECK(read(cut.staging() / name) == cut.composed);
}

TEST_CASE("in neither place: the service took it, whatever the boot; flushed before it is told, and noted",
          "[settle]") {
  for (const auto& boot : every_boot) {
    CutShort cut;
    cut.intend(queued);
    INFO(boot.value_or("unknown"));
    const auto settled = cut.settle(boot);
    CHECK(cut.standing(queued) == "replayed staged_gone");
    CHECK(cut.events("commit").at(0)["how"] == "staged_gone");
    CHECK(settled.named.size() == 1);
    const auto calls = cut.record->lines({"flush_folder", "write"});
    const auto flushed = index_of(calls, "flush_folder Pickup");
    CHECK(flushed < calls.size());
    CHECK(flushed < index_of(calls, "write journal.jsonl", flushed));
    CHECK(index_of(calls, "write journal.jsonl", flushed) < calls.size());
  }
}

TEST_CASE("the same on a file system without a journal: in doubt after a restart only", "[settle]") {
  for (const auto& boot : every_boot) {
    CutShort cut;
    cut.intend(queued);
    cut.journaled = false;
    INFO(boot.value_or("unknown"));
    cut.settle(boot);
    if (boot == Boot("boot-1")) {
      CHECK(cut.standing(queued) == "replayed staged_gone");
    } else {
      check_in_doubt(cut, "reboot");
    }
  }
}

TEST_CASE("a name of ours in Pickup that the service holds open is there: handed over", "[settle]") {
  const auto cause = GENERATE(Cause::busy, Cause::denied);
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.pickup() / name, cut.composed);
  cut.faults->add({"open", "Pickup/" + name, 1, cause});
  cut.settle("boot-2");
  CHECK(cut.standing(queued) == "replayed found_in_pickup");
}

TEST_CASE("a device that fails while it is looked at decides nothing: the intent stays open", "[settle]") {
  const auto where = GENERATE(as<std::string>{}, "open Pickup/", "status Pickup/", "open .requeue-", "status Pickup",
                              "open_tree mailroot");
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, cut.composed);
  if (where == "open Pickup/") write(cut.pickup() / name, cut.composed);
  const auto blank = where.find(' ');
  INFO(where);
  cut.faults->add({where.substr(0, blank), where.substr(blank + 1), 1, Cause::io, true});
  CHECK_FALSE(cut.try_settle("boot-1", cut.pickup()));
  CHECK(cut.standing(queued) == "pending open");
  CHECK(read(cut.staging() / name) == cut.composed);
  cut.faults->heal();
  cut.settle("boot-1");
  CHECK(cut.standing(queued).substr(0, 8) == "replayed");
}

TEST_CASE("a hand-over that failed while a killed replay was settled did not say how many had gone", "[settle]") {
  CutShort cut;
  for (const auto& [source, number] : {std::pair(queued, 1), std::pair(std::string("Queue/b.eml"), 2)}) {
    write(cut.staging() / cut.intend(source, number), cut.composed);
  }
  cut.faults->add({"flush_folder", "Pickup", 1, Cause::io, true});
  const auto failed = cut.try_settle("boot-1", cut.pickup());
  REQUIRE_FALSE(failed);
  CHECK(failed.error().hint.find("2 messages of the replay that was cut short went to Pickup first") == 0);
  cut.faults->heal();
  CHECK(cut.settle("boot-1").committed == 2);
}

TEST_CASE("a staged file without an open intent was never renamed: it goes; others' files stay", "[settle]") {
  CutShort cut;
  const auto litter = replay::written_name(replay::digest_of(sha256_of("x")), cut.id(), 7);
  write(cut.staging() / litter, "composed, never intended");
  write(cut.staging() / "notes.txt", "somebody's");
  cut.settle("boot-2");
  CHECK_FALSE(cut.stands(cut.staging() / litter));
  CHECK(read(cut.staging() / "notes.txt") == "somebody's");
  CHECK(cut.stands(cut.staging() / "token"));
}

TEST_CASE("intents of a killed run are on the disk before any rename of theirs is made good", "[settle]") {
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, cut.composed);
  cut.with_opening = true;
  cut.settle("boot-1");
  const auto calls = cut.record->lines({"flush", "rename", "flush_folder", "write", "remove_file"});
  const auto renamed = index_of(calls, "rename .requeue-");
  REQUIRE(renamed < calls.size());
  CHECK(index_of(calls, "flush journal.jsonl") < renamed);
  // Pickup before staging, both before the commit is written, and that flushed before the end.
  const auto pickup = index_of(calls, "flush_folder Pickup", renamed);
  const auto staging = index_of(calls, "flush_folder .requeue-", pickup);
  const auto told = index_of(calls, "write journal.jsonl", renamed);
  CHECK(pickup < staging);
  CHECK(staging < told);
  CHECK(told < index_of(calls, "flush journal.jsonl", told));
  CHECK(index_of(calls, "flush journal.jsonl", told) < calls.size());
}

TEST_CASE("an abort is on the disk before the staged file goes", "[settle]") {
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, "torn");
  cut.settle("boot-1");
  const auto calls = cut.record->lines({"flush", "write", "remove_file"});
  const auto removed = index_of(calls, "remove_file .requeue-");
  REQUIRE(removed < calls.size());
  const auto told = index_of(calls, "write journal.jsonl");
  CHECK(told < index_of(calls, "flush journal.jsonl", told));
  CHECK(index_of(calls, "flush journal.jsonl", told) < removed);
}

TEST_CASE("an intent with a name that is not of our making is damage: no path is taken from it", "[settle]") {
  const auto name = GENERATE(as<std::string>{}, "../x.eml", "a.eml", "", "0123456789abcdef-0123456789abcdef-1.eml/..");
  CutShort cut;
  REQUIRE(cut.recovery->record("intent", {{"source", queued},
                                          {"pickup", cut.pickup().string()},
                                          {"name", name},
                                          {"written_sha256", sha256_of(cut.composed)}}));
  const auto settled = cut.try_settle("boot-1", cut.pickup());
  REQUIRE_FALSE(settled);
  CHECK(settled.error().exit == Exit::verification);
}

TEST_CASE("a rename of the settling that may have happened leaves intent, staged file and token for the next run",
          "[settle]") {
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, cut.composed);
  const bool happened = GENERATE(true, false);
  INFO(happened);
  cut.faults->add({"rename", "Pickup/" + name, 1, Cause::io, false, happened});
  if (!happened) cut.faults->add({"status", "Pickup/" + name, 2, Cause::io});
  const auto settled = cut.settle("boot-1");
  CHECK(settled.named.size() == 1);
  CHECK(cut.standing(queued) == "pending open");
  CHECK(cut.stands(cut.staging() / "token"));
  CHECK(cut.stands(cut.staging() / name) != happened);
  CHECK(cut.stands(cut.pickup() / name) == happened);
  cut.faults->heal();
  cut.settle("boot-1");
  CHECK(cut.standing(queued).substr(0, 8) == "replayed");
  CHECK(read(cut.pickup() / name) == cut.composed);
}

TEST_CASE("a staged file that vanished while it was settled counted as sent in the run after", "[settle]") {
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, cut.composed);
  cut.record->before("rename", [&](const Call&) { boost::filesystem::remove(cut.staging() / name); });
  const auto settled = cut.settle("boot-1");
  CHECK(settled.in_doubt == 1);
  CHECK(cut.standing(queued) == "in_doubt staging_gone");
  cut.record->before("rename", [](const Call&) {});
  cut.settle("boot-1");
  CHECK(cut.standing(queued) == "in_doubt staging_gone");
}

TEST_CASE("staging is looked into before Pickup: a file that moves between the looks is seen", "[settle]") {
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, cut.composed);
  write(cut.pickup() / name, cut.composed);
  cut.settle("boot-2");
  const auto calls = cut.record->lines({"open", "status"});
  CHECK(index_of(calls, "open .requeue-" + cut.id() + '/' + name) < index_of(calls, "status Pickup/" + name));
  CHECK(index_of(calls, "status Pickup/" + name) < calls.size());
}

TEST_CASE("each intent of a group is settled by itself", "[settle]") {
  CutShort cut;
  const auto first = cut.intend("Queue/1.eml", 1);
  const auto second = cut.intend("Queue/2.eml", 2);
  cut.intend("Queue/3.eml", 3);
  const auto fourth = cut.intend("Queue/4.eml", 10);
  write(cut.pickup() / first, cut.composed);
  write(cut.staging() / second, cut.composed);
  write(cut.staging() / fourth, cut.composed);
  cut.settle("boot-2");
  CHECK(cut.standing("Queue/1.eml") == "replayed found_in_pickup");
  CHECK(cut.standing("Queue/2.eml") == "in_doubt reboot");
  CHECK(cut.standing("Queue/3.eml") == "replayed staged_gone");
  CHECK(cut.standing("Queue/4.eml") == "in_doubt reboot");
  CHECK(cut.stands(cut.staging() / second));
  CHECK(cut.stands(cut.staging() / fourth));
}

TEST_CASE("A staged file that a power cut brought back stood without the token, and every later replay was refused",
          "[settle]") {
  CutShort cut;
  const auto name = cut.intend(queued);
  write(cut.staging() / name, "torn");
  cut.settle("boot-1");
  const auto calls = cut.record->lines({"flush_folder", "remove_file"});
  const auto removed = index_of(calls, "remove_file .requeue-" + cut.id() + '/' + name);
  const auto flushed = index_of(calls, "flush_folder .requeue-", removed);
  const auto token = index_of(calls, "remove_file .requeue-" + cut.id() + "/token");
  REQUIRE(removed < calls.size());
  REQUIRE(token < calls.size());
  CHECK(removed < flushed);
  CHECK(flushed < token);
}
