#include "journal/details.h"

#include <catch2/catch.hpp>

#include "core/digest.h"
#include "core/text.h"
#include "journal/sample.h"

namespace requeue::tests {
namespace {

struct DetailsSeen {
  Result<journal::DetailsFile> file;
  std::vector<std::string> hashes;
  std::vector<Json> lines;
};

DetailsSeen look(JournalFolder& folder) {
  DetailsSeen seen{journal::DetailsFile{}, {}, {}};
  seen.file = journal::read_details(folder.tree(), [&](const std::string& hash, const Json& line) -> Result<void> {
    seen.hashes.push_back(hash);
    seen.lines.push_back(line);
    return {};
  });
  return seen;
}

std::vector<std::string> append(JournalFolder& folder, int count) {
  auto journal = journal::open(folder.tree(), folder.look().chain.value()).value();
  journal->append("group", Json::object()).value();
  REQUIRE(journal->flush());
  auto details = journal::open_details(folder.tree(), look(folder).file.value(), *journal).value();
  std::vector<std::string> hashes;
  for (int i = 0; i < count; ++i) hashes.push_back(details->append({{"subject", "s" + std::to_string(i)}}).value());
  REQUIRE(details->flush());
  return hashes;
}

}  // namespace

TEST_CASE("A line is salt, fields and after, and its hash is that of its bytes", "[details]") {
  JournalFolder folder;
  const auto hashes = append(folder, 3);
  const auto seen = look(folder);
  REQUIRE(seen.file);
  CHECK(seen.file->lines == 3);
  CHECK(seen.hashes == hashes);
  const auto lines = lines_of(folder.details());
  CHECK(sha256_hex(lines[1].substr(0, lines[1].size() - 1)) == hashes[1]);
  std::vector<std::string> keys;
  for (const auto& [key, value] : seen.lines[1].items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"salt", "subject", "after"});
  CHECK(text_of(seen.lines[1], "salt").size() == 32);
  CHECK(text_of(seen.lines[1], "salt") != text_of(seen.lines[2], "salt"));
  CHECK(text_of(seen.lines[1], "after") == folder.look().chain.value().head);
}

TEST_CASE("after names what was flushed, not what was only appended", "[details]") {
  JournalFolder folder;
  auto journal = journal::open(folder.tree(), journal::Chain{}).value();
  journal->append("flushed", Json::object()).value();
  REQUIRE(journal->flush());
  const std::string flushed = journal->head();
  journal->append("not flushed", Json::object()).value();
  auto details = journal::open_details(folder.tree(), {}, *journal).value();
  details->append(Json::object()).value();
  REQUIRE(details->flush());
  CHECK(text_of(look(folder).lines.at(0), "after") == flushed);
}

TEST_CASE("messages.jsonl cut at any byte keeps its whole lines and can be continued", "[exhaustive][details]") {
  JournalFolder folder;
  append(folder, 6);
  const std::string all = folder.details();
  for (std::size_t length = 0; length <= all.size(); ++length) {
    const std::size_t newline = length == 0 ? std::string::npos : all.rfind('\n', length - 1);
    const std::size_t whole = newline == std::string::npos ? 0 : newline + 1;
    folder.set_details(all.substr(0, length));
    const auto seen = look(folder);
    INFO("length " << length);
    REQUIRE(seen.file);
    REQUIRE(seen.file->torn.offset == whole);
    REQUIRE(seen.file->torn.length == length - whole);
    append(folder, 1);
    REQUIRE(look(folder).file->torn.length == 0);
    REQUIRE(look(folder).file->lines == seen.file->lines + 1);
    REQUIRE(folder.details().substr(0, whole) == all.substr(0, whole));
  }
}

TEST_CASE("A bad line that a good one follows is damage, and so is one without salt or after", "[details]") {
  JournalFolder folder;
  append(folder, 3);
  const auto lines = lines_of(folder.details());
  const std::string zeros(64, '0');
  for (const std::string& bad :
       {std::string("rubbish\n"), std::string(1, '\0') + "\n", std::string("{}\n"),
        R"({"salt":"00","after":")" + zeros + "\"}\n", R"({"salt":")" + zeros.substr(32) + "\",\"after\":\"no\"}\n"}) {
    folder.set_details(lines[0] + bad + lines[2]);
    const auto seen = look(folder);
    REQUIRE_FALSE(seen.file);
    CHECK(seen.file.error().exit == Exit::verification);
    CHECK(seen.file.error().why.find("line 2") != std::string::npos);
  }
}

TEST_CASE("The check of after is complete once each named line was seen", "[details]") {
  journal::AfterCheck check;
  CHECK(check.complete());
  const std::string one = sha256_hex("one"), two = sha256_hex("two");
  check.expect(one);
  check.expect(one);
  check.expect(two);
  check.saw_journal_line(sha256_hex("other"));
  check.saw_journal_line(one);
  CHECK_FALSE(check.complete());
  check.saw_journal_line(two);
  CHECK(check.complete());
}

TEST_CASE("Each line is found by its hash and read again from where it stands, in any order", "[details]") {
  JournalFolder folder;
  CHECK_FALSE(journal::DetailsLines::open(folder.tree())->has_value());
  append(folder, 2);
  {
    auto journal = journal::open(folder.tree(), folder.look().chain.value()).value();
    auto details = journal::open_details(folder.tree(), look(folder).file.value(), *journal).value();
    details->append({{"subject", std::string(100000, 'x')}}).value();  // longer than what is read at once
    REQUIRE(details->flush());
  }
  append(folder, 1);
  const auto whole = folder.details();
  folder.set_details(whole + "{\"torn");
  std::vector<std::pair<Sha256Bytes, std::uint64_t>> places;
  REQUIRE(journal::locate_details(folder.tree(), [&](const Sha256Bytes& hash, std::uint64_t offset) -> Result<void> {
    places.emplace_back(hash, offset);
    return {};
  }));
  const auto seen = look(folder);
  REQUIRE(places.size() == 4);
  auto lines = journal::DetailsLines::open(folder.tree());
  REQUIRE(lines->has_value());
  for (const std::size_t i : {3U, 0U, 2U, 1U}) {
    CHECK(to_hex(places[i].first) == seen.hashes[i]);
    const auto line = (*lines)->at(places[i].second, places[i].first);
    REQUIRE(line);
    REQUIRE(line->has_value());
    CHECK(**line == seen.lines[i]);
  }
  // Bytes that were changed since are not given out for those that the journal names.
  CHECK_FALSE((*lines)->at(places[1].second, places[0].first)->has_value());
  CHECK_FALSE((*lines)->at(whole.size(), places[0].first)->has_value());
  CHECK_FALSE((*lines)->at(whole.size() + 1000, places[0].first)->has_value());
}

}  // namespace requeue::tests
