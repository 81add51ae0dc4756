// What a killed machine leaves: every length of a file, NULs, rubbish at the end. It is reported, cut by the next
// writer, and nothing whole is lost.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/digest.h"
#include "journal/sample.h"

namespace requeue::tests {
namespace {

// The torn end is `tail` behind `good`, which has `records` lines; and the chain can be continued.
void check_torn(JournalFolder& folder, const std::string& good, const std::string& tail, std::int64_t records) {
  folder.set_journal(good + tail);
  const auto seen = folder.look();
  REQUIRE(seen.chain);
  REQUIRE(seen.chain->records == records);
  REQUIRE(seen.chain->torn.offset == good.size());
  REQUIRE(seen.chain->torn.length == tail.size());
  if (!tail.empty()) REQUIRE(seen.chain->torn.sha256 == sha256_hex(tail));
  REQUIRE(folder.journal() == good + tail);  // reading changes nothing
  folder.append(1);
  const auto again = folder.look();
  REQUIRE(again.chain);
  REQUIRE(again.chain->records == records + 1);
  REQUIRE(again.chain->torn.length == 0);
  REQUIRE(folder.journal().substr(0, good.size()) == good);
}

}  // namespace

TEST_CASE("A journal cut at any byte keeps its whole lines and can be continued", "[exhaustive][journal]") {
  JournalFolder folder;
  folder.append(12);
  const std::string all = folder.journal();
  for (std::size_t length = 0; length <= all.size(); ++length) {
    const std::size_t newline = length == 0 ? std::string::npos : all.rfind('\n', length - 1);
    const std::size_t whole = newline == std::string::npos ? 0 : newline + 1;
    const auto records = std::count(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(whole), '\n');
    INFO("length " << length);
    check_torn(folder, all.substr(0, whole), all.substr(whole, length - whole), records);
  }
}

TEST_CASE("NULs at the end are torn, with and without a newline before or after them", "[journal]") {
  JournalFolder folder;
  folder.append(3);
  const std::string good = folder.journal();
  const auto lines = lines_of(good);
  const std::string nuls(5000, '\0');
  check_torn(folder, good, nuls, 3);
  check_torn(folder, good, std::string(1, '\0'), 3);
  check_torn(folder, good, nuls + "\n", 3);
  check_torn(folder, good, R"({"seq":4,"ti)" + nuls, 3);
  check_torn(folder, lines[0] + lines[1], nuls + lines[2].substr(100), 2);
  check_torn(folder, lines[0] + lines[1], lines[2].substr(0, lines[2].size() - 1) + nuls, 2);
  check_torn(folder, lines[0] + lines[1], lines[2].substr(0, lines[2].size() - 1) + nuls + "\n", 2);
  check_torn(folder, "", nuls, 0);
}

TEST_CASE("A tail longer than any line is torn as well", "[journal]") {
  JournalFolder folder;
  folder.append(1);
  const std::string good = folder.journal();
  check_torn(folder, good, std::string(std::size_t{20} * 1024 * 1024, '\0'), 1);
  check_torn(folder, good, std::string(std::size_t{20} * 1024 * 1024, 'x'), 1);
}

TEST_CASE("Rubbish with newlines at the end, and no good line in it, is torn", "[journal]") {
  JournalFolder folder;
  folder.append(2);
  const std::string good = folder.journal();
  check_torn(folder, good, "rubbish\n", 2);
  check_torn(folder, good, "\n", 2);
  check_torn(folder, good, "[1]\n42\n\"x\"\n", 2);
  check_torn(folder, good, "rubbish\n\nand {\n{\"seq\":", 2);
}

TEST_CASE("The last line changed into no object is torn: only messages.jsonl can tell", "[journal]") {
  JournalFolder folder;
  folder.append(3);
  const auto lines = lines_of(folder.journal());
  check_torn(folder, lines[0] + lines[1], "x" + lines[2].substr(1), 2);
}

}  // namespace requeue::tests
