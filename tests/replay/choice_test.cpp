#include <catch2/catch.hpp>

#include "replay/plan_fixture.h"
#include "support/faulty_files.h"

using namespace requeue;
using namespace requeue::tests;
using replay::glob_matches;
using replay::PlanOptions;

TEST_CASE("a glob matches whole texts, without case, in bounded time", "[choice]") {
  CHECK(glob_matches("*@example.org", "Ann@EXAMPLE.org"));
  CHECK(glob_matches("a?n@*", "ann@x"));
  CHECK(glob_matches("*", ""));
  CHECK(glob_matches("<>", "<>"));
  CHECK(glob_matches("*a*b*", "xxaxxbxx"));
  CHECK_FALSE(glob_matches("example.org", "mail.example.org"));
  CHECK_FALSE(glob_matches("a?", "a"));
  CHECK_FALSE(glob_matches("", "a"));
  CHECK_FALSE(glob_matches(std::string(40, '*') + "b", std::string(5000, 'a')));
}

TEST_CASE("what a selection leaves out stays pending, and a copy of it that is taken up is sent", "[choice]") {
  Planning planning;
  planning.add("Queue/a.eml", mail_to("ann@one.org"));
  planning.add("Queue/b.eml", mail_to("bob@two.org", "b"));
  planning.add("Queue/c.eml", mail_to("bob@two.org, cid@three.org", "c"));
  planning.add("Queue/n.eml", "x-sender: <>\r\nx-receiver: x@one.org\r\n" + mail_to("x@one.org", "n"));
  planning.add("Queue/copy1.eml", mail_to("dan@four.org", "copy"));
  planning.add("Queue/copy2.eml", mail_to("dan@four.org", "copy"));
  PlanOptions options;
  const auto chosen = [&] {
    std::string out;
    const auto plan = planning.plan(options);
    for (const auto& message : plan.messages) {
      if (message.disposition == replay::Disposition::pending && message.chosen_now) out += message.source.str() + ' ';
    }
    CHECK(plan.counts().pending >= plan.left_for_another_run());
    options.choice = {};
    return out;
  };
  options.choice.recipients = {"BOB@*"};
  CHECK(chosen() == "Queue/b.eml Queue/c.eml ");
  options.choice.domains = {"one.org", "three.*"};
  CHECK(chosen() == "Queue/a.eml Queue/c.eml ");
  options.choice.domains = {"two.org"};
  options.choice.recipients = {"cid@*"};
  CHECK(chosen() == "Queue/c.eml ");
  options.choice.senders = {"nobody@*"};
  CHECK(chosen().empty());
  options.bounces = replay::Policy::replay;
  options.choice.senders = {"<>"};
  CHECK(chosen() == "Queue/n.eml ");
  options.choice.sources = {"Queue/copy2.eml"};
  CHECK(chosen() == "Queue/copy2.eml ");
  options.choice.since = Timestamp{1790000002, 0};
  options.choice.until = Timestamp{1790000003, 0};
  CHECK(chosen() == "Queue/b.eml Queue/c.eml ");
  options.choice.sources = {"Queue/none.eml"};
  const auto refused = planning.try_plan(options);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().exit == Exit::usage);
}

TEST_CASE("a person releases what a rule holds, never what has no recipient", "[choice][release]") {
  const std::string no_from = "To: b@x.org\r\nSubject: s\r\n\r\n";
  Planning planning;
  planning.add("Queue/bounce.eml", "Return-Path: <>\r\n" + mail_to("a@example.org"));
  planning.add("Queue/nofrom.eml", "Return-Path: <r@x.org>\r\n" + no_from + "x");
  planning.add("Queue/nosender.eml", no_from + "y");
  planning.add("Queue/norecipient.eml", "From: a@example.org\r\n\r\nx");
  planning.add("Queue/both.eml", "List-Id: <l>\r\nReturn-Path: <>\r\n" + mail_to("a@example.org", "both"));
  PlanOptions options;
  options.releases.rules = {"bounce", "no_from"};
  auto plan = planning.plan(options);
  CHECK(decision(plan, "Queue/bounce.eml") == "pending released");
  CHECK(message_in(plan, "Queue/bounce.eml").rare->released == "bounce");
  CHECK(decision(plan, "Queue/nofrom.eml") == "pending released");
  CHECK(message_in(plan, "Queue/nofrom.eml").add_from);
  CHECK(decision(plan, "Queue/nosender.eml") == "held no_from");
  CHECK(decision(plan, "Queue/norecipient.eml") == "held no_recipient");
  CHECK(decision(plan, "Queue/both.eml") == "held list");
  options.releases = {};
  options.releases.sources = {"Queue/both.eml"};
  plan = planning.plan(options);
  CHECK(decision(plan, "Queue/both.eml") == "pending released");
  CHECK(decision(plan, "Queue/bounce.eml") == "held bounce");
  for (const auto* const source : {"Queue/norecipient.eml", "Queue/nosender.eml"}) {
    options.releases.sources = {source};
    const auto refused = planning.try_plan(options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().exit == Exit::precondition);
  }
}

TEST_CASE("header-only mail goes to the owed domains only, what has an envelope goes whole", "[choice][owed]") {
  Planning planning;
  planning.add("Queue/both.eml", mail_to("ann@one.org, bob@two.org"));
  planning.add("Queue/other.eml", mail_to("bob@two.org", "other"));
  planning.add("Queue/x.eml", submitted({"ann@one.org", "bob@two.org"}, "x"));
  planning.add("Pickup/p", mail_to("bob@two.org", "pickup"));
  PlanOptions options;
  options.owed_domains = {"one.*"};
  options.hold_several_domains = true;
  auto plan = planning.plan(options);
  CHECK(decision(plan, "Queue/both.eml") == "pending replay");
  CHECK(decision(plan, "Queue/other.eml") == "skipped not_owed");
  CHECK(decision(plan, "Queue/x.eml") == "pending replay");
  CHECK(decision(plan, "Pickup/p") == "pending replay");
  const auto reading =
      replay::read_message(planning.recovery(), plan, message_in(plan, "Queue/both.eml"), options).value();
  CHECK(reading.envelope.recipients == std::vector<std::string>{"ann@one.org"});
  CHECK(reading.not_owed == std::vector<std::string>{"bob@two.org"});
  options.owed_domains.clear();
  plan = planning.plan(options);
  CHECK(decision(plan, "Queue/both.eml") == "held several_domains");
  CHECK(decision(plan, "Queue/x.eml") == "pending replay");
}

TEST_CASE("a release of a skipped message or of a copy was passed over in silence", "[choice][release]") {
  Planning planning;
  planning.add("Queue/first.eml", mail_to("ann@one.org"));
  planning.add("Queue/copy.eml", mail_to("ann@one.org"));
  planning.add("Queue/bounce.eml", "Return-Path: <>\r\n" + mail_to("ann@one.org", "bounce"));
  planning.add("Queue/sent.eml", mail_to("ann@one.org", "sent"));
  PlanOptions options;
  options.bounces = replay::Policy::skip;
  CHECK(decision(planning.plan(options), "Queue/copy.eml") == "duplicate content");
  CHECK(decision(planning.plan(options), "Queue/bounce.eml") == "skipped bounce");
  planning.replayed("Queue/sent.eml", {"ann@one.org"});
  for (const auto* const source : {"Queue/copy.eml", "Queue/bounce.eml"}) {
    INFO(source);
    options.releases.sources = {source};
    const auto refused = planning.try_plan(options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().exit == Exit::precondition);
    CHECK(refused.error().path == source);
  }
  // What would go anyway, and what went: the same command, run again, goes on.
  options.releases.sources = {"Queue/first.eml", "Queue/sent.eml"};
  CHECK(planning.try_plan(options));
}

TEST_CASE("one message that could not be read again ended a whole replay by a plan file", "[choice]") {
  auto faulty = std::make_unique<FaultyFiles>();
  auto& faults = *faulty;
  Planning planning(std::move(faulty));
  planning.add("Queue/a.eml", mail_to("ann@one.org"));
  planning.add("Queue/b.eml", mail_to("ann@one.org, bob@two.org", "b"));
  planning.empty();
  PlanOptions options;
  options.chosen.emplace();
  options.chosen->emplace("Queue/a.eml", replay::Word{"replay", {}, {}, 2});
  options.chosen->emplace("Queue/b.eml", replay::Word{"replay", {}, {"bob@two.org"}, 3});
  CHECK(decision(planning.plan(options), "Queue/b.eml") == "pending partial_copy");
  faults.add({"open", "Queue/b.eml", 2});  // read once for the decision, and then for its copies
  const auto plan = planning.plan(options);
  CHECK(decision(plan, "Queue/a.eml") == "pending replay");
  CHECK(decision(plan, "Queue/b.eml") == "failed source_changed");
  CHECK(faults.failed() == 1);
}
