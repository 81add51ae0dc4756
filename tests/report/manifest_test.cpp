// The manifest: one record a message, in the columns that the world was promised.
#include <algorithm>
#include <set>

#include "core/digest.h"
#include "core/text.h"
#include "core/time.h"
#include "replay/csv.h"
#include "report/manifest.h"
#include "report/record.h"

namespace requeue::tests {
namespace fs = boost::filesystem;

namespace {

// Spec section 4, "Manifest record"; scripts of other people read these.
const std::string header =
    "seq,source,folder,size,mtime,sha256,streams,message_id,mih,date,subject,from,envelope_sender,envelope_recipients,"
    "envelope_source,arrival,disposition,rule,duplicate_of,written_name,written_sha256,written_at,taken_at";

std::string text(const Json& record, const char* column) {
  return record[column].is_null() ? "(null)" : text_of(record, column);
}

}  // namespace

TEST_CASE("manifest.csv has exactly these columns in this order, lines end with CRLF, one line a message", "[report]") {
  Record record;
  five_messages(record);
  const auto csv = record.csv();
  CHECK(csv.substr(0, csv.find("\r\n")) == header);
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 6);
  CHECK(std::count(csv.begin(), csv.end(), '\r') == 6);
  const auto table = replay::parse_csv(csv, "manifest.csv", "the manifest");
  REQUIRE(table);
  CHECK(table->columns.size() == 23);
  CHECK(table->rows.size() == 5);
}

TEST_CASE("A JSON record has the same columns as keys, in the same order, all of them in each", "[report]") {
  Record record;
  five_messages(record);
  for (const auto& one : record.records()) {
    std::string keys;
    for (const auto& [key, value] : one.items()) keys += (keys.empty() ? "" : ",") + key;
    CHECK(keys == header);
  }
}

TEST_CASE("Records are numbered from 1 in the order of sources, and say what became of each message", "[report]") {
  Record record;
  five_messages(record);
  std::vector<std::string> told;
  for (const auto& one : record.records()) {
    told.push_back(one["seq"].dump() + ' ' + text(one, "source") + ' ' + text(one, "disposition") + ' ' +
                   text(one, "rule") + ' ' + text(one, "duplicate_of"));
  }
  CHECK(told == std::vector<std::string>{"1 Queue/a.EML replayed replay (null)", "2 Queue/b.EML replayed replay (null)",
                                         "3 Queue/c.EML duplicate content Queue/a.EML",
                                         "4 Queue/d.EML held no_recipient (null)",
                                         "5 Queue/e.EML skipped bounce (null)"});
  const auto counts = record.try_each([](const Json&) -> Result<void> { return {}; });
  REQUIRE(counts);
  CHECK(counts->found == 5);
  CHECK(counts->replayed == 2);
  CHECK(counts->balanced());
}

TEST_CASE("A record says of the file and the message what can be checked by hand", "[report]") {
  Record record;
  five_messages(record);
  const auto b = record.record("Queue/b.EML");
  const auto bytes = mail("two@example.net, Three <three@example.net>", "second");
  const auto id = "<" + sha256_hex("second").substr(0, 8) + "@example.org>";
  CHECK(text(b, "folder") == "Queue");
  CHECK(b["size"] == bytes.size());
  CHECK(text(b, "mtime") == "2026-09-21T14:13:22.000Z");
  CHECK(text(b, "sha256") == sha256_hex(bytes));
  CHECK(b["streams"] == 0);
  CHECK(text(b, "message_id") == id);
  CHECK(text(b, "mih") == md5_hex(id));
  CHECK(text(b, "subject") == "second");
  CHECK(text(b, "envelope_sender") == "printer@example.org");
  CHECK(b["envelope_recipients"] == Json::array({"two@example.net", "three@example.net"}));
  CHECK(text(b, "envelope_source") == "headers");
  CHECK(text(b, "arrival") == "2026-09-21T14:13:22.000Z");
  CHECK(text(record.record("Queue/e.EML"), "envelope_sender") == "<>");
}

TEST_CASE("A replayed message's record names the file in Pickup, its hash and when; no other record does", "[report]") {
  Record record;
  five_messages(record);
  std::set<std::string> names;
  for (const auto& one : record.records()) {
    if (text(one, "disposition") == "replayed") {
      const auto name = text(one, "written_name");
      names.insert(name);
      CHECK(text(one, "written_sha256") == sha256_hex(read(record.pickup() / name)));
      CHECK(from_iso8601(text(one, "written_at")));
    } else {
      CHECK(one["written_name"].is_null());
      CHECK(one["written_sha256"].is_null());
      CHECK(one["written_at"].is_null());
    }
    CHECK(one["taken_at"].is_null());
  }
  CHECK(names.size() == 2);
}

TEST_CASE("Before any replay the manifest says what the default rules would do", "[report]") {
  Record record;
  record.add("Queue/a.EML", mail("one@example.org", "first"));
  record.add("Queue/b.EML", mail("one@example.org", "first"));
  record.add("Queue/d.EML", "From: a@example.org\r\nSubject: for nobody\r\n\r\n");
  record.evacuate();
  CHECK(text(record.record("Queue/a.EML"), "disposition") == "pending");
  CHECK(text(record.record("Queue/a.EML"), "subject") == "first");
  CHECK(text(record.record("Queue/b.EML"), "disposition") == "duplicate");
  CHECK(text(record.record("Queue/b.EML"), "duplicate_of") == "Queue/a.EML");
  CHECK(text(record.record("Queue/d.EML"), "disposition") == "held");
}

TEST_CASE("After a replay that left some pending, the manifest tells all of them", "[report]") {
  Record record;
  record.add("Queue/a.EML", mail("one@example.org", "first"));
  record.add("Queue/b.EML", mail("two@example.org", "second"));
  record.add("Drop/c.eml", mail("three@example.org", "third"));
  record.evacuate();
  replay::Pace pace;
  pace.limit = 1;
  replay::PlanOptions options;
  options.folders = {"Drop"};
  record.replay(options, pace);
  CHECK(text(record.record("Queue/a.EML"), "disposition") == "replayed");
  CHECK(text(record.record("Queue/b.EML"), "disposition") == "pending");
  CHECK(text(record.record("Queue/b.EML"), "subject") == "second");
  CHECK(text(record.record("Drop/c.eml"), "disposition") == "pending");
}

TEST_CASE("The manifest writes nothing into the recovery folder", "[report]") {
  Record record;
  five_messages(record);
  const auto journal = read(record.home() / "journal.jsonl");
  const auto details = read(record.home() / "messages.jsonl");
  record.csv();
  CHECK(read(record.home() / "journal.jsonl") == journal);
  CHECK(read(record.home() / "messages.jsonl") == details);
}

TEST_CASE("A cell that a spreadsheet would run as a formula is defused, and reads back as it was", "[report]") {
  Record record;
  record.add("Queue/=cmd.EML", mail("one@example.org", "=HYPERLINK(\"http://evil\")"));
  record.add("Queue/b.EML", mail("@one.example,+two@example.org", "-2+3"));
  record.evacuate();
  record.replay();
  const auto csv = record.csv();
  CHECK(csv.find("\"'=HYPERLINK(\"\"http://evil\"\")\"") != std::string::npos);
  CHECK(csv.find(",'-2+3,") != std::string::npos);
  for (const char first : {'=', '+', '-', '@'}) {
    for (const auto* const before : {",", "\"", ";", "\n"})
      CHECK(csv.find(std::string(before) + first) == std::string::npos);
  }
  const auto table = replay::parse_csv(csv, "manifest.csv", "the manifest").value();
  CHECK(replay::restore_cell(table.rows.at(0).fields.at(table.column("subject"))) == "=HYPERLINK(\"http://evil\")");
}

TEST_CASE("Lists are joined by ';' in CSV", "[report]") {
  Record record;
  five_messages(record);
  CHECK(record.csv().find(",two@example.net;three@example.net,") != std::string::npos);
}

TEST_CASE("Bytes that are not UTF-8 and control characters of a message stay text, in CSV and in JSON", "[report]") {
  Record record;
  record.add("Queue/a.EML", mail("one@example.org", "caf\xE9 \\ \x1b[31m"));
  record.evacuate();
  record.replay();
  CHECK(text(record.record("Queue/a.EML"), "subject") == "caf\\xe9 \\\\ \x1b[31m");
  CHECK(record.jsonl().find('\x1b') == std::string::npos);
  CHECK(record.csv().find('\x1b') == std::string::npos);
  CHECK(record.csv().find("caf\\xe9 \\\\ \\x1b[31m") != std::string::npos);
  CHECK(is_utf8(record.jsonl()));
  CHECK(is_utf8(record.csv()));
}

TEST_CASE("Without messages.jsonl the personal columns are empty, and all else is as it was", "[report]") {
  Record record;
  five_messages(record);
  const auto before = record.records();
  record.event("dispose", {{"file", "messages.jsonl"}});
  fs::remove(record.home() / "messages.jsonl");
  const auto after = record.records();
  REQUIRE(after.size() == before.size());
  const std::set<std::string> personal{
      "message_id", "mih", "date", "subject", "from", "envelope_sender", "envelope_recipients", "envelope_source"};
  for (std::size_t i = 0; i < after.size(); ++i) {
    for (const auto& column : report::columns) {
      INFO(column << " of " << text(before[i], "source"));
      if (personal.contains(column)) {
        CHECK(after[i][column].is_null());
      } else {
        CHECK(after[i][column] == before[i][column]);
      }
    }
  }
}

TEST_CASE("A message that was decided stays in the manifest, also when its bytes can no longer be read", "[report]") {
  Record record;
  five_messages(record);
  fs::remove(record.stored("Queue/a.EML"));
  CHECK(text(record.record("Queue/a.EML"), "disposition") == "replayed");
}

TEST_CASE("Tag files that are not the journal's are damage: no manifest is drawn from them", "[report]") {
  Record record;
  five_messages(record);
  write(record.home() / "snapshot/files.jsonl", read(record.home() / "snapshot/files.jsonl") + "{}\n");
  const auto told = record.try_each([](const Json&) -> Result<void> { return {}; });
  REQUIRE_FALSE(told);
  CHECK(told.error().exit == Exit::verification);
}

TEST_CASE("Without a snapshot the manifest is a header line", "[report]") {
  Record record;
  record.event("service", {{"state", "stopped"}, {"action", "found"}});
  CHECK(record.csv() == header + "\r\n");
}

TEST_CASE("A folder once replayed with --folder stays in the manifest", "[report]") {
  Record record;
  record.add("Drop/a.eml", mail("one@example.org", "local"));
  record.add("Drop/b.txt", "not mail");
  record.evacuate();
  CHECK(record.records().empty());
  replay::PlanOptions options;
  options.folders = {"Drop"};
  record.replay(options);
  CHECK(record.records().size() == 1);
  CHECK(text(record.record("Drop/a.eml"), "disposition") == "replayed");
}

}  // namespace requeue::tests
