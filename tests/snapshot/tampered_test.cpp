// A bag made by somebody who wants us outside it: the tag manifest agrees, so only the rules for paths stand in the
// way.
#include "core/digest.h"
#include "core/text.h"
#include "snapshot/bag_layout.h"
#include "snapshot/bag_tags.h"
#include "snapshot/bench.h"
#include "snapshot/files_jsonl.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// Whether restore_plain, which trusts no journal, refuses the bag, and leaves all outside the target alone.
void check_refused(Bench& bench) {
  const auto outside = contents(bench.mailroot());
  const auto bag = contents(bench.home());
  const auto restored = bench.try_restore_elsewhere();
  REQUIRE_FALSE(restored);
  CHECK(restored.error().exit == Exit::verification);
  CHECK(contents(bench.mailroot()) == outside);
  CHECK(contents(bench.home()) == bag);
  for (const auto& [name, bytes] : contents(bench.other())) {
    INFO(name);
    CHECK(bytes == "/");
  }
}

}  // namespace

TEST_CASE("A source that leads outside the Mailroot is damage, and nothing is restored", "[tampered]") {
  Bench bench;
  bench.take_two();
  const std::string source = GENERATE("../a.EML", "/etc/a.EML", "Queue/../../a.EML", "Queue//a.EML", "Queue/./a.EML",
                                      "Queue/", ".", "..", "Queue/a\\u0000.EML");
  INFO(source);
  tamper(bench.bag(), "files.jsonl", [&](const std::string& text) {
    return replaced(text, R"("path":"Queue/a.EML")", "\"path\":\"" + source + '"');
  });
  check_refused(bench);
}

TEST_CASE("A stored path that leads outside the payload is damage, and nothing is restored", "[tampered]") {
  Bench bench;
  bench.take_two();
  const std::string stored = GENERATE("data/mailroot/../../../journal.jsonl", "../journal.jsonl", "/etc/passwd",
                                      "data/mailroot", "data/mailroot/", "data/streams/1", "manifest-sha256.txt",
                                      "data/mailroot/C:x", "data/mailroot/..\\\\..\\\\x", "");
  INFO(stored);
  tamper(bench.bag(), "files.jsonl", [&](const std::string& text) {
    return replaced(text, R"("stored":"data/mailroot/Queue/a.EML")", "\"stored\":\"" + stored + '"');
  });
  check_refused(bench);
}

TEST_CASE("A line that stands twice, or out of order, is damage", "[tampered]") {
  Bench bench;
  bench.take_two();
  tamper(bench.bag(), "files.jsonl", [](const std::string& text) {
    const auto end = text.rfind('\n', text.size() - 2);
    const auto last = text.substr(end + 1);
    const auto before = text.rfind('\n', end - 1);
    return GENERATE(true, false) ? text + last
                                 : text.substr(0, before + 1) + last + text.substr(before + 1, end - before);
  });
  const auto tree = bench.files().open(bench.home()).value();
  CHECK_FALSE(snapshot::read_entries(*tree, [](const snapshot::Entry&) -> Result<void> { return {}; }));
  const auto restored = bench.try_restore_elsewhere();
  REQUIRE_FALSE(restored);
  CHECK(restored.error().exit == Exit::verification);
}

TEST_CASE("An entry below a file, or in a folder that has no line, is damage", "[tampered]") {
  Bench bench;
  bench.take_two();
  SECTION("below a file") {
    tamper(bench.bag(), "files.jsonl", [](const std::string& text) {
      const auto out = replaced(text, R"({"path":"Queue","kind":"folder")",
                                R"({"path":"Queue","kind":"file","size":3,"sha256":")" + sha256_hex("one") + '"');
      return replaced(out, R"("stored":"data/mailroot/Queue",)", R"("stored":"data/mailroot/Queue/a.EML",)");
    });
  }
  SECTION("in a folder that has no line") {
    tamper(bench.bag(), "files.jsonl", [](const std::string& text) {
      const auto begin = text.find(R"({"path":"Queue","kind":"folder")");
      return text.substr(0, begin) + text.substr(text.find('\n', begin) + 1);
    });
  }
  check_refused(bench);
}

TEST_CASE("A line without a digest, a time, a kind or its braces is damage", "[tampered]") {
  const std::string good = snapshot::render_entry([] {
    snapshot::Entry entry;
    entry.source = "Queue/a.EML";
    entry.stored = "data/mailroot/Queue/a.EML";
    entry.sha256 = sha256_hex("one");
    return entry;
  }());
  REQUIRE(snapshot::parse_entry(good));
  CHECK_FALSE(snapshot::parse_entry(""));
  CHECK_FALSE(snapshot::parse_entry("[]"));
  CHECK_FALSE(snapshot::parse_entry(good.substr(0, good.size() - 1)));
  CHECK_FALSE(snapshot::parse_entry(replaced(good, sha256_hex("one"), "abc")));
  CHECK_FALSE(snapshot::parse_entry(replaced(good, "\"file\"", "\"socket\"")));
  CHECK_FALSE(snapshot::parse_entry(replaced(good, "\"written\":\"1970", "\"written\":\"19x0")));
  CHECK_FALSE(snapshot::parse_entry(replaced(good, "Queue/a.EML\"", "Queue/a.EML\",\"name_hex\":\"2e2e\"")));
  for (const auto* const stream :
       {R"({"name":"","size":1,"sha256":"$","stored":"data/streams/1"})",
        R"({"name":"s","size":1,"sha256":"$","stored":"data/mailroot/Queue/a.EML"})",
        R"({"name":"s","size":1,"sha256":"$","stored":"data/streams/../../../journal.jsonl"})", R"("s")",
        R"({"name":"s","size":1,"sha256":"abc","stored":"data/streams/1"})"}) {
    std::string text(stream);
    if (const auto at = text.find('$'); at != std::string::npos) text.replace(at, 1, sha256_hex("x"));
    INFO(text);
    CHECK_FALSE(snapshot::parse_entry(replaced(good, R"("written")", "\"streams\":[" + text + "],\"written\"")));
  }
}

TEST_CASE("A line is read alike whether it is flat or has an array in it", "[tampered]") {
  const std::string good =
      R"({"path":"Queue/a.EML","kind":"file","stored":"data/mailroot/Queue/a.EML","size":3,"sha256":")" +
      sha256_hex("one") +
      R"(","written":"2026-11-26T02:03:04.123456789Z","changed":"2026-11-26T02:03:04Z","created":"2020-01-01T00:00:00Z",)"
      R"("mode":420,"attributes":32,"owner":1000,"group":100,"volume":18446744073709551615,"file":9,"acl":"O:\x5c"})";
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"", ""},
           {"\"size\":3", "\"size\":\"3\""},
           {"\"mode\":420", "\"mode\":-1"},
           {"\"mode\":420", "\"mode\":99999999999"},
           {"\"created\":\"2020", "\"created\":\"20x0"},
           {"\"created\":\"2020-01-01T00:00:00Z\"", "\"created\":5"},
           {"\"changed\"", "\"changes\""},
           {"\"kind\":\"file\"", "\"kind\":5"},
           {"Queue/a.EML\",\"kind", "../a.EML\",\"kind"},
           {"mailroot/Queue", "mailroot/../Queue"},
           {"\"acl\"", "\"streams\""},
           {"\"acl\"", "\"name_hex\""},
           {"\"path\":\"Queue/a.EML\"", "\"path\":7"},
           {"\"acl\"", "\"path\""},
       }) {
    const auto flat = from.empty() ? good : replaced(good, from, to);
    INFO(flat);
    const auto one = snapshot::parse_entry(flat);
    const auto other = snapshot::parse_entry(flat.substr(0, flat.size() - 1) + ",\"unknown\":[]}");
    REQUIRE(one.has_value() == other.has_value());
    if (one) CHECK(snapshot::render_entry(*one) == snapshot::render_entry(*other));
    if (!one) CHECK(one.error() == other.error());
  }
}

TEST_CASE("An entry reads back as it was written, with years and names that are out of the ordinary", "[tampered]") {
  snapshot::Entry entry;
  entry.source = "Queue/\xFF\\ and \"quotes\"";
  entry.stored = "data/mailroot/Queue/name-1";
  entry.sha256 = sha256_hex("one");
  entry.status.size = 123456789012;
  entry.status.written = {-99999999999, 999999999};
  entry.status.changed = {253402300800, 1};  // the year 10000
  entry.status.created = Timestamp{1790000000, 5};
  entry.status.mode = 0644;
  entry.status.identity = {7, 0xFFFFFFFFFFFFFFFF};
  entry.streams = {{"\xFEs", 5, sha256_hex("x"), "data/streams/00000001"}};
  const auto read = snapshot::parse_entry(snapshot::render_entry(entry));
  REQUIRE(read);
  CHECK(read->source == entry.source);
  CHECK(read->status == entry.status);
  CHECK(read->streams.at(0).name == "\xFEs");
  CHECK(is_utf8(snapshot::render_entry(entry)));
}

TEST_CASE("Payload that was changed is left out of a restore and named; the others are put back", "[tampered]") {
  Bench bench;
  bench.take_two();
  write(bench.stored("Queue/a.EML"), "onE");
  const auto restored = bench.restore_elsewhere();
  CHECK(restored.damaged);
  CHECK(restored.restored == 1);
  REQUIRE(restored.left_out.size() == 1);
  CHECK(restored.left_out[0].find("Queue/a.EML: ") == 0);
  CHECK(contents(bench.other() / "Queue") == Contents{{"b.EML", "four"}});
}

TEST_CASE("A manifest line that leads outside data/, or is no digest and path, is damage", "[tampered]") {
  Bench bench;
  bench.take_two();
  const auto tree = bench.files().open(bench.home()).value();
  const auto read_all = [&] {
    return snapshot::read_manifest(*tree, [](const std::string&, const std::string&) -> Result<void> { return {}; });
  };
  const auto text = read(bench.bag() / "manifest-sha256.txt");
  CHECK(read_all());
  for (const auto& line :
       {sha256_hex("") + "  ../journal.jsonl\n", sha256_hex("") + "  /etc/passwd\n", sha256_hex("") + "  data/../x\n",
        sha256_hex("") + "  data/%0D/..\\x\n", sha256_hex("") + "  bagit.txt\n", std::string("abc  data/x\n"),
        std::string("\n"), sha256_hex("") + "\n", sha256_hex("") + "data/x\n", sha256_hex("") + "  data/x"}) {
    INFO(line);
    write(bench.bag() / "manifest-sha256.txt", text + line);
    const auto result = read_all();
    REQUIRE_FALSE(result);
    CHECK(result.error().exit == Exit::verification);
  }
}

TEST_CASE("A manifest that names a path twice is damage, even if the tag manifest and the journal agree with it",
          "[tampered]") {
  Bench bench;
  bench.take_two();
  tamper(bench.bag(), "manifest-sha256.txt", [](const std::string& text) {
    return text + sha256_hex(GENERATE("one", "other")) + "  data/mailroot/Queue/a.EML\n";
  });
  bench.record("snapshot", {{"files", 2}, {"root", sha256_hex(read(bench.bag() / "tagmanifest-sha256.txt"))}});
  const auto result = bench.verify();
  REQUIRE(result.wrong.size() == 1);
  CHECK(result.wrong[0].path == "snapshot/manifest-sha256.txt");
  CHECK(result.wrong[0].why == "it names a path twice");
}

TEST_CASE("The manifest's escapes are read: %25, %0A and %0D, in either case, and nothing else", "[tampered]") {
  const auto line = snapshot::parse_manifest_line(sha256_hex("") + "  data/50%25%0a%0D%41");
  REQUIRE(line);
  CHECK(line->path == "data/50%\n\r%41");
}

}  // namespace requeue::tests
