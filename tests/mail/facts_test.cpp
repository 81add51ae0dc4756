#include <catch2/catch.hpp>

#include "mail/message.h"

using namespace requeue;
using namespace requeue::mail;

namespace {

Facts facts_in(std::string_view bytes) {
  return facts_of(parse_header_block(bytes));
}

std::string date(std::string_view value) {
  const auto time = parse_date(value);
  return time ? to_iso8601(*time) : "";
}

}  // namespace

TEST_CASE("The facts of an ordinary message") {
  const auto found = facts_in(
      "Received: from a by b with Microsoft SMTPSVC(8.0.9200.16384);\r\n\t Fri, 3 Feb 2017 01:30:51 -0500\r\n"
      "Received: older; Thu, 2 Feb 2017 01:30:51 -0500\r\nMessage-Id: <1@x>\r\nmessage-id: <2@x>\r\n"
      "Date: Fri, 3 Feb 2017 06:30:50 +0000\r\nSUBJECT: Hello\r\n there\r\nFrom: F <f@x>\r\nTo: a@x\r\n"
      "X-OriginalArrivalTime: 1 Jan 2000 FILETIME=[00000001:00000002]\r\n"
      "X-OriginalArrivalTime: 28 Mar 2014 11:09:15.0424 (UTC) FILETIME=[27F8B200:01CF4A76]\r\n\r\nbody");
  CHECK(found.is_message);
  CHECK(found.message_id == "<1@x>");
  CHECK(found.date == "Fri, 3 Feb 2017 06:30:50 +0000");
  CHECK(found.subject == "Hello there");
  CHECK(found.from == "F <f@x>");
  CHECK(found.from_addresses == std::vector<std::string>{"f@x"});
  CHECK(found.received_count == 2);
  REQUIRE(found.top_received);
  CHECK(to_iso8601(*found.top_received) == "2017-02-03T06:30:51.000Z");
  REQUIRE(found.arrival_filetime);
  CHECK(*found.arrival_filetime == 0x01CF4A7627F8B200U);
  CHECK(to_iso8601(from_filetime(*found.arrival_filetime)) == "2014-03-28T11:09:15.424Z");
  CHECK_FALSE(found.bounce_report);
  CHECK_FALSE(found.list_mail);
}

TEST_CASE("A stamp that is none gives no arrival") {
  for (const auto* bad : {"FILETIME=[27F8B200:01CF4A76", "FILETIME=[27F8B200]", "FILETIME=[:]", "FILETIME=[G:1]",
                          "FILETIME=[123456789:1]", "FILETIME=[]:", ""}) {
    CHECK_FALSE(facts_in("X-OriginalArrivalTime: " + std::string(bad) + "\nFrom: a@b\n\n").arrival_filetime);
  }
}

TEST_CASE("Bounce reports are told by type and report-type together") {
  const auto report = [](const std::string& type) { return facts_in("Content-Type: " + type + "\n\n").bounce_report; };
  CHECK(report("multipart/report; report-type=delivery-status; boundary=x"));
  CHECK(report("Multipart/Report; boundary=\"a;b\"; Report-Type=\"Disposition-Notification\""));
  CHECK(report("multipart/report (c;omment);\r\n report-type = delivery-status"));
  CHECK_FALSE(report("multipart/report; report-type=feedback-report"));
  CHECK_FALSE(report("multipart/report; boundary=x"));
  CHECK_FALSE(report("multipart/mixed; report-type=delivery-status"));
  CHECK_FALSE(report("multipart/report; boundary=\"; report-type=delivery-status\""));
}

TEST_CASE("List mail is told by its fields") {
  for (const auto* name : {"List-Id", "LIST-POST", "Mailing-List", "X-Mailing-List", "Delivered-To"}) {
    CHECK(facts_in(std::string(name) + ": x\nFrom: a@b\n\n").list_mail);
  }
  CHECK_FALSE(facts_in("List-Unsubscribe: x\nFrom: a@b\n\n").list_mail);
}

TEST_CASE("Dates") {
  CHECK(date("Fri, 21 Nov 1997 09:55:06 -0600") == "1997-11-21T15:55:06.000Z");
  CHECK(date("21 Nov 97 09:55 EST") == "1997-11-21T14:55:00.000Z");
  CHECK(date("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600") == "1997-11-21T15:55:06.000Z");
  CHECK(date("Thu, 13\n Feb\n 1969 23:32:00 -0330 (Newfoundland Time)") == "1969-02-14T03:02:00.000Z");
  CHECK(date("1 Jan 49 00:00:00 GMT") == "2049-01-01T00:00:00.000Z");
  CHECK(date("1 Jan 50 00:00:00 UT") == "1950-01-01T00:00:00.000Z");
  CHECK(date("1 Jan 101 00:00:00 Z") == "2001-01-01T00:00:00.000Z");
  CHECK(date("28-Mar-2014 11:09:15 +0100") == "2014-03-28T10:09:15.000Z");
  CHECK(date("28 Mar 2014 11:09:15.0424 (UTC)") == "2014-03-28T11:09:15.000Z");
  CHECK(date("Mon Jan  2 15:04:05 2006") == "2006-01-02T15:04:05.000Z");
  CHECK(date("31 Dec 2016 23:59:60 +0000") == "2016-12-31T23:59:59.000Z");
  CHECK(date("Sat, 29 Feb 2020 12:00:00 PDT") == "2020-02-29T19:00:00.000Z");
}

TEST_CASE("What is no date") {
  for (const auto* bad :
       {"", "Whenever", "%date%", "<HR>", "Wed, 15 Dec 2010 59:10 -0500", "31 Feb 2010 10:00:00 +0000",
        "Pn, 29 paX 2007 21:13:00 +0100", "21 Nov 1997", "09:55:06", "21 Nov 1997 -1:00:00",
        "21 Nov 99999999999999999999 10:00:00", "21 Nov 1997 1:99999999999:3"}) {
    CHECK(date(bad).empty());
  }
}

TEST_CASE("No header block: no message") {
  CHECK_FALSE(facts_in("").is_message);
  CHECK_FALSE(facts_in("text\nFrom: a@b\n\n").is_message);
  CHECK(facts_in("From: a@b").is_message);
  CHECK(facts_in("From: a@b\r\n\r\nbody").header_size == 13);
}
