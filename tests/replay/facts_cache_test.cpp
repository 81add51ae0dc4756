// What is learnt of the messages while they are copied: a plan from it is the plan from the messages, or it is not
// used.
#include <algorithm>
#include <fstream>

#include "replay/facts_form.h"
#include "replay/plan_fixture.h"
#include "support/faulty_files.h"

namespace requeue::tests {
namespace {

void add_some(Planning& planning) {
  planning.add("Queue/a.eml", mail_to("b@example.com, \"C, D\" <c@example.com>"));
  planning.add("Queue/b.eml", mail_to("b@example.com, \"C, D\" <c@example.com>"));  // a copy
  planning.add("Queue/c.eml", submitted({"x@example.net", "y@example.net"}, "Other\r\n"));
  planning.add("Queue/d.eml", "Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status\r\n" +
                                  mail_to("a@example.org", "bounce\r\n"));
  planning.add("Queue/e.eml", "no header at all");
  planning.add("Queue/f.eml", "");
  planning.add("Queue/g.eml", "List-Id: <l.example.org>\r\n" + mail_to("l@example.org", "list\r\n"));
  planning.add("Queue/h.eml", mail_to("root", "local\n", "Resent-To: q@example.org\r\nResent-From: r@example.org\r\n"));
  planning.add("Queue/strange.xyz", mail_to("z@example.org", "odd name\r\n"));
  planning.add("Queue/log.txt", "nothing of the mail");
  planning.add("Pickup/p.eml", mail_to("p@example.org", "in Pickup\r\n.dot\r\n"));
  planning.add("Badmail/r.BDR", "not read");
}

std::string csv_of(Planning& planning, const replay::Plan& plan) {
  class Text final : public ByteWriter {
   public:
    Result<void> write(std::string_view bytes) override {
      text += bytes;
      return {};
    }
    std::string text;
  };
  Text text;
  REQUIRE(replay::write_plan_csv(planning.recovery(), plan, {}, text));
  return text.text;
}

std::string told(const Planning& planning) {
  std::string all;
  for (const auto& line : planning.heard) all += line + '\n';
  return all;
}

// What a plan says when it opens the messages and when it does not.
struct Both {
  std::string read, kept;
};
Both plan_both_ways() {
  Both both;
  for (const bool keeps : {false, true}) {
    Planning planning;
    planning.keeps_facts = keeps;
    planning.jobs = keeps ? 4 : 1;
    add_some(planning);
    const auto plan = planning.plan();
    (keeps ? both.kept : both.read) = csv_of(planning, plan);
    CHECK(told(planning).empty());
  }
  return both;
}

}  // namespace

TEST_CASE("A plan from what was learnt says what a plan from the messages says", "[facts]") {
  const auto both = plan_both_ways();
  CHECK(both.read == both.kept);
  CHECK(both.read.find("Queue/b.eml") != std::string::npos);
}

TEST_CASE("A plan from what was learnt opens no message of Queue, a copy neither", "[facts]") {
  Planning planning;
  planning.keeps_facts = true;
  add_some(planning);
  planning.empty();
  for (const auto* const name : {"a.eml", "b.eml", "c.eml", "d.eml", "g.eml", "h.eml"}) {
    boost::filesystem::resize_file(planning.snapshot() / "Queue" / name, 3);  // reading it would be told as damage
  }
  const auto plan = planning.plan();
  CHECK(decision(plan, "Queue/b.eml") == "duplicate content");
  CHECK(decision(plan, "Queue/c.eml") == "pending replay");
  CHECK(decision(plan, "Queue/d.eml") == "held bounce");
}

TEST_CASE("Facts that are not the recorded ones are passed over, with a word, and the messages are read", "[facts]") {
  Planning planning;
  planning.keeps_facts = true;
  add_some(planning);
  planning.empty();
  const auto expected = csv_of(planning, planning.plan());
  const auto whole = read(planning.facts());
  SECTION("a recipient is changed") {
    auto changed = whole;
    changed.replace(changed.find("x@example.net"), 13, "w@example.net");
    write(planning.facts(), changed);
  }
  SECTION("cut short") {
    write(planning.facts(), whole.substr(0, whole.size() / 2));
  }
  SECTION("gone") {
    boost::filesystem::remove(planning.facts());
  }
  SECTION("a link in its place") {
    boost::filesystem::remove(planning.facts());
    write(planning.facts().parent_path() / "other", whole);
    make_link("other", planning.facts());
  }
  CHECK(csv_of(planning, planning.plan()) == expected);
  auto words = told(planning);
  std::replace(words.begin(), words.end(), '\\', '/');  // as Windows writes it
  CHECK(words.find("cache/facts") != std::string::npos);
}

TEST_CASE("Facts that cannot be kept do not stop a snapshot", "[facts]") {
  const std::string call = GENERATE("create", "make_folder", "write", "close");
  auto files = std::make_unique<FaultyFiles>();
  FaultyFiles& faulty = *files;
  Planning planning(std::move(files));
  planning.keeps_facts = true;
  add_some(planning);
  faulty.add({call, call == "make_folder" ? "cache" : "cache/facts", 1, Cause::no_space});
  planning.empty();
  CHECK(told(planning).find("cannot be kept") != std::string::npos);
  CHECK(planning.recovery().state().snapshot->facts_sha256.empty());
  CHECK(decision(planning.plan(), "Queue/b.eml") == "duplicate content");
}

TEST_CASE("A record of facts is read back as it was, and nothing that is cut short or longer is one", "[facts]") {
  const auto block =
      mail::parse_header_block(stamped(3) + "Received: from a by b; Tue, 24 Nov 2026 02:13:05 +0000\r\n" +
                               submitted({"x@example.net", "y@example.net"}));
  auto known = replay::message_facts_of(block);
  known.only_in_streams = {"hidden@example.org"};
  known.content = Sha256Bytes{1, 2, 3};
  const auto record = replay::to_record(known);
  const auto again = replay::from_record(record);
  REQUIRE(again);
  CHECK(replay::to_record(*again) == record);
  CHECK(again->facts.x_headers.recipients == known.facts.x_headers.recipients);
  CHECK(again->facts.top_received == known.facts.top_received);
  CHECK(again->facts.arrival_filetime == known.facts.arrival_filetime);
  CHECK(again->content == known.content);
  for (std::size_t size = 0; size < record.size(); ++size) CHECK_FALSE(replay::from_record(record.substr(0, size)));
  CHECK_FALSE(replay::from_record(record + '\0'));
  // No damage may make it ask for more memory than the record has bytes.
  for (std::size_t at = 0; at < record.size(); ++at) {
    auto damaged = record;
    damaged[at] = '\xFF';
    static_cast<void>(replay::from_record(damaged));
  }
}

}  // namespace requeue::tests
