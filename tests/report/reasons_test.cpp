#include <catch2/catch.hpp>

#include "report/overview.h"
#include "report/record.h"
#include "support/faulty_files.h"

using requeue::report::reason_of;

TEST_CASE("a reason is one line without addresses, so that equal ones are counted together", "[overview]") {
  CHECK(reason_of("Unable to deliver this message because of: no such  user.\r\n\r\nThe specific error code was "
                  "0xC00402C7.\r\n\r\nThe message sender was:\r\n<a@b.org>\r\n") ==
        "0xC00402C7: Unable to deliver this message because of: no such user.");
  CHECK(reason_of("Error is processing file. The specific error code was 0xC00402CE.") ==
        "0xC00402CE: Error is processing file.");
  CHECK(reason_of("2010-07-28 mx.example.com 450 <a@b.org>... try again\r\n") == "450 (address) try again");
  CHECK(reason_of("250 ok\n550 5.1.1 first\n421 last\nQUIT\n") == "421 last");
  CHECK(reason_of(std::string("\xFF\xFE"
                              "5\0"
                              "5\0"
                              "0\0 \0x\0",
                              12)) == "550 x");
  CHECK(reason_of("") == "(empty)");
  CHECK(reason_of(std::string(5000, 'x')).size() == 160);
  CHECK(reason_of("The specific error code was ") == ": The specific error code was");
}

TEST_CASE("a greeting was counted among the reasons why mail failed", "[overview]") {
  CHECK(reason_of("220 mx.example.com ESMTP\r\n").empty());
  CHECK(reason_of("2010-07-28 10:00 mx.example.com 220 ready\r\n").empty());
  CHECK(reason_of("220 ready\r\n250 ok\r\n450 later\r\n") == "450 later");
  CHECK(reason_of("Quota of 250 messages reached") == "Quota of 250 messages reached");
}

TEST_CASE("inspect told what it may not read as taken by the service, and as another file than was recorded",
          "[overview]") {
  using namespace requeue;
  tests::Record record;
  record.add("Queue/a.EML", tests::mail("one@example.org", "first"));
  record.add("Queue/b.EML", tests::mail("one@example.org", "second"));
  tests::FaultyFiles files;
  files.add({"open", "Queue/b.EML", 1, Cause::denied, true});
  const auto tree = files.open(record.mailroot()).value();
  const auto overview = report::overview_of_mailroot(*tree, {{}, UINT64_MAX, now()}, record.watcher()).value();
  CHECK(overview.counts.found == 2);
  CHECK(overview.counts.pending == 1);
  CHECK(overview.counts.failed == 1);
  CHECK(overview.vanished == 0);
  for (const auto& note : overview.notes) CHECK(note.find("audit") == std::string::npos);
}
