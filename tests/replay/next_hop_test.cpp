// What the service's log says of the probe's way on, and what that makes of the probe.
#include "replay/next_hop.h"

#include <catch2/catch.hpp>

namespace requeue::replay {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t placed = 1'000'000;

smtplog::NextHopAnswer answer(int code, std::int64_t after = 1, const std::string& command = "DATA") {
  return {command, code, "192.0.2.9", placed + after, false};
}

}  // namespace

TEST_CASE("one answer since the probe was placed is its own", "[replay]") {
  const auto hop = next_hop_of({answer(550, -60), answer(250, 3)}, placed);
  CHECK(hop.said == Said::accepted);
  CHECK(hop.code == 250);
  CHECK(hop.answers == 1);
  CHECK_FALSE(hop.ambiguous);
  CHECK(next_hop_of({answer(550, -60)}, placed).said == Said::nothing);
  // A log has whole seconds: what is logged in the second of the probe may be its own.
  CHECK(next_hop_of({answer(550, -1)}, placed).said == Said::refused);
}

TEST_CASE("a message is put off and taken in later: the last answer counts", "[replay]") {
  CHECK(next_hop_of({answer(451, 1), answer(250, 9)}, placed).said == Said::accepted);
  CHECK_FALSE(next_hop_of({answer(451, 1), answer(250, 9)}, placed).ambiguous);
  CHECK(next_hop_of({answer(451, 1), answer(452, 9)}, placed).code == 452);
}

TEST_CASE("a refusal counts whatever else was said, and two answers for good are ambiguous", "[replay]") {
  for (const auto& answers : {std::vector{answer(550), answer(250)}, std::vector{answer(250), answer(550)}}) {
    const auto hop = next_hop_of(answers, placed);
    CHECK(hop.said == Said::refused);
    CHECK(hop.code == 550);
    CHECK(hop.ambiguous);
  }
  CHECK(next_hop_of({answer(250), answer(250)}, placed).ambiguous);
  CHECK(next_hop_of({answer(421, 1, "MAIL")}, placed).ambiguous);
  auto mixed = answer(250);
  mixed.mixed = true;
  CHECK(next_hop_of({mixed}, placed).ambiguous);
}

TEST_CASE("an answer without a time is none, and counted", "[replay]") {
  auto undated = answer(550);
  undated.time.reset();
  const auto hop = next_hop_of({undated}, placed);
  CHECK(hop.said == Said::nothing);
  CHECK(hop.undated == 1);
}

TEST_CASE("a probe fails by the next hop's answer, and never passes by it", "[replay]") {
  NextHop hop;
  for (const auto seen : {ProbeResult::delivered, ProbeResult::stuck, ProbeResult::rejected}) {
    hop.said = Said::nothing;
    CHECK(result_with(seen, hop) == seen);
    hop.said = Said::accepted;
    CHECK(result_with(seen, hop) == seen);
    hop.said = Said::refused;
    CHECK(result_with(seen, hop) == ProbeResult::rejected);
    hop.said = Said::deferred;
    CHECK(result_with(seen, hop) != ProbeResult::delivered);
  }
  CHECK(result_with(ProbeResult::rejected, hop) == ProbeResult::rejected);
}

TEST_CASE("a log that is written late is waited for, not for ever", "[replay]") {
  Watcher watcher;
  milliseconds slept{0};
  int looks = 0;
  const auto sleep = [&](milliseconds time) { slept += time; };
  const auto late = [&]() -> Result<NextHop> {
    ++looks;
    return next_hop_of(looks < 3 ? std::vector<smtplog::NextHopAnswer>{} : std::vector{answer(250)}, placed);
  };
  CHECK(await_next_hop(late, milliseconds(15000), watcher, sleep).said == Said::accepted);
  CHECK(looks == 3);
  const auto never = [&]() -> Result<NextHop> { return failure(Exit::failed, "no"); };
  slept = milliseconds(0);
  CHECK(await_next_hop(never, milliseconds(15000), watcher, sleep).said == Said::nothing);
  CHECK(slept == milliseconds(15000));
  slept = milliseconds(0);
  CHECK(await_next_hop(never, milliseconds(0), watcher, sleep).said == Said::nothing);
  CHECK(slept == milliseconds(0));
}

}  // namespace requeue::replay
