// An audit of the chain: what cannot be changed, removed, moved or cut off without being noticed.
#include <algorithm>

#include "core/digest.h"
#include "report/record.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

void check_broken(Record& record) {
  const auto audit = record.audit();
  CHECK_FALSE(audit.unbroken);
  CHECK(audit.exit == Exit::verification);
  CHECK(finds(audit, {"journal.jsonl"}));
}

}  // namespace

TEST_CASE("A journal line that was changed, removed, added or moved breaks the chain", "[audit]") {
  Record record;
  five_messages(record);
  auto lines = record.journal();
  const auto middle = lines.size() / 2;
  SECTION("changed in one byte") {
    auto& line = lines[middle];
    const auto at = line.find("\"time\":\"20") + 8;
    line[at] = '3';
  }
  SECTION("removed") {
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(middle));
  }
  SECTION("doubled") {
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(middle), lines[middle]);
  }
  SECTION("exchanged with the next") {
    std::swap(lines[middle], lines[middle + 1]);
  }
  SECTION("the first one removed") {
    lines.erase(lines.begin());
  }
  record.write_journal(lines);
  check_broken(record);
}

TEST_CASE("Whole lines cut off the end are noticed by messages.jsonl", "[audit]") {
  Record record;
  five_messages(record);
  auto lines = record.journal();
  const auto cut = GENERATE(std::size_t{1}, std::size_t{3});
  lines.resize(lines.size() - cut);
  record.write_journal(lines);
  const auto audit = record.audit();
  CHECK(audit.unbroken);
  CHECK(audit.exit == Exit::verification);
  CHECK(finds(audit, {"whole lines were cut off"}));
}

TEST_CASE("Cut off in both files, it is noticed by a head that somebody noted", "[audit]") {
  Record record;
  five_messages(record);
  const auto noted = record.audit().head;
  auto lines = record.journal();
  const auto before = sha256_hex(lines[lines.size() - 2]);
  lines.pop_back();
  record.write_journal(lines);
  auto details = record.details();
  details.pop_back();
  record.write_details(details);
  CHECK(record.audit().findings.empty());  // the two files agree: that is what the head in the ticket is for
  const auto audit = record.audit({noted});
  CHECK(audit.exit == Exit::verification);
  CHECK_FALSE(audit.heads.at(0).found);
  CHECK(finds(audit, {noted, "cut off or replaced"}));
  CHECK(record.audit({before}).findings.empty());
}

TEST_CASE("An expected head is the hash of any line, and the lines that follow it are counted", "[audit]") {
  Record record;
  five_messages(record);
  const auto lines = record.journal();
  auto upper = sha256_hex(lines[2]);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) { return c >= 'a' ? c - 32 : c; });
  const auto audit = record.audit({sha256_hex(lines.back()), upper, sha256_hex("none")});
  REQUIRE(audit.heads.size() == 3);
  CHECK(audit.heads[0].found);
  CHECK(audit.heads[0].following == 0);
  CHECK(audit.heads[1].found);
  CHECK(audit.heads[1].following == static_cast<std::int64_t>(lines.size()) - 3);
  CHECK_FALSE(audit.heads[2].found);
  CHECK(audit.exit == Exit::verification);
}

TEST_CASE("A chain that was forged from one line on has lost every head behind it", "[audit]") {
  Record record;
  five_messages(record);
  const auto lines = record.journal();
  record.forge([](Json& line) {
    if (line["event"] == "emptied") line["files"] = 99;
  });
  const auto audit = record.audit({sha256_hex(lines.front()), sha256_hex(lines.back())});
  CHECK(audit.unbroken);
  CHECK(audit.heads[0].found);
  CHECK_FALSE(audit.heads[1].found);
  CHECK(finds(audit, {"whole lines were cut off"}));  // messages.jsonl remembers the true ones
}

TEST_CASE("A torn end is noted, not found: the next run that writes cuts it off", "[audit]") {
  Record record;
  record.add("Queue/a.EML", mail("one@example.org", "first"));
  record.evacuate();
  record.replay();
  const auto journal = read(record.home() / "journal.jsonl");
  write(record.home() / "journal.jsonl", journal + "{\"seq\":99,\"ti");
  const auto audit = record.audit();
  CHECK(audit.unbroken);
  CHECK(audit.findings.empty());
  CHECK(audit.exit == Exit::done);
  REQUIRE(audit.notes.size() >= 1);
  CHECK(audit.notes[0].find("13 bytes") != std::string::npos);
}

TEST_CASE("A journal that was removed or emptied is a finding", "[audit]") {
  Record record;
  five_messages(record);
  SECTION("removed") {
    fs::remove(record.home() / "journal.jsonl");
  }
  SECTION("emptied") {
    write(record.home() / "journal.jsonl", "");
  }
  const auto audit = record.audit();
  CHECK_FALSE(audit.unbroken);
  CHECK(audit.records == 0);
  CHECK(audit.exit == Exit::verification);
  CHECK_FALSE(audit.balanced);
}

TEST_CASE("A line of messages.jsonl that was changed or removed is named by the journal line that knows its hash",
          "[audit]") {
  Record record;
  five_messages(record);
  auto details = record.details();
  // The first two, of the emptying and the end of the evacuation, speak of no message.
  auto& line = details.at(2);
  const auto hash = sha256_hex(line);
  SECTION("changed") {
    auto& digit = line.at(line.find("salt") + 7);
    digit = digit == '0' ? '1' : '0';
  }
  SECTION("removed") {
    details.erase(details.begin() + 2);
  }
  record.write_details(details);
  const auto audit = record.audit();
  CHECK(audit.exit == Exit::verification);
  CHECK(audit.unbroken);
  CHECK(finds(audit, {"names a line of messages.jsonl", hash}));
}

TEST_CASE("An envelope that was forged in messages.jsonl is found by the hash of its line", "[audit]") {
  Record record;
  five_messages(record);
  auto details = record.details();
  bool forged = false;
  for (auto& line : details) {
    const auto at = line.find("two@example.net");
    if (at == std::string::npos) continue;
    line.replace(at, 3, "six");
    forged = true;
  }
  REQUIRE(forged);
  record.write_details(details);
  const auto audit = record.audit();
  CHECK(audit.exit == Exit::verification);
  CHECK(finds(audit, {"names a line of messages.jsonl"}));
}

TEST_CASE("messages.jsonl gone without a word is a finding; disposed of, a note: chain, bag and balance still check",
          "[audit]") {
  Record record;
  five_messages(record);
  SECTION("without a word") {
    fs::remove(record.home() / "messages.jsonl");
    const auto audit = record.audit();
    CHECK(audit.exit == Exit::verification);
    CHECK(finds(audit, {"messages.jsonl is gone"}));
  }
  SECTION("disposed of") {
    record.event("disposing", {{"files", 5}});
    record.event("disposed", {{"removed", 6}});
    fs::remove(record.home() / "messages.jsonl");
    fs::remove_all(record.home() / "snapshot/data");
    const auto audit = record.audit();
    CHECK(audit.findings.empty());
    CHECK(audit.unbroken);
    CHECK(audit.bag_valid);
    CHECK(audit.balanced);
    CHECK(audit.balance.replayed == 2);
    CHECK(audit.checked == 0);
    CHECK(audit.exit == Exit::attention);
    CHECK(audit.destroyed_by != 0);
    REQUIRE_FALSE(audit.notes.empty());
    CHECK(audit.notes[0].find("The payload was destroyed by line") == 0);
  }
}

TEST_CASE("A file handed back byte for byte is checked without an envelope", "[audit]") {
  Record record;
  record.add("Pickup/a.txt", "x-sender: a@example.org\r\nx-receiver: b@example.org\r\n\r\nSubject: s\r\n\r\n");
  record.evacuate();
  record.replay();
  record.event("dispose", {{"file", "messages.jsonl"}});
  fs::remove(record.home() / "messages.jsonl");
  const auto audit = record.audit();
  CHECK(audit.balance.found == 1);
  CHECK(audit.checked == audit.balance.replayed);
  CHECK(audit.different == 0);
}

TEST_CASE("Interrupted, an audit says nothing of the record", "[audit]") {
  struct Impatient final : Watcher {
    [[nodiscard]] bool stop_requested() const override { return true; }
  } impatient;
  Record record;
  five_messages(record);
  const auto audit = report::audit(record.files(), record.home(), {}, impatient);
  REQUIRE_FALSE(audit);
  CHECK(audit.error().exit == Exit::interrupted);
}

}  // namespace requeue::tests
