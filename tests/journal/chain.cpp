#include <catch2/catch.hpp>

#include "core/digest.h"
#include "core/time.h"
#include "journal/sample.h"

namespace requeue::tests {
namespace {

std::string without_newline(const std::string& line) {
  return line.substr(0, line.size() - 1);
}

}  // namespace

TEST_CASE("A folder without a journal is an empty chain", "[journal]") {
  JournalFolder folder;
  const auto seen = folder.look();
  REQUIRE(seen.chain);
  CHECK(seen.chain->records == 0);
  CHECK(seen.chain->head == journal::no_hash);
  CHECK(seen.chain->torn.length == 0);
}

TEST_CASE("An empty file is an empty chain, and can be continued", "[journal]") {
  JournalFolder folder;
  folder.set_journal("");
  CHECK(folder.look().chain.value().records == 0);
  folder.append(2);
  CHECK(folder.look().chain.value().records == 2);
}

TEST_CASE("A line is seq, time, event, its fields, and last prev", "[journal]") {
  JournalFolder folder;
  folder.append(2);
  const auto lines = lines_of(folder.journal());
  REQUIRE(lines.size() == 2);
  const Json second = parse_object(lines[1]).value();
  std::vector<std::string> keys;
  for (const auto& [key, value] : second.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"seq", "time", "event", "number", "text", "prev"});
  CHECK(integer_of(second, "seq") == 2);
  CHECK(from_iso8601(text_of(second, "time")));
  CHECK(text_of(second, "time").size() == std::string("2026-11-24T02:13:05.123Z").size());
  CHECK(text_of(second, "prev") == sha256_hex(without_newline(lines[0])));
  CHECK(text_of(parse_object(lines[0]).value(), "prev") == std::string(64, '0'));
  CHECK(folder.look().chain.value().head == sha256_hex(without_newline(lines[1])));
}

TEST_CASE("append returns the line as reading gives it back", "[journal]") {
  JournalFolder folder;
  auto journal = journal::open(folder.tree(), folder.look().chain.value()).value();
  const auto written = journal->append("thing", {{"a", 1}, {"b", {"x", "y"}}}).value();
  REQUIRE(journal->flush());
  journal::Line seen;
  REQUIRE(journal::read(folder.tree(), [&](const journal::Line& line) -> Result<void> {
    seen = line;
    return {};
  }));
  CHECK(seen.seq == written.seq);
  CHECK(seen.event == written.event);
  CHECK(seen.hash == written.hash);
  CHECK(to_line(seen.json) == to_line(written.json));
}

TEST_CASE("The flushed head moves with flush, not with append", "[journal]") {
  JournalFolder folder;
  auto journal = journal::open(folder.tree(), journal::Chain{}).value();
  journal->append("one", Json::object()).value();
  CHECK(journal->flushed_head() == journal::no_hash);
  CHECK(journal->head() != journal::no_hash);
  REQUIRE(journal->flush());
  CHECK(journal->flushed_head() == journal->head());
}

TEST_CASE("The memory of lines not flushed is bounded: they go to the file", "[journal]") {
  JournalFolder folder;
  auto journal = journal::open(folder.tree(), journal::Chain{}).value();
  for (int i = 0; i < 40; ++i) journal->append("big", {{"text", std::string(50000, 'x')}}).value();
  CHECK(folder.journal().size() > 1000000);
}

TEST_CASE("Bytes that are not UTF-8 make no line that cannot be read again", "[journal]") {
  JournalFolder folder;
  auto journal = journal::open(folder.tree(), journal::Chain{}).value();
  journal->append("odd", {{"text", std::string("a\xff\xfe\n\0b", 6)}}).value();
  REQUIRE(journal->flush());
  CHECK(folder.look().chain.value().records == 1);
  CHECK(lines_of(folder.journal()).size() == 1);
}

TEST_CASE("A line of 16 MiB is read; a longer one is refused before anything is written", "[journal]") {
  JournalFolder folder;
  auto journal = journal::open(folder.tree(), journal::Chain{}).value();
  constexpr std::size_t limit = std::size_t{16} * 1024 * 1024;
  REQUIRE(journal->append("big", {{"text", std::string(limit - 300, 'x')}}));
  CHECK_FALSE(journal->append("bigger", {{"text", std::string(limit, 'x')}}));
  REQUIRE(journal->append("after", Json::object()));
  REQUIRE(journal->flush());
  CHECK(folder.look().events == std::vector<std::string>{"big", "after"});
}

TEST_CASE("An error of the visitor ends the reading and is told", "[journal]") {
  JournalFolder folder;
  folder.append(3);
  int seen = 0;
  const auto chain = journal::read(folder.tree(), [&](const journal::Line&) -> Result<void> {
    return ++seen == 2 ? Result<void>(failure(Exit::in_doubt, "stop here")) : Result<void>{};
  });
  REQUIRE_FALSE(chain);
  CHECK(chain.error().exit == Exit::in_doubt);
  CHECK(seen == 2);
}

TEST_CASE("A journal that grew since it was read is not continued", "[journal]") {
  JournalFolder folder;
  folder.append(2);
  const auto chain = folder.look().chain.value();
  folder.append(1);
  const std::string before = folder.journal();
  CHECK_FALSE(journal::open(folder.tree(), chain));
  CHECK(folder.journal() == before);
}

}  // namespace requeue::tests
