// A recovery folder that something happened to: what is told apart is a torn write, which the next run heals, and
// damage, on which nothing is built.
#include <catch2/catch.hpp>

#include <algorithm>

#include "core/digest.h"
#include "journal/named_lines.h"
#include "recovery/sample.h"
#include "support/recording_files.h"
#include "support/share.h"

namespace requeue::tests {

TEST_CASE("Every flipped byte of the journal is noticed once the run has ended", "[recovery]") {
  RecoveryFolder folder;
  folder.run();
  const std::string good = folder.journal();
  for (std::size_t at = 0; at < good.size(); at += every(17)) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    write(folder.path("journal.jsonl"), bytes);
    INFO("byte " << at);
    check_damage(folder);
  }
}

TEST_CASE("a journal that tells of an emptying without a snapshot led to a crash", "[recovery]") {
  RecoveryFolder folder;
  auto recovery = folder.to_write().value();
  const std::string event = GENERATE("emptying", "emptied");
  REQUIRE(recovery->record(event, Json::object()));
  REQUIRE(recovery->end(Exit::done, Json::object()));
  recovery.reset();
  check_damage(folder);
}

TEST_CASE("Whole lines and any bytes cut off the end are noticed once the run has ended", "[recovery]") {
  RecoveryFolder folder;
  folder.run(2);
  const std::string good = folder.journal();
  for (std::size_t length = 0; length < good.size(); length += every(17)) {
    write(folder.path("journal.jsonl"), good.substr(0, length));
    INFO("length " << length);
    check_damage(folder);
  }
  boost::filesystem::remove(folder.path("journal.jsonl"));
  CHECK(folder.to_read().error().exit == Exit::verification);
  CHECK(folder.to_write().error().exit == Exit::verification);
  CHECK_FALSE(boost::filesystem::exists(folder.path("journal.jsonl")));
}

TEST_CASE("Lines that were flushed before a killed run's newest details are missed", "[recovery]") {
  RecoveryFolder folder;
  auto recovery = folder.to_write().value();
  REQUIRE(recovery->record("one", Json::object()));
  REQUIRE(recovery->flush());
  REQUIRE(recovery->record_details({{"subject", "s"}}));
  REQUIRE(recovery->flush_details());
  recovery.reset();  // killed
  CHECK(folder.to_read());
  const std::string journal = folder.journal();
  write(folder.path("journal.jsonl"), journal.substr(0, journal.find('\n') + 1));
  check_damage(folder);
}

TEST_CASE("A journal cut at any byte of a run that wrote no details goes on, and says what was cut", "[recovery]") {
  RecoveryFolder folder;
  folder.to_write().value()->record("one", Json::object()).map([] {});
  const std::string all = folder.journal();
  const std::size_t first = all.find('\n') + 1;
  for (std::size_t length = 1; length < all.size(); length += every(17)) {
    boost::filesystem::remove(folder.path("messages.jsonl"));
    write(folder.path("journal.jsonl"), all.substr(0, length));
    const std::size_t whole = length >= first ? first : 0;
    INFO("length " << length);
    auto recovery = folder.to_write();
    REQUIRE(recovery);
    REQUIRE((*recovery)->state().id.size() == 16);
    REQUIRE((*recovery)->end(Exit::done, Json::object()));
    std::vector<std::string> expected{"run", "recovered", "run_end"};
    if (whole > 0) expected.insert(expected.begin(), "run");
    if (length == whole) expected.erase(expected.end() - 2);
    REQUIRE(folder.events() == expected);
    if (length == whole) continue;
    const std::string journal = folder.journal();
    const std::size_t at = journal.find("\"recovered\"");
    REQUIRE(journal.find("\"length\":" + std::to_string(length - whole), at) != std::string::npos);
    REQUIRE(journal.find(sha256_hex(all.substr(whole, length - whole)), at) != std::string::npos);
  }
}

namespace {

// What every run that would send or remove is told; a look is not refused.
void check_lines_missed(RecoveryFolder& folder) {
  const std::string journal = folder.journal(), details = folder.details();
  CHECK(folder.to_read());
  const auto writing = folder.to_write();
  REQUIRE_FALSE(writing);
  const auto deciding = recovery::open_to_read(folder.files(), folder.path(), {}, recovery::Reading::to_decide);
  REQUIRE_FALSE(deciding);
  for (const auto& error : {writing.error(), deciding.error()}) {
    REQUIRE(error.exit == Exit::verification);
    REQUIRE(error.path.find("messages.jsonl") != std::string::npos);
    REQUIRE(error.hint.find("nothing was sent") != std::string::npos);
  }
  REQUIRE(folder.journal() == journal);
  REQUIRE(folder.details() == details);
}

std::size_t whole_lines(const std::string& bytes, std::size_t length) {
  const std::size_t newline = length == 0 ? std::string::npos : bytes.rfind('\n', length - 1);
  return newline == std::string::npos ? 0 : newline + 1;
}

}  // namespace

TEST_CASE("messages.jsonl cut behind the last line that the journal names goes on, and the journal says what was cut",
          "[recovery]") {
  RecoveryFolder folder;
  folder.run(1);
  const std::string details = folder.details();
  const std::string journal = folder.journal();
  // Its closing line is written after the run's last line in the journal: a kill in between leaves it out.
  for (std::size_t length = details.find('\n') + 1; length <= details.size(); length += every(5)) {
    write(folder.path("messages.jsonl"), details.substr(0, length));
    write(folder.path("journal.jsonl"), journal);
    const std::size_t whole = whole_lines(details, length);
    INFO("length " << length);
    {
      auto recovery = folder.to_write();
      REQUIRE(recovery);
      REQUIRE((*recovery)->end(Exit::done, Json::object()));
    }
    const std::string added = folder.journal().substr(journal.size());
    REQUIRE((added.find("\"recovered\"") != std::string::npos) == (length > whole));
    if (length > whole) REQUIRE(added.find("\"messages.jsonl\"") != std::string::npos);
    REQUIRE(folder.details().substr(0, whole) == details.substr(0, whole));
    REQUIRE(folder.to_read());
  }
}

TEST_CASE("lines that the journal names, cut off messages.jsonl, were taken for a kill", "[recovery]") {
  RecoveryFolder folder;
  folder.run(3);
  const std::string details = folder.details();
  const std::size_t closing = whole_lines(details, details.size() - 1);
  for (std::size_t length = 0; length < closing; length += every(5)) {
    write(folder.path("messages.jsonl"), details.substr(0, length));
    INFO("length " << length);
    check_lines_missed(folder);
  }
  // A bit of the last of them, so that it has another hash, or is no object any more.
  write(folder.path("messages.jsonl"), details.substr(0, closing - 2) + "\n" + details.substr(closing));
  CHECK(folder.to_write().error().exit == Exit::verification);
  write(folder.path("messages.jsonl"), details);
  CHECK(folder.to_write());
}

TEST_CASE("the closing line of an earlier run, cut off messages.jsonl, was taken for a kill", "[recovery]") {
  RecoveryFolder folder;
  folder.run(0);
  const std::string first = folder.details();
  REQUIRE_FALSE(first.empty());
  folder.run(0);
  const std::string both = folder.details();
  for (std::size_t length = 0; length < first.size(); length += every(5)) {
    write(folder.path("messages.jsonl"), both.substr(0, length));
    INFO("length " << length);
    check_lines_missed(folder);
  }
  // Only the last run's is what a kill leaves out.
  write(folder.path("messages.jsonl"), first);
  CHECK(folder.to_write());
}

TEST_CASE("What a run says of the length of messages.jsonl stands on the disk before", "[recovery]") {
  RecoveryFolder folder;
  folder.run(1);
  RecordingFiles files;
  Listener listener;
  auto recovery = recovery::open_to_write(files, folder.path(), recovery::Missing::make, facts_of(), listener).value();
  const auto calls = files.lines({"write", "flush"});
  const auto flushed = std::find(calls.begin(), calls.end(), "flush messages.jsonl");
  CHECK(flushed < std::find(calls.begin(), calls.end(), "write journal.jsonl"));
  CHECK(folder.journal().find("\"messages_bytes\":" + std::to_string(folder.details().size())) != std::string::npos);
}

TEST_CASE("A look at messages.jsonl that a run overtakes misses no line", "[recovery]") {
  RecoveryFolder folder;
  folder.run(1);
  const std::string first = folder.details();
  journal::NamedLines named;
  named.stands(sha256_hex(first.substr(0, first.find('\n'))));
  folder.run(2);  // behind what was read
  REQUIRE(journal::read(*folder.files().open(folder.path()).value(), [&](const journal::Line& line) -> Result<void> {
    named.saw_journal_line(line);
    return {};
  }));
  CHECK(named.missing() == 2);
  REQUIRE(journal::read_details(*folder.files().open(folder.path()).value(),
                                [&](const std::string& hash, const Json&) -> Result<void> {
                                  named.stands_after_all(hash);
                                  return {};
                                }));
  CHECK(named.complete());
}

TEST_CASE("A snapshot or messages.jsonl without a whole journal line is damage", "[recovery]") {
  const std::string torn = GENERATE("", "{\"seq\":1,\"ti");
  RecoveryFolder folder;
  SECTION("snapshot") {
    write(folder.path("snapshot") / "bagit.txt", "x");
  }
  SECTION("messages.jsonl, torn") {
    write(folder.path("messages.jsonl"), "x");
  }
  SECTION("messages.jsonl") {
    write(folder.path("messages.jsonl"),
          "{\"salt\":\"" + std::string(32, '0') + "\",\"after\":\"" + std::string(64, '0') + "\"}\n");
  }
  write(folder.path("journal.jsonl"), torn);
  check_damage(folder);
}

TEST_CASE("A first line that is no run with a well-formed id is damage", "[recovery]") {
  const std::string line = GENERATE(R"("event":"snapshot")", R"("event":"run","schema":"requeue/1")",
                                    R"("event":"run","schema":"requeue/1","recovery":"../../../../etc/x")",
                                    R"("event":"run","schema":"requeue/1","recovery":"0011")");
  RecoveryFolder folder;
  write(folder.path("journal.jsonl"), R"({"seq":1,)" + line + R"(,"prev":")" + std::string(64, '0') + "\"}\n");
  check_damage(folder);
}

TEST_CASE("A format that this version does not know is refused", "[recovery]") {
  RecoveryFolder folder;
  write(folder.path("journal.jsonl"),
        R"({"seq":1,"event":"run","schema":"requeue/2","recovery":"0011223344556677","prev":")" + std::string(64, '0') +
            "\"}\n");
  CHECK(folder.to_read().error().exit == Exit::precondition);
  CHECK(folder.to_write().error().exit == Exit::precondition);
}

}  // namespace requeue::tests
