// Which files are messages: the audit counts by its own reading of the rules, so that a plan that lost a message cannot
// vouch for itself. The two must agree.
#include <algorithm>

#include "report/manifest.h"
#include "report/record.h"
#include "report/selection.h"

namespace requeue::tests {

using report::select;
using report::Selected;

namespace {

const std::vector<std::string> always{"Pickup/any name", "Pickup/b.ltr", "Pickup/c.EML",
                                      "Queue/a.EML",     "Queue/b.eml",  "Queue/unknown"};
const std::vector<std::string> asked{"Badmail/a.BAD", "Badmail/b.bad", "Drop/a.EML", "Drop/b.eml"};
const std::vector<std::string> never{"Badmail/a.bdr",    "Badmail/c.eml", "Drop/a.txt",  "Drop/sub/c.eml",
                                     "Mailbox/a.eml",    "Queue/a.LTR",   "Queue/a.bdp", "Queue/a.rtr",
                                     "Queue/deep/c.EML", "Queue/no mail", "Route/a.eml", "SortTemp/a.eml",
                                     "top.eml",          "Other/a.eml"};

void add_all(Record& record) {
  for (const auto& list : {always, asked, never}) {
    for (const auto& source : list) record.add(source, mail("one@example.org", source));
  }
  record.add("Queue/no mail", "no header block\n");
  record.evacuate();
}

std::vector<std::string> sources(Record& record) {
  std::vector<std::string> found;
  for (const auto& one : record.records()) found.push_back(text_of(one, "source"));
  return found;
}

}  // namespace

TEST_CASE("Messages are the files directly in Queue and Pickup by the rules for names", "[report]") {
  Record record;
  add_all(record);
  record.replay();
  CHECK(sources(record) == always);
  const auto audit = record.audit();
  CHECK(audit.balance.found == always.size());
  CHECK(audit.findings.empty());
}

TEST_CASE("With --folder those of Drop and Badmail are messages too, and stay so for later runs", "[report]") {
  Record record;
  add_all(record);
  replay::PlanOptions options;
  options.folders = {"drop", "BADMAIL"};
  record.replay(options);
  record.replay();
  auto expected = always;
  expected.insert(expected.end(), asked.begin(), asked.end());
  std::sort(expected.begin(), expected.end());
  CHECK(sources(record) == expected);
  const auto audit = record.audit();
  CHECK(audit.balance.found == expected.size());
  CHECK(audit.findings.empty());
}

TEST_CASE("Folders and extensions are compared without case", "[report]") {
  CHECK(select("QUEUE/a.Eml", {}) == Selected::yes);
  CHECK(select("pickup/x", {}) == Selected::yes);
  CHECK(select("queue/a.lTr", {}) == Selected::no);
  CHECK(select("DROP/a.Eml", {"drop"}) == Selected::yes);
  CHECK(select("BadMail/a.bAd", {"badmail"}) == Selected::yes);
  CHECK(select("Drop/a.eml", {"badmail"}) == Selected::no);
  CHECK(select("Queue/a", {}) == Selected::if_header);
  CHECK(select("a.eml", {}) == Selected::no);
  CHECK(select("Mailbox/a.eml", {"mailbox"}) == Selected::no);
}

}  // namespace requeue::tests
