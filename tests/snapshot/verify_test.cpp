// Reading the snapshot again from the disk: whatever is not what was copied is found and named.
#include "core/digest.h"
#include "snapshot/bag_tags.h"
#include "snapshot/bench.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

using Wrongs = std::vector<std::pair<std::string, std::string>>;

Wrongs wrongs_of(const snapshot::VerifyResult& result) {
  Wrongs wrongs;
  for (const auto& one : result.wrong) wrongs.emplace_back(one.path, one.why);
  return wrongs;
}

void check_damage(Bench& bench, const std::string& path) {
  const auto result = bench.verify();
  CHECK_FALSE(result.verified.ok);
  REQUIRE(result.wrong.size() == 1);
  CHECK(result.wrong[0].path == "snapshot/" + path);
  CHECK(bench.events("verified").back()["ok"] == false);
  const auto emptied = bench.try_empty();
  REQUIRE_FALSE(emptied);
  CHECK(emptied.error().exit == Exit::precondition);
  CHECK(contents(bench.mailroot() / "Queue").size() == 2);
}

}  // namespace

TEST_CASE("A good snapshot verifies: what was read and its root are recorded", "[verify]") {
  Bench bench;
  bench.take_two();
  const auto result = bench.verify();
  CHECK(result.wrong.empty());
  CHECK(result.verified.ok);
  CHECK(result.verified.files == 2);
  CHECK(result.verified.bytes == 7);
  const auto event = bench.events("verified").at(0);
  CHECK(event["ok"] == true);
  CHECK(event["files"] == 2);
  CHECK(event["root"] == bench.events("snapshot").at(0)["root"]);
  CHECK(bench.recovery().state().verified_now());
}

TEST_CASE("A snapshot without files is checked all the same", "[verify]") {
  Bench bench;
  bench.open();
  bench.take();
  const auto result = bench.verify();
  CHECK(result.verified.ok);
  CHECK(result.verified.files == 0);
}

TEST_CASE("Payload that was changed, removed, added or replaced by a folder is named, each file once", "[verify]") {
  Bench bench;
  bench.take_two();
  const std::string stored = "data/mailroot/Queue/a.EML";
  Wrongs expected;
  SECTION("changed, at the same length") {
    write(bench.stored("Queue/a.EML"), "onE");
    expected = {{stored, "other bytes"}};
  }
  SECTION("cut") {
    write(bench.stored("Queue/a.EML"), "");
    expected = {{stored, "other bytes"}};
  }
  SECTION("removed") {
    fs::remove(bench.stored("Queue/a.EML"));
    expected = {{stored, "missing"}};
  }
  SECTION("added") {
    write(bench.stored("Queue/c.EML"), "new");
    expected = {{"data/mailroot/Queue/c.EML", "not in the manifest"}};
  }
  SECTION("added beside the tree") {
    write(bench.bag() / "data/x", "new");
    expected = {{"data/x", "not in the manifest"}};
  }
  SECTION("replaced by a folder") {
    fs::remove(bench.stored("Queue/a.EML"));
    fs::create_directory(bench.stored("Queue/a.EML"));
    expected = {{stored, "missing"}};
  }
  SECTION("exchanged with another") {
    fs::rename(bench.stored("Queue/a.EML"), bench.bag() / "x");
    fs::rename(bench.stored("Queue/b.EML"), bench.stored("Queue/a.EML"));
    fs::rename(bench.bag() / "x", bench.stored("Queue/b.EML"));
    expected = {{stored, "other bytes"}, {"data/mailroot/Queue/b.EML", "other bytes"}};
  }
  const auto result = bench.verify();
  CHECK(wrongs_of(result) == expected);
  CHECK_FALSE(result.verified.ok);
  CHECK_FALSE(bench.recovery().state().verified_now());
}

TEST_CASE("A stream's bytes are verified as the file's are", "[verify]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  if (!bench.add_stream_if_kept("Queue/a.EML", "PROPERTIES", "envelope")) return;
  bench.open();
  bench.take();
  CHECK(bench.verify().verified.files == 1);
  write(bench.bag() / "data/streams/00000001", "envelopE");
  CHECK(wrongs_of(bench.verify()) == Wrongs{{"data/streams/00000001", "other bytes"}});
}

TEST_CASE("A tag file that was changed, removed or cut is damage, also when the tag manifest was made to agree",
          "[verify]") {
  Bench bench;
  bench.take_two();
  const std::string name = GENERATE("bag-info.txt", "bagit.txt", "files.jsonl", "manifest-sha256.txt");
  const auto text = read(bench.bag() / name);
  SECTION("changed") {
    write(bench.bag() / name, text + "x\n");
    check_damage(bench, name);
  }
  SECTION("removed") {
    fs::remove(bench.bag() / name);
    check_damage(bench, name);
  }
  SECTION("cut") {
    write(bench.bag() / name, text.substr(0, text.size() / 2));
    check_damage(bench, name);
  }
  SECTION("changed with care: the journal has the root") {
    tamper(bench.bag(), name, [](const std::string& whole) { return whole + "\n"; });
    check_damage(bench, "tagmanifest-sha256.txt");
  }
}

// The root is in the journal: only who forged that as well comes as far as the lists themselves.
TEST_CASE("A payload file that one of the two lists does not name is told, though all tags and the root agree",
          "[verify]") {
  Bench bench;
  bench.take_two();
  const std::string stored = "data/mailroot/Queue/a.EML";
  Wrongs expected;
  const auto without = [&](const std::string& text) {
    const auto name = text.find("Queue/a.EML");
    REQUIRE(name != std::string::npos);
    const auto begin = text.rfind('\n', name) + 1;
    return text.substr(0, begin) + text.substr(text.find('\n', name) + 1);
  };
  SECTION("files.jsonl") {
    tamper(bench.bag(), "files.jsonl", without);
    expected = {{stored, "not in files.jsonl"}};
  }
  SECTION("the manifest") {
    tamper(bench.bag(), "manifest-sha256.txt", without);
    // By the line of files.jsonl, and by the file.
    expected = {{stored, "not in the manifest"}, {stored, "not in the manifest"}};
  }
  const auto recorded = bench.events("snapshot").at(0);
  bench.record("snapshot", {{"files", recorded["files"]},
                            {"bytes", recorded["bytes"]},
                            {"folders", recorded["folders"]},
                            {"root", sha256_hex(read(bench.bag() / "tagmanifest-sha256.txt"))},
                            {"mailroot", recorded["mailroot"]}});
  CHECK(wrongs_of(bench.verify()) == expected);
}

TEST_CASE("A tag manifest that is gone, or lacks a tag file, or names payload is damage", "[verify]") {
  Bench bench;
  bench.take_two();
  const auto path = bench.bag() / "tagmanifest-sha256.txt";
  const auto text = read(path);
  const auto tree = bench.files().open(bench.home()).value();
  const auto refused = [&] {
    const auto checked = snapshot::check_tags(*tree, {});  // without the journal's root: by its own words
    return !checked && checked.error().exit == Exit::verification;
  };
  CHECK_FALSE(refused());
  fs::remove(path);
  CHECK(refused());
  CHECK_FALSE(bench.verify().verified.ok);
  write(path, text.substr(text.find('\n') + 1));  // without bag-info.txt
  CHECK(refused());
  write(path, text + sha256_hex("one") + "  data/mailroot/Queue/a.EML\n");
  CHECK(refused());
  write(path, text + sha256_hex("") + "  ../journal.jsonl\n");
  CHECK(refused());
  write(path, text.substr(0, text.size() - 1));
  CHECK(refused());
}

TEST_CASE("A verification speaks of one snapshot: another one taken after it is not verified", "[verify]") {
  Bench bench;
  bench.take_two();
  CHECK(bench.verify().verified.ok);
  bench.add("Queue/c.EML", "new");
  bench.take();
  CHECK_FALSE(bench.recovery().state().verified_now());
  const auto emptied = bench.try_empty();
  REQUIRE_FALSE(emptied);
  CHECK(emptied.error().exit == Exit::precondition);
  CHECK(emptied.error().hint.find("requeue verify") != std::string::npos);
}

TEST_CASE("The newest verification counts: a bad one after a good one forbids emptying", "[verify]") {
  Bench bench;
  bench.take_two();
  CHECK(bench.verify().verified.ok);
  write(bench.stored("Queue/a.EML"), "onE");
  CHECK_FALSE(bench.verify().verified.ok);
  const auto emptied = bench.try_empty();
  REQUIRE_FALSE(emptied);
  CHECK(emptied.error().exit == Exit::precondition);
}

TEST_CASE("check_bag reads the same and writes nothing", "[verify]") {
  Bench bench;
  bench.take_two();
  const auto before = read(bench.home() / "journal.jsonl");
  CHECK(snapshot::check_bag(bench.recovery(), true, bench.ear)->verified.ok);
  write(bench.stored("Queue/a.EML"), "onE");
  CHECK_FALSE(snapshot::check_bag(bench.recovery(), true, bench.ear)->verified.ok);
  CHECK(snapshot::check_bag(bench.recovery(), false, bench.ear)->verified.ok);  // not asked for the bytes
  CHECK(read(bench.home() / "journal.jsonl") == before);
}

TEST_CASE("Without a snapshot in the journal there is nothing to verify", "[verify]") {
  Bench bench;
  bench.open();
  const auto result = snapshot::verify(bench.recovery(), bench.ear);
  REQUIRE_FALSE(result);
  CHECK(result.error().exit == Exit::precondition);
}

TEST_CASE("An interrupted verification records nothing, neither good nor bad", "[verify]") {
  Bench bench;
  bench.take_two();
  bench.ear.stop_after = bench.ear.advanced + 1;
  const auto result = snapshot::verify(bench.recovery(), bench.ear);
  REQUIRE_FALSE(result);
  CHECK(result.error().exit == Exit::interrupted);
  CHECK(bench.events("verified").empty());
}

}  // namespace requeue::tests
