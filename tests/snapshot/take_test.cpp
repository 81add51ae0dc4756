// What a snapshot holds, and what it leaves alone.
#include <algorithm>
#include <sstream>

#include "core/digest.h"
#include "snapshot/bench.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("A snapshot holds the whole tree, empty folders and empty files included, and the Mailroot is as before",
          "[snapshot]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Queue/deep/er/b.eml", "");
  bench.add("smtp.log", "in the Mailroot itself");
  bench.add("Mailbox/example.org/P3_x.mbx/P1.eml", std::string(300000, 'x'));
  const auto before = fingerprint(bench.mailroot());
  bench.open();
  const auto taken = bench.take();
  CHECK(fingerprint(bench.mailroot()) == before);
  CHECK(contents(bench.stored("")) == contents(bench.mailroot()));
  CHECK(taken.facts.files == 4);
  CHECK(taken.facts.bytes == 3 + 22 + 300000);
  CHECK(taken.facts.folders == 9);
  CHECK(taken.facts.streams == 0);
  CHECK(taken.others.empty());
  CHECK(taken.superseded.empty());
}

TEST_CASE("The bag is a BagIt 1.0 bag: declaration, payload oxum, a manifest of every payload file, a tag manifest",
          "[snapshot]") {
  Bench bench;
  bench.add("Queue/b.EML", "two");
  bench.add("Queue/a.EML", "one");
  bench.open();
  const auto taken = bench.take();
  CHECK(read(bench.bag() / "bagit.txt") == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
  const auto info = lines_of(read(bench.bag() / "bag-info.txt"));
  CHECK(std::count(info.begin(), info.end(), "Payload-Oxum: 6.2") == 1);
  CHECK(std::count(info.begin(), info.end(), "External-Identifier: CHG-1") == 1);
  CHECK(std::count(info.begin(), info.end(), "Bagging-Software-Agent: requeue test") == 1);
  CHECK(read(bench.bag() / "manifest-sha256.txt") ==
        sha256_hex("one") + "  data/mailroot/Queue/a.EML\n" + sha256_hex("two") + "  data/mailroot/Queue/b.EML\n");
  const auto tags = read(bench.bag() / "tagmanifest-sha256.txt");
  for (const auto* const name : {"bag-info.txt", "bagit.txt", "files.jsonl", "manifest-sha256.txt"}) {
    INFO(name);
    CHECK(tags.find(sha256_hex(read(bench.bag() / name)) + "  " + name + "\n") != std::string::npos);
  }
  CHECK(taken.facts.root == sha256_hex(tags));
  CHECK(bench.events("snapshot").at(0)["root"] == taken.facts.root);
  CHECK(bench.events("snapshot").at(0)["mailroot"] == files::to_text(bench.tree().path()));
}

TEST_CASE("Whether files are copied and read one by one or many at a time, the bag is the same", "[snapshot]") {
  std::vector<std::string> tags;
  Bench bench;
  for (int i = 0; i < 500; ++i) {
    bench.add("Queue/" + std::to_string(i) + ".EML", std::string(static_cast<std::size_t>(i) * 40, 'x'));
    if (i % 50 == 0) bench.add("Drop/" + std::to_string(i) + "/in/it.eml", std::to_string(i));
  }
  bench.open();
  for (const unsigned jobs : {1U, 8U}) {
    bench.taking.jobs = jobs;
    const auto taken = bench.take();
    CHECK(taken.facts.files == 510);
    tags.push_back(read(bench.bag() / "files.jsonl") + read(bench.bag() / "manifest-sha256.txt"));
    const auto verified = snapshot::verify(bench.recovery(), bench.ear, jobs);
    REQUIRE(verified);
    CHECK(verified->verified.ok);
    CHECK(verified->verified.files == 510);
  }
  CHECK(tags[0] == tags[1]);
}

TEST_CASE("Lines of files.jsonl are seen in their order, and damage where it is, however many are read ahead",
          "[snapshot][exhaustive]") {
  const unsigned jobs = GENERATE(1U, 8U);
  Bench bench;
  for (int i = 1000; i < 1700; ++i) bench.add("Queue/" + std::to_string(i) + ".EML", "x");
  bench.open();
  bench.take();
  std::vector<std::string> seen;
  const auto visit = [&](const snapshot::Entry& entry) -> Result<void> {
    seen.push_back(entry.source);
    return {};
  };
  REQUIRE(snapshot::read_entries(bench.recovery().tree(), visit, jobs));
  CHECK(seen.size() >= 702);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  const auto path = bench.bag() / "files.jsonl";
  auto lines = lines_of(read(path));
  REQUIRE(lines.size() == seen.size());
  const auto whole = seen.size();
  SECTION("no object") {
    lines[399] = "{";
  }
  SECTION("twice") {
    lines[399] = lines[398];
  }
  SECTION("outside") {
    lines[399].replace(lines[399].find("Queue/"), 6, "../ue/");
  }
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  write(path, text);
  seen.clear();
  const auto refused = snapshot::read_entries(bench.recovery().tree(), visit, jobs);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit == Exit::verification);
  CHECK(refused.error().why.find("line 400: ") != std::string::npos);
  CHECK(seen.size() == 399);
  CHECK(whole > 399);
}

TEST_CASE("A ticket with a line end cannot write another field into bag-info.txt", "[snapshot]") {
  Bench bench;
  bench.open();
  REQUIRE(
      snapshot::take(bench.recovery(), bench.tree(), {"requeue", "CHG-1\nPayload-Oxum: 0.0\r", "h"}, {}, bench.ear));
  const auto info = lines_of(read(bench.bag() / "bag-info.txt"));
  CHECK(info.size() == 5);
  CHECK(std::count(info.begin(), info.end(), "External-Identifier: CHG-1Payload-Oxum: 0.0") == 1);
}

TEST_CASE("files.jsonl keeps times and identity of each file and folder, in the order of their names", "[snapshot]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.add("Queue.txt", "sorts between a folder and what is in it");
  bench.open();
  bench.take();
  const auto status = bench.tree().status("Queue/a.EML").value();
  const auto entries = entries_of(bench.bag());
  const auto& entry = entries.at("Queue/a.EML");
  CHECK(entry["kind"] == "file");
  CHECK(entry["size"] == 3);
  CHECK(entry["sha256"] == sha256_hex("one"));
  CHECK(entry["stored"] == "data/mailroot/Queue/a.EML");
  CHECK(entry["written"] == to_iso8601_exact(status.written));
  CHECK(entry["file"] == status.identity.file);
  CHECK_FALSE(entry.contains("name_hex"));
  CHECK(entries.at("")["kind"] == "folder");
  const auto text = read(bench.bag() / "files.jsonl");
  CHECK(text.find("\"Queue\"") < text.find("\"Queue.txt\""));
  CHECK(text.find("\"Queue.txt\"") < text.find("\"Queue/a.EML\""));
}

TEST_CASE("Payload is on the disk before any list of it, and the tag manifest takes its name last", "[snapshot]") {
  auto files = std::make_shared<RecordingFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "one");
  bench.open();
  files->forget();
  bench.take();
  const auto calls = files->lines({"create", "flush_all", "rename", "flush_folder", "flush", "write"});
  const auto place = [&](const std::string& call) {
    const auto found = std::find(calls.begin(), calls.end(), call);
    REQUIRE(found != calls.end());
    return found - calls.begin();
  };
  const auto sealing = place("rename snapshot/tagmanifest-sha256.txt.new -> snapshot/tagmanifest-sha256.txt");
  CHECK(place("create snapshot/data/mailroot/Queue/a.EML") < place("flush_all"));
  CHECK(place("flush_all") < place("create snapshot/manifest-sha256.txt"));
  CHECK(calls.at(static_cast<std::size_t>(sealing) - 1) == "flush_all");
  CHECK(calls.at(static_cast<std::size_t>(sealing) + 1) == "flush_folder snapshot");
  CHECK(place("write journal.jsonl") > sealing);
  CHECK(calls.back() == "flush journal.jsonl");
}

TEST_CASE("Alternate streams, of folders too, are kept as plain files and counted apart", "[snapshot]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  if (!bench.add_stream_if_kept("Queue/a.EML", "PROPERTIES", "envelope")) return;
  bench.add_stream_if_kept("Queue", "folder stream", "f");
  bench.open();
  const auto taken = bench.take();
  CHECK(taken.facts.files == 1);
  CHECK(taken.facts.bytes == 3);
  CHECK(taken.facts.streams == 2);
  const auto stream = entries_of(bench.bag()).at("Queue/a.EML")["streams"][0];
  CHECK(stream["name"] == "PROPERTIES");
  CHECK(read(bench.bag() / stream["stored"].get<std::string>()) == "envelope");
  CHECK(read(bench.bag() / "bag-info.txt").find("Payload-Oxum: 12.3\n") != std::string::npos);
  CHECK(bench.verify().verified.ok);
}

TEST_CASE("An interrupted snapshot is not sealed, nothing is recorded, and the next one is taken anew", "[snapshot]") {
  Bench bench;
  bench.add_messages(5);
  bench.open();
  bench.ear.stop_after = 3;
  const auto taken = bench.try_take();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().exit == Exit::interrupted);
  CHECK_FALSE(fs::exists(bench.bag() / "tagmanifest-sha256.txt"));
  CHECK(bench.events("snapshot").empty());
  bench.ear = {};
  CHECK(bench.take().facts.files == 5);
  CHECK_FALSE(fs::exists(bench.home() / "superseded"));
  CHECK(bench.verify().verified.ok);
}

TEST_CASE("Once emptying has begun, the snapshot is never taken again", "[snapshot]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.snapshotted();
  const auto before = contents(bench.home());
  bench.record("emptying", {{"root", ""}});
  const auto taken = bench.try_take();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().exit == Exit::precondition);
  CHECK(read(bench.bag() / "files.jsonl") == before.at("snapshot/files.jsonl"));
}

TEST_CASE("An adopted backup is recorded as one, and not as the Mailroot", "[snapshot]") {
  Bench bench;
  bench.add("Queue/a.EML", "one");
  bench.open();
  const auto taken = snapshot::take(bench.recovery(), bench.tree(), {}, {.adopted = true}, bench.ear);
  REQUIRE(taken);
  CHECK(taken->facts.adopted);
  const auto event = bench.events("snapshot").at(0);
  CHECK(event["adopted"] == true);
  CHECK(event["backup"] == files::to_text(bench.tree().path()));
  CHECK_FALSE(event.contains("mailroot"));
}

TEST_CASE("A file that is held open by somebody is tried three times, then refused", "[snapshot]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "old");
  bench.open();
  Fault held{"open", "Queue/a.EML", 1, Cause::busy, true};
  SECTION("for good") {
    files->add(held);
    const auto taken = bench.try_take();
    REQUIRE_FALSE(taken);
    CHECK(taken.error().exit == Exit::precondition);
    CHECK(files->failed() == 3);
  }
  SECTION("for a moment") {
    held.for_ever = false;
    files->add(held);
    CHECK(bench.take().facts.files == 1);
  }
}

TEST_CASE("A file that may not be read ends the snapshot at once", "[snapshot]") {
  auto files = std::make_shared<FaultyFiles>();
  Bench bench(files);
  bench.add("Queue/a.EML", "old");
  bench.open();
  files->add({"open", "Queue/a.EML", 1, Cause::denied, true});
  const auto taken = bench.try_take();
  REQUIRE_FALSE(taken);
  CHECK(taken.error().cause == Cause::denied);
  CHECK(files->failed() == 1);
}

}  // namespace requeue::tests
