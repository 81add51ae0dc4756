#include <catch2/catch.hpp>

#include "report/overview.h"

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
