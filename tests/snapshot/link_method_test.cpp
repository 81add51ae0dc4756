// A snapshot of hard links: the file itself, under a second name that only the bag has.
#include "snapshot/bench.h"
#include "support/share.h"

using namespace requeue;
using namespace requeue::tests;
namespace fs = boost::filesystem;

namespace {

struct LinkBench : Bench {
  explicit LinkBench(std::shared_ptr<files::Files> files = files::real_files()) : Bench(std::move(files)) {
    taking.method = snapshot::Method::link;
  }

  // Written a while before the evacuation, as mail that is stuck was.
  void add_old_messages(int count) const {
    add_messages(count);
    for (const auto& entry : fs::directory_iterator(mailroot() / "Queue")) {
      fs::last_write_time(entry.path(), fs::last_write_time(entry.path()) - 60);
    }
  }
};

}  // namespace

TEST_CASE("A linked snapshot is the file itself, verified and emptied like a copy", "[link]") {
  LinkBench bench;
  bench.add_messages(5);
  bench.add("Queue/sub/deep.EML", "deep");
  const auto before = contents(bench.mailroot());
  bench.open();
  const auto taken = bench.take();
  CHECK(taken.linked == 6);
  CHECK(taken.facts.files == 6);
  CHECK(fs::equivalent(bench.mailroot() / "Queue/0000.EML", bench.stored("Queue/0000.EML")));
  CHECK(bench.verify().verified.ok);
  CHECK(bench.empty().files == 6);
  CHECK(contents(bench.stored("")) == before);
  CHECK(fs::hard_link_count(bench.stored("Queue/0000.EML")) == 1);
  bench.end();
  CHECK(bench.restore_elsewhere().restored == 6);
  CHECK(contents(bench.other()) == before);
  CHECK_FALSE(fs::equivalent(bench.other() / "Queue/0000.EML", bench.stored("Queue/0000.EML")));
}

TEST_CASE("What a linked snapshot has read past the cache is looked at by the same run's verification, not read again",
          "[link]") {
  auto files = std::make_shared<RecordingFiles>();
  LinkBench bench(files);
  bench.add_old_messages(3);
  fs::create_hard_link(bench.mailroot() / "Queue/0001.EML", bench.mailroot().parent_path() / "kept by somebody");
  bench.open();
  const auto taken = bench.take();
  CHECK(taken.linked == 2);
  REQUIRE(taken.links != snapshot::Links::none);
  std::vector<std::string> opened;
  files->before("open", [&](const Call& call) {
    if (call.path.find("data/mailroot/") != std::string::npos) opened.push_back(call.path);
  });
  const auto once = snapshot::verify(bench.recovery(), bench.ear, 1, taken.links);
  REQUIRE(once);
  CHECK(once->verified.ok);
  CHECK(once->read_once == 2);
  CHECK(once->verified.files == 3);
  CHECK(once->verified.level == (taken.links == snapshot::Links::read_from_disk ? "disk" : "cache"));
  CHECK(opened == std::vector<std::string>{"snapshot/data/mailroot/Queue/0001.EML"});  // a copy
  CHECK(bench.events("verified").back()["read_once"] == 2);
  opened.clear();
  CHECK(bench.verify().read_once == 0);  // another run, or verify by itself
  CHECK(opened.size() == 3);
}

TEST_CASE("A file that was written right before it was linked is read again: a write after that could leave no mark",
          "[link]") {
  LinkBench bench;
  bench.add_old_messages(2);
  bench.add("Queue/new.EML", "just written");
  bench.open();
  const auto taken = bench.take();
  CHECK(taken.linked == 3);
  const auto verified = snapshot::verify(bench.recovery(), bench.ear, 1, taken.links);
  REQUIRE(verified);
  CHECK(verified->verified.ok);
  CHECK(verified->read_once == 2);
}

TEST_CASE("A linked file that is no longer the one that was read is read again by the same run's verification",
          "[link]") {
  LinkBench bench;
  bench.add_old_messages(3);
  bench.open();
  const auto taken = bench.take();
  const auto stored = bench.stored("Queue/0001.EML");
  const auto written = fs::last_write_time(stored);
  SECTION("written into, its time set back") {
    write(stored, "X" + read(stored).substr(1));
    fs::last_write_time(stored, written);
  }
  SECTION("another file in its place") {
    const auto bytes = "X" + read(stored).substr(1);
    fs::remove(stored);
    write(stored, bytes);
    fs::last_write_time(stored, written);
  }
  const auto verified = snapshot::verify(bench.recovery(), bench.ear, 1, taken.links);
  REQUIRE(verified);
  CHECK_FALSE(verified->verified.ok);
  CHECK(verified->read_once == 2);
  REQUIRE(verified->wrong.size() == 1);
  CHECK(verified->wrong[0].why == "other bytes");
  CHECK_FALSE(bench.try_empty());
}

TEST_CASE("A file that has another name already is copied: through that name somebody could still change it",
          "[link]") {
  LinkBench bench;
  bench.add_messages(2);
  fs::create_hard_link(bench.mailroot() / "Queue/0000.EML", bench.mailroot().parent_path() / "kept by somebody");
  bench.open();
  CHECK(bench.take().linked == 1);
  CHECK_FALSE(fs::equivalent(bench.mailroot() / "Queue/0000.EML", bench.stored("Queue/0000.EML")));
  CHECK(bench.verify().verified.ok);
}

TEST_CASE("what stays in the Mailroot was linked, and the snapshot changed with it", "[link]") {
  LinkBench bench;
  bench.add_messages(1);
  bench.add("Mailbox/user/m.eml", "of a person");
  bench.add("Drop/d.EML", "dropped");
  bench.add("of the Mailroot itself", "x");
  bench.taking.keep = bench.options.keep = {"Drop"};
  bench.open();
  CHECK(bench.take().linked == 1);
  REQUIRE(bench.verify().verified.ok);
  CHECK(bench.empty().kept == 3);
  for (const auto* const name : {"Mailbox/user/m.eml", "Drop/d.EML", "of the Mailroot itself"}) {
    write(bench.mailroot() / name, "changed in place");
  }
  CHECK(bench.verify().verified.ok);
}

TEST_CASE("A volume without hard links: link is refused, auto copies", "[link]") {
  for (const auto cause : {Cause::not_supported, Cause::cross_volume, Cause::denied}) {
    auto files = std::make_shared<FaultyFiles>();
    LinkBench bench(files);
    bench.add_messages(3);
    files->add({"create_link", "", 1, cause, true});
    bench.open();
    const auto before = fingerprint(bench.mailroot());
    const auto refused = bench.try_take();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().exit == Exit::precondition);
    CHECK(refused.error().hint.find("--method copy") != std::string::npos);
    CHECK(fingerprint(bench.mailroot()) == before);
    bench.taking.method = snapshot::Method::automatic;
    CHECK(bench.take().linked == 0);
    CHECK(bench.verify().verified.ok);
    CHECK(bench.empty().files == 3);
  }
}

TEST_CASE("What is written into a file after it was linked is found before anything is removed", "[link]") {
  LinkBench bench;
  bench.add_messages(3);
  bench.open();
  bench.take();
  bench.add("Queue/0001.EML", "another text under the same name");
  const auto verified = bench.verify();
  CHECK_FALSE(verified.verified.ok);
  CHECK_FALSE(bench.try_empty());
  CHECK(contents(bench.mailroot()).at("Queue/0001.EML") == "another text under the same name");
  CHECK(bench.take().facts.files == 3);  // taken anew it is right again
  CHECK(bench.verify().verified.ok);
  CHECK(bench.empty().files == 3);
}

TEST_CASE("A file that changes between its verification and its removal stays in the Mailroot", "[link]") {
  LinkBench bench;
  bench.add_messages(3);
  bench.open();
  bench.take();
  CHECK(bench.verify().verified.ok);
  bench.add("Queue/0001.EML", "another text under the same name");
  const auto emptied = bench.empty();
  CHECK(emptied.files == 2);
  CHECK(emptied.named.size() == 1);
  CHECK(contents(bench.mailroot()).at("Queue/0001.EML") == "another text under the same name");
}

TEST_CASE("Whichever call of a linked evacuation fails, every byte stands somewhere and the next run finishes",
          "[link]") {
  std::uint64_t calls = 0;
  for (std::uint64_t nth = 0; nth <= calls; nth += every(7)) {
    auto files = std::make_shared<FaultyFiles>();
    LinkBench bench(files);
    bench.add_messages(4);
    const auto before = contents(bench.mailroot());
    const auto first = files->calls();
    if (nth > 0) files->add({"", "", nth, Cause::io, true});
    const auto taken = bench.try_open() ? bench.try_take() : failure(Exit::failed, "it cannot be opened");
    if (taken) {
      const auto verified = snapshot::verify(bench.recovery(), bench.ear, 1, taken->links);
      if (verified && verified->verified.ok) static_cast<void>(bench.try_empty());
    }
    if (nth == 0) calls = files->calls() - first;
    files->heal();
    bench.kill();
    bench.open();
    if (!bench.recovery().state().emptied) {
      if (!bench.recovery().state().emptying) bench.take();
      INFO("call " << nth);
      REQUIRE(bench.verify().verified.ok);
      bench.empty();
    }
    CHECK(contents(bench.stored("")) == before);
  }
}
