#include "replay/csv.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "core/text.h"
#include "replay/plan.h"

using namespace requeue;
using namespace requeue::replay;

namespace {

const std::vector<std::string> hostile = {
    "",
    "plain",
    "=1+1",
    "+1",
    "-bob@example.org",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "'=x",
    "''=x",
    "'plain",
    "a;=b",
    "a;'=b",
    "a\n-b",
    "a\r\n=b",
    "a,b",
    "say \"hi\"",
    "\"",
    "\"\"",
    ",",
    ";",
    "'",
    "''",
    "'\n'=",
    "a;;=b",
    "Größe; -5 %",
    "a@x;-b@y;'@z",
    "\r\n\r\n=",
    "trailing\r",
    "';'",
    "=\"a,b\"",
    " lead ",
};

Result<CsvTable> one_cell(const std::string& value) {
  return parse_csv(csv_line({"before", "cell", "after"}) + csv_line({"x", value, "y"}), "f.csv", "a file");
}

}  // namespace

TEST_CASE("every cell comes back as it was", "[csv]") {
  for (const auto& value : hostile) {
    INFO("cell: " << value);
    CHECK(restore_cell(defuse_cell(value)) == value);
    const auto table = one_cell(value);
    REQUIRE(table);
    REQUIRE(table->rows.size() == 1);
    CHECK(table->rows[0].fields == std::vector<std::string>{"x", value, "y"});
  }
}

TEST_CASE("no cell starts a formula, whatever separates cells", "[csv]") {
  for (const auto& value : hostile) {
    const auto defused = defuse_cell(value);
    INFO("cell: " << defused);
    for (std::size_t i = 0; i < defused.size(); ++i) {
      const bool starts = i == 0 || defused[i - 1] == ';' || defused[i - 1] == '\n';
      if (starts) CHECK(std::string("=+-@\t\r").find(defused[i]) == std::string::npos);
    }
  }
}

TEST_CASE("ordinary cells are left alone", "[csv]") {
  CHECK(csv_line({"Queue/a.eml", "a@x;b@y", "it's", "5 - 3 = 2"}) == "Queue/a.eml,a@x;b@y,it's,5 - 3 = 2\r\n");
  CHECK(csv_line({"=1", "a,b", "\"q\""}) == "'=1,\"a,b\",\"\"\"q\"\"\"\r\n");
}

TEST_CASE("no cell of a record holds a control character or turns the direction of what is shown", "[csv]") {
  const Json record = {{"subject", "a\x1b[31m\tb\r\nc"}, {"to", {"\xe2\x80\xae@x", "b@y"}}};
  CHECK(csv_fields(record, {"subject", "to"}) ==
        std::vector<std::string>{"a\\x1b[31m\\x09b\\x0d\\x0ac", "\\xe2\\x80\\xae@x;b@y"});
}

TEST_CASE("lists are joined, numbers are digits, missing values are empty", "[csv]") {
  const Json record = {{"seq", 7}, {"to", {"a@x", "b@y"}}, {"none", nullptr}};
  CHECK(csv_fields(record, {"to", "seq", "none", "absent"}) == std::vector<std::string>{"a@x;b@y", "7", "", ""});
}

TEST_CASE("what people's editors do to a file is taken", "[csv]") {
  const auto table = parse_csv("\xEF\xBB\xBF Source ,SENDER\n\na,b\r\n\"c\",d", "f.csv", "a file");
  REQUIRE(table);
  CHECK(table->columns == std::vector<std::string>{"source", "sender"});
  REQUIRE(table->rows.size() == 2);
  CHECK(table->rows[0].line == 3);
  CHECK(table->rows[1].fields == std::vector<std::string>{"c", "d"});
}

TEST_CASE("a broken file is refused with its line", "[csv]") {
  const auto why = [](const char* text) {
    const auto table = parse_csv(text, "f.csv", "a file");
    REQUIRE_FALSE(table);
    CHECK(table.error().exit == Exit::usage);
    return table.error().why;
  };
  CHECK(why("") == "line 1: there is no header line");
  CHECK(why("a,b\r\nx\r\n") == "line 2: it has 1 fields, the header line has 2");
  CHECK(why("a,b\n\"x\ny\",z\nq,\"open\n\n") == "line 4: a quote is opened and never closed");
  CHECK(why("a\n\"x\"y\n") == "line 2: text follows a closing quote");
}

TEST_CASE("an envelopes file gives envelopes by true source", "[csv][envelopes]") {
  const auto read = parse_envelopes(
      "source,sender,recipients\r\nQueue/a.eml,<a@x.org>,b@x.org; B@X.ORG;c@x.org\r\n"
      "Queue/\\xff.eml,<>,\"\"\"d;e\"\"@x.org;f@x.org\"\r\n'=odd,a@x.org,'-b@x.org\r\n",
      "e.csv");
  REQUIRE(read);
  REQUIRE(read->size() == 3);
  const auto& first = read->at("Queue/a.eml");
  CHECK(first.line == 2);
  CHECK(first.envelope.sender == "a@x.org");
  CHECK(first.envelope.source == mail::EnvelopeSource::override_);
  CHECK(first.envelope.recipients == std::vector<std::string>{"b@x.org", "c@x.org"});
  const auto& second = read->at("Queue/\xff.eml");
  CHECK(second.envelope.null_sender);
  CHECK(second.envelope.recipients == std::vector<std::string>{"\"d;e\"@x.org", "f@x.org"});
  CHECK(read->at("=odd").envelope.recipients == std::vector<std::string>{"-b@x.org"});
}

TEST_CASE("an envelopes file that could send wrongly is refused", "[csv][envelopes]") {
  const auto why = [](const std::string& rows) {
    const auto read = parse_envelopes("source,sender,recipients\n" + rows, "e.csv");
    REQUIRE_FALSE(read);
    CHECK(read.error().exit == Exit::usage);
    return read.error().why;
  };
  CHECK(why("q,,b@x\n") == "line 2: no sender");
  CHECK(why("q,a@x,\n") == "line 2: no recipient");
  CHECK(why("q,a@x, ; ;\n") == "line 2: no recipient");
  CHECK(why("q,a@x,b x@y\n") == "line 2: not a bare address: b x@y");
  CHECK(why("q,a@x,b@y\nq,a@x,c@y\n") == "line 3: the source stands in line 2 already: q");
  CHECK_FALSE(parse_envelopes("source,recipients\nq,a@x\n", "e.csv"));
}

TEST_CASE("a plan that was written reads back right, whatever the names hold", "[csv][plan]") {
  for (const std::string source : {"Queue/a\x1b[2Jb.EML", "Queue/tab\there.EML", "Queue/\xff\x1b.EML",
                                   "Queue/\\x41\x01.EML", "Queue/\xe2\x80\xae.EML", "=1\n.EML"}) {
    const Json record = {{"source", escape_bytes(source)}, {"sha256", "d"}, {"disposition", "hold"}};
    const std::vector<std::string> columns{"source", "sha256", "disposition"};
    const auto csv = csv_line(columns) + csv_line(csv_fields(record, columns));
    INFO(csv);
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 2);
    const auto lines = parse_plan(csv, "p.csv");
    REQUIRE(lines);
    CHECK(lines->at(0).source == source);
  }
}

TEST_CASE("a plan file gives its lines, and refuses words that are none", "[csv][plan]") {
  const auto lines =
      parse_plan("seq,sha256,source,disposition\r\n1,ABC,Queue/a.eml,replay\r\n2,d,'=q,hold\r\n", "p.csv");
  REQUIRE(lines);
  REQUIRE(lines->size() == 2);
  CHECK((*lines)[0].source == "Queue/a.eml");
  CHECK((*lines)[0].sha256 == "abc");
  CHECK((*lines)[1].source == "=q");
  CHECK((*lines)[1].disposition == "hold");
  for (const auto* const bad : {"send", "", "pending", "Replay"}) {
    CHECK_FALSE(parse_plan("source,sha256,disposition\na,b," + std::string(bad) + "\n", "p.csv"));
  }
  CHECK_FALSE(parse_plan("source,sha256,disposition\na,b,replay\na,b,skip\n", "p.csv"));
  CHECK_FALSE(parse_plan("source,disposition\na,replay\n", "p.csv"));
}
