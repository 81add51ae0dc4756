#include "report/redaction.h"

#include <catch2/catch.hpp>

#include "support/temporary_folder.h"

namespace requeue::report {
namespace {

Redaction with_salt(const std::string& salt) {
  const tests::TemporaryFolder folder;
  tests::write(folder.path() / "messages.jsonl",
               "{\"salt\":\"" + salt + "\",\"after\":\"" + std::string(64, '0') + "\"}\n");
  const auto tree = files::real_files()->open(folder.path());
  REQUIRE(tree);
  auto redaction = Redaction::open(**tree);
  REQUIRE(redaction);
  return std::move(*redaction);
}

const Json record = {{"seq", 7},
                     {"source", "Queue/Invoice for Jane Doe.EML"},
                     {"folder", "Queue"},
                     {"sha256", "aa"},
                     {"message_id", "<1@example.com>"},
                     {"mih", "bb"},
                     {"date", "Mon, 1 Jan 2018 00:00:00 +0000"},
                     {"subject", "Jane's salary"},
                     {"from", "Jane Doe <jane@example.com>"},
                     {"envelope_sender", "jane@example.com"},
                     {"envelope_recipients", {"JANE@example.com", "root"}},
                     {"disposition", "duplicate"},
                     {"duplicate_of", "Queue/Invoice for Jane Doe.EML"}};

TEST_CASE("nothing personal is left in a redacted record, and what is counted stays") {
  const auto redacted = with_salt("00112233445566778899aabbccddeeff").record(record);
  const auto text = to_line(redacted);
  for (const auto* const word : {"ane", "oe", "example", "nvoice", "salary", "root", "<1@"}) {
    INFO(word);
    CHECK(text.find(word) == std::string::npos);
  }
  for (const auto* const column : {"seq", "folder", "sha256", "date", "disposition"}) {
    CHECK(redacted.at(column) == record.at(column));
  }
  CHECK(redacted.size() == record.size());
  CHECK(redacted["source"].get<std::string>().starts_with("Queue/f-"));
  CHECK(redacted["source"].get<std::string>().ends_with(".EML"));
}

TEST_CASE("the same address and file are the same in every line, and others in another recovery") {
  const auto one = with_salt("00112233445566778899aabbccddeeff");
  const auto redacted = one.record(record);
  CHECK(redacted["source"] == redacted["duplicate_of"]);
  CHECK(redacted["envelope_sender"] == redacted["envelope_recipients"][0]);
  CHECK(one.address("bob@example.com").substr(18) == one.address("jane@example.com").substr(18));  // the domain
  CHECK(one.address("<>") == "<>");
  CHECK(one.path("Queue/a/Jane/x") != one.path("Queue/a/Bob/x"));
  CHECK(with_salt("ffeeddccbbaa99887766554433221100").address("jane@example.com") != one.address("jane@example.com"));
}

}  // namespace
}  // namespace requeue::report
