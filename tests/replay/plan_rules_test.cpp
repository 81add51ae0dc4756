#include <catch2/catch.hpp>

#include "replay/plan_fixture.h"

using namespace requeue;
using namespace requeue::tests;
using replay::PlanOptions;
using replay::Policy;

namespace {

const std::string list_mail = "List-Id: <l.example.org>\r\n" + mail_to("l@example.org");
const std::string bounce_mail = "Return-Path: <>\r\n" + mail_to("a@example.org");
const std::string report_mail =
    "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n" +
    mail_to("a@example.org");

// Each count with a body of its own: messages that differ in Received alone are copies of one another.
std::string hops(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += "Received: from a by b; Tue, 24 Nov 2026 02:13:05 +0000\r\n";
  return out + mail_to("b@example.org", std::to_string(count) + " hops\r\n");
}

}  // namespace

TEST_CASE("each rule holds what it is for", "[plan][rules]") {
  const std::vector<std::tuple<std::string, std::string, std::string>> table = {
      {"Queue/plain.eml", mail_to("b@example.org"), "pending replay"},
      {"Queue/x.EML", submitted({"b@example.org"}), "pending replay"},
      {"Queue/empty.eml", "", "held not_a_message"},
      {"Queue/noheader.eml", "just text\r\n", "held not_a_message"},
      {"Queue/norecipient.eml", "From: a@example.org\r\nSubject: s\r\n\r\nx", "held no_recipient"},
      {"Queue/nofrom.eml", "To: b@example.org\r\nSubject: s\r\n\r\nx", "held no_from"},
      {"Queue/emptyfrom.eml", "From: \r\nTo: b@example.org\r\n\r\nx", "held no_from"},
      {"Queue/xnofrom.eml", "x-sender: a@x.org\r\nx-receiver: b@x.org\r\nSubject: s\r\n\r\nx", "held no_from"},
      {"Queue/bounce.eml", bounce_mail, "held bounce"},
      {"Queue/report.eml", report_mail, "held bounce"},
      {"Queue/nullsender.eml", "x-sender: <>\r\nx-receiver: b@x.org\r\n" + mail_to("b@x.org"), "held bounce"},
      {"Queue/list.eml", list_mail, "held list"},
      {"Queue/listx.eml", "x-sender: a@x.org\r\nx-receiver: b@x.org\r\n" + list_mail, "pending replay"},
      {"Queue/hops14.eml", hops(14), "pending replay"},
      {"Queue/hops15.eml", hops(15), "held hop_limit"},
      {"Queue/big.eml", mail_to("b@example.org", std::string(5000, 'x')), "held max_size"},
      {"Queue/strange.tmp", mail_to("b@example.org", "tmp"), "held unknown_name"},
      {"Pickup/anything", mail_to("b@example.org", "pickup"), "pending replay"},
      // Of several rules, the first in the order of the list.
      {"Queue/bouncelist.eml", "Return-Path: <>\r\n" + list_mail, "held bounce"},
      {"Queue/listhops.eml", "List-Id: <l>\r\n" + hops(20), "held list"},
      {"Queue/nofrombounce.eml", "Return-Path: <>\r\nTo: b@x.org\r\n\r\nx", "held no_from"},
      {"Queue/bigtmp.tmp", mail_to("b@example.org", std::string(6000, 'x')), "held max_size"},
  };
  Planning planning;
  for (const auto& [source, bytes, expected] : table) planning.add(source, bytes);
  PlanOptions options;
  options.max_size = 4000;
  const auto plan = planning.plan(options);
  CHECK(plan.messages.size() == table.size());
  for (const auto& [source, bytes, expected] : table) {
    INFO(source);
    CHECK(decision(plan, source) == expected);
  }
}

TEST_CASE("policies settle bounces, lists and age, skipping before holding", "[plan][rules]") {
  Planning planning;
  planning.add("Queue/bounce.eml", bounce_mail);
  planning.add("Queue/list.eml", list_mail);
  planning.add("Queue/listhops.eml", "List-Id: <l>\r\n" + hops(20));
  planning.add("Queue/old.eml", stamped(1) + bounce_mail + "another bounce\r\n");
  PlanOptions options;
  options.bounces = Policy::replay;
  options.lists = Policy::replay;
  auto plan = planning.plan(options);
  CHECK(decision(plan, "Queue/bounce.eml") == "pending replay");
  CHECK(decision(plan, "Queue/list.eml") == "pending replay");
  CHECK(decision(plan, "Queue/listhops.eml") == "held hop_limit");
  options.bounces = Policy::skip;
  options.lists = Policy::skip;
  plan = planning.plan(options);
  CHECK(decision(plan, "Queue/bounce.eml") == "skipped bounce");
  CHECK(decision(plan, "Queue/list.eml") == "skipped list");
  CHECK(decision(plan, "Queue/listhops.eml") == "skipped list");
  options.max_age_seconds = 1;
  options.max_age_seconds = 3600LL * 24 * 365 * 300;
  CHECK(decision(planning.plan(options), "Queue/bounce.eml") == "skipped bounce");
  options.max_age_seconds = -4'000'000'000LL;  // all are older than a time to come
  CHECK(decision(planning.plan(options), "Queue/bounce.eml") == "skipped max_age");
}

TEST_CASE("an override lifts what a person can know, and no more", "[plan][rules]") {
  Planning planning;
  planning.add("Queue/norecipient.eml", "From: a@example.org\r\nSubject: s\r\n\r\nx");
  planning.add("Queue/list.eml", list_mail);
  planning.add("Queue/nofrom.eml", "To: b@example.org\r\n\r\nx");
  planning.add("Queue/bounce.eml", bounce_mail);
  planning.add("Pickup/p.txt", mail_to("b@example.org", "pickup"));
  PlanOptions options;
  for (const auto* const source :
       {"Queue/norecipient.eml", "Queue/list.eml", "Queue/nofrom.eml", "Queue/bounce.eml", "Pickup/p.txt"}) {
    replay::Override named;
    named.envelope = {"s@example.org", false, true, {"r@example.org"}, mail::EnvelopeSource::override_};
    options.overrides.emplace(source, named);
  }
  auto plan = planning.plan(options);
  CHECK(decision(plan, "Queue/norecipient.eml") == "pending replay");
  CHECK(decision(plan, "Queue/list.eml") == "pending replay");
  CHECK(decision(plan, "Queue/nofrom.eml") == "held no_from");
  CHECK(decision(plan, "Queue/bounce.eml") == "held bounce");
  CHECK_FALSE(message_in(plan, "Pickup/p.txt").as_found);
  CHECK(message_in(plan, "Pickup/p.txt").envelope_source == mail::EnvelopeSource::override_);
  options.overrides.emplace("Queue/nosuch.eml", replay::Override{{}, 9});
  const auto refused = planning.try_plan(options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit == Exit::usage);
  CHECK(refused.error().path == "Queue/nosuch.eml");
}

TEST_CASE("nothing is planned before the Mailroot is recorded as emptied", "[plan][rules]") {
  Planning planning;
  planning.add("Queue/a.eml", mail_to("b@example.org"));
  planning.take();
  const auto plan = planning.try_plan();
  REQUIRE_FALSE(plan);
  CHECK(plan.error().exit == Exit::precondition);
}

TEST_CASE("what is final, or in the Mailroot still, comes before every other rule", "[plan][rules]") {
  Planning planning;
  for (const auto* const name : {"sent", "doubt", "gone", "left", "restored", "cut", "open", "aborted"}) {
    planning.add("Queue/" + std::string(name) + ".eml", std::string());  // held but for these
  }
  planning.add("Pickup/kept", mail_to("b@example.org"));
  planning.take();
  planning.event("emptying", {{"keep", {"PICKUP"}}});
  planning.event("left_in_place", {{"source", "Queue/left.eml"}, {"why", "changed"}});
  planning.event("gone", {{"source", "Queue/gone.eml"}, {"why", ""}});
  planning.event("emptied", {{"by_hand", false}});
  planning.event("restoring", {{"group", 1}, {"sources", {"Queue/restored.eml", "Queue/sent.eml"}}});
  planning.event("restored", {{"group", 1}});
  planning.event("restoring", {{"group", 2}, {"sources", {"Queue/cut.eml"}}});
  planning.replayed("Queue/sent.eml", {"b@example.org"});
  planning.event("intent", {{"source", "Queue/doubt.eml"}});
  planning.event("in_doubt", {{"source", "Queue/doubt.eml"}, {"rule", "reboot"}});
  planning.event("intent", {{"source", "Queue/open.eml"}});
  planning.event("intent", {{"source", "Queue/aborted.eml"}});
  planning.event("abort", {{"source", "Queue/aborted.eml"}});
  const auto plan = planning.plan();
  CHECK(decision(plan, "Queue/sent.eml") == "replayed replay");
  CHECK(decision(plan, "Queue/doubt.eml") == "in_doubt reboot");
  CHECK(decision(plan, "Queue/gone.eml") == "in_doubt gone_before_empty");
  CHECK(decision(plan, "Queue/cut.eml") == "in_doubt restoring_unfinished");
  CHECK(decision(plan, "Queue/open.eml") == "in_doubt open_intent");
  CHECK(decision(plan, "Queue/left.eml") == "skipped left_in_place");
  CHECK(decision(plan, "Pickup/kept") == "skipped left_in_place");
  CHECK(decision(plan, "Queue/restored.eml") == "skipped restored");
  CHECK(decision(plan, "Queue/aborted.eml") == "held not_a_message");
  CHECK(plan.counts().in_doubt == 4);
}

TEST_CASE("a person's plan keeps more back than the rules, never less", "[plan][rules]") {
  Planning planning;
  for (const auto* const name : {"replay", "hold", "skip", "absent", "held", "heldskip"}) {
    const bool held = std::string(name).find("held") == 0;
    planning.add("Queue/" + std::string(name) + ".eml", held ? "" : mail_to("b@example.org", name));
  }
  PlanOptions options;
  auto& chosen = options.chosen.emplace();
  for (const auto& [name, word] : std::map<std::string, std::string>{
           {"replay", "replay"}, {"hold", "hold"}, {"skip", "skip"}, {"held", "replay"}, {"heldskip", "skip"}}) {
    chosen["Queue/" + name + ".eml"].disposition = word;
  }
  const auto plan = planning.plan(options);
  CHECK(decision(plan, "Queue/replay.eml") == "pending replay");
  CHECK(message_in(plan, "Queue/replay.eml").chosen_now);
  CHECK(decision(plan, "Queue/hold.eml") == "held plan");
  CHECK(decision(plan, "Queue/skip.eml") == "skipped plan");
  CHECK(decision(plan, "Queue/absent.eml") == "pending replay");
  CHECK_FALSE(message_in(plan, "Queue/absent.eml").chosen_now);
  CHECK(decision(plan, "Queue/held.eml") == "held not_a_message");
  CHECK(noted(plan, "Queue/held.eml", "plan_not_followed"));
  CHECK(decision(plan, "Queue/heldskip.eml") == "skipped plan");
}

TEST_CASE("a snapshot file of another size is failed, the others go on", "[plan][rules]") {
  Planning planning;
  planning.add("Queue/a.eml", mail_to("b@example.org"));
  planning.add("Queue/b.eml", mail_to("b@example.org", "other"));
  planning.add("Queue/gone.eml", mail_to("b@example.org", "gone"));
  planning.empty();
  tests::write(planning.snapshot() / "Queue/a.eml", mail_to("b@example.org", "longer than it was"));
  boost::filesystem::remove(planning.snapshot() / "Queue/gone.eml");
  const auto plan = planning.plan();
  CHECK(decision(plan, "Queue/a.eml") == "failed source_changed");
  CHECK(decision(plan, "Queue/gone.eml") == "failed source_changed");
  CHECK(decision(plan, "Queue/b.eml") == "pending replay");
}

TEST_CASE("what a person left in Queue or Pickup beside an adopted backup is not sent by us too", "[plan][adopt]") {
  Planning planning;
  planning.add("Queue/gone.eml", mail_to("b@example.org", "gone"));
  planning.add("Queue/Left.eml", mail_to("b@example.org", "left"));
  planning.add("Queue/moved.eml", mail_to("b@example.org", "moved"));
  PlanOptions options;
  options.live.names = {"left.eml", "other.eml"};
  options.live.digests = {sha256_hex(mail_to("b@example.org", "moved")), sha256_hex("changed since")};
  const auto plan = planning.plan(options);
  CHECK(decision(plan, "Queue/gone.eml") == "pending replay");
  CHECK(decision(plan, "Queue/Left.eml") == "skipped left_in_place");
  CHECK(decision(plan, "Queue/moved.eml") == "skipped left_in_place");
}

TEST_CASE("an arrival that no calendar has is no arrival", "[plan][rules]") {
  Planning planning;
  planning.add("Queue/far.eml", "X-OriginalArrivalTime: FILETIME=[FFFFFFFF:FFFFFFFF]\r\n" + mail_to("b@example.org"));
  planning.add("Queue/hop.eml",
               "Received: from a by b; Tue, 24 Nov 20199 02:13:05 +0000\r\n" + mail_to("c@example.org"));
  planning.add("Queue/both.eml",
               "Received: from a by b; Tue, 24 Nov 2026 02:13:05 +0000\r\n"
               "X-OriginalArrivalTime: FILETIME=[FFFFFFFF:7FFFFFFF]\r\n" +
                   mail_to("d@example.org"));
  planning.add("Queue/last.eml", "X-OriginalArrivalTime: FILETIME=[D1C03FFF:24C85A5E]\r\n" + mail_to("e@example.org"));
  PlanOptions options;
  const auto plan = planning.plan(options);
  const auto arrival = [&](const std::string& source) { return to_iso8601(message_in(plan, source).arrival); };
  CHECK(arrival("Queue/far.eml") == "2026-09-21T14:13:21.000Z");
  CHECK(arrival("Queue/hop.eml") == "2026-09-21T14:13:22.000Z");
  CHECK(arrival("Queue/both.eml") == "2026-11-24T02:13:05.000Z");
  CHECK(arrival("Queue/last.eml") == "9999-12-31T23:59:59.999Z");
}
