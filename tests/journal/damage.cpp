// What is noticed as damage: Exit::verification, the line named, nothing changed.
#include <boost/filesystem/operations.hpp>
#include <catch2/catch.hpp>

#include "journal/sample.h"

namespace requeue::tests {
namespace {

void check_damage(JournalFolder& folder, const std::string& bytes, const std::string& where) {
  folder.set_journal(bytes);
  const auto seen = folder.look();
  REQUIRE_FALSE(seen.chain);
  CHECK(seen.chain.error().exit == Exit::verification);
  CHECK(seen.chain.error().why.find(where) != std::string::npos);
  CHECK_FALSE(seen.chain.error().hint.empty());
  CHECK(folder.journal() == bytes);
}

}  // namespace

TEST_CASE("Every flipped byte before the last line is noticed", "[exhaustive][journal]") {
  JournalFolder folder;
  folder.append(4);
  const std::string good = folder.journal();
  const auto lines = lines_of(good);
  const std::size_t end = good.size() - lines.back().size() - 1;  // the newline before the last line: see below
  for (std::size_t at = 0; at < end; ++at) {
    for (const char flip : {'\x01', '\x20', '\x80'}) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      folder.set_journal(bytes);
      const auto seen = folder.look();
      INFO("byte " << at);
      REQUIRE_FALSE(seen.chain);
      REQUIRE(seen.chain.error().exit == Exit::verification);
    }
  }
}

TEST_CASE("A NUL, a newline or nothing in place of a byte is noticed", "[journal]") {
  JournalFolder folder;
  folder.append(4);
  const std::string good = folder.journal();
  const std::size_t end = good.size() - lines_of(good).back().size() - 1;
  for (std::size_t at = 0; at < end; ++at) {
    std::string nul = good, newline = good, dropped = good;
    nul[at] = '\0';
    newline.insert(at, 1, '\n');
    dropped.erase(at, 1);
    for (const auto& bytes : {nul, newline, dropped}) {
      if (bytes == good) continue;
      folder.set_journal(bytes);
      INFO("byte " << at);
      REQUIRE_FALSE(folder.look().chain);
    }
  }
}

TEST_CASE("A number that is not the next is noticed, also in the last line, which no other line names", "[journal]") {
  JournalFolder folder;
  folder.append(3);
  auto bytes = folder.journal();
  const auto at = bytes.find("\"seq\":3");
  REQUIRE(at != std::string::npos);
  bytes[at + 6] = '5';
  check_damage(folder, bytes, "its seq is not 3");
}

TEST_CASE("A dropped, repeated or moved line is noticed", "[journal]") {
  JournalFolder folder;
  folder.append(6);
  const auto lines = lines_of(folder.journal());
  auto dropped = lines, repeated = lines, swapped = lines, first = lines, last_twice = lines;
  dropped.erase(dropped.begin() + 2);
  repeated.insert(repeated.begin() + 2, lines[2]);
  std::swap(swapped[2], swapped[3]);
  first.erase(first.begin());
  last_twice.push_back(lines.back());
  check_damage(folder, joined(dropped), "line 3");
  check_damage(folder, joined(repeated), "line 4");
  check_damage(folder, joined(swapped), "line 3");
  check_damage(folder, joined(first), "line 1");
  check_damage(folder, joined(last_twice), "line 7");
}

TEST_CASE("A good object at the end that does not belong is damage, not a torn tail", "[journal]") {
  JournalFolder folder;
  folder.append(2);
  const std::string good = folder.journal();
  check_damage(folder, good + "{}\n", "line 3");
  check_damage(folder, good + R"({"seq":3,"event":"x","prev":"00"})" + "\n", "line 3");
  check_damage(folder, good + "rubbish\n" + "{}\n", "line 3");
}

TEST_CASE("The right links with a wrong content are noticed: a line without an event", "[journal]") {
  JournalFolder folder;
  check_damage(folder, R"({"seq":1,"prev":")" + std::string(64, '0') + "\"}\n", "line 1");
}

TEST_CASE("A line over 16 MiB is damage", "[journal]") {
  JournalFolder folder;
  folder.append(1);
  check_damage(folder, folder.journal() + std::string(std::size_t{17} * 1024 * 1024, 'x') + "\n", "line 2");
}

TEST_CASE("A line of deep nesting is no object, and no crash", "[journal]") {
  JournalFolder folder;
  folder.append(1);
  const std::string good = folder.journal();
  folder.append(1);
  const std::string second = folder.journal().substr(good.size());
  check_damage(folder, good + "{\"a\":" + std::string(1000000, '[') + "\n" + second, "line 2");
}

TEST_CASE("A link or a folder in place of the journal is damage and is not followed", "[journal]") {
  JournalFolder folder;
  write(folder.path("elsewhere"), "");
  if (!make_link(folder.path("elsewhere"), folder.path("journal.jsonl"))) return;
  const auto seen = folder.look();
  REQUIRE_FALSE(seen.chain);
  CHECK(seen.chain.error().exit == Exit::verification);
  CHECK_FALSE(journal::open(folder.tree(), journal::Chain{}));
  CHECK(read(folder.path("elsewhere")).empty());
}

}  // namespace requeue::tests
