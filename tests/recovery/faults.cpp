// Each call of a run fails in turn: once, for ever, half done, done but told as failed. Whatever fails, the next run
// works, and no line that was said to be flushed is gone.
#include <algorithm>
#include <catch2/catch.hpp>

#include "recovery/sample.h"
#include "support/faulty_files.h"
#include "support/recording_files.h"

namespace requeue::tests {
namespace {

struct Outcome {
  bool complete = false;
  std::vector<std::string> flushed;  // events that flush() said were kept
};

Outcome run(files::Files& files, const boost::filesystem::path& path) {
  Outcome outcome;
  Listener listener;
  auto recovery = recovery::open_to_write(files, path, recovery::Missing::make, facts_of(), listener);
  if (!recovery) return outcome;
  outcome.flushed.emplace_back("run");
  for (const char* const event : {"one", "two", "three"}) {
    // A commander that goes on after an error, as none should: the journal must not let it do harm.
    if (!(*recovery)->record_details({{"subject", event}})) continue;
    if (!(*recovery)->flush_details()) continue;
    if (!(*recovery)->record(event, Json::object())) continue;
    if ((*recovery)->flush()) outcome.flushed.emplace_back(event);
  }
  outcome.complete = (*recovery)->end(Exit::done, Json::object()).has_value();
  if (outcome.complete) outcome.flushed.emplace_back("run_end");
  return outcome;
}

// Whether `events` begins with all of `flushed`, in order (lines written and not flushed may stand behind).
bool keeps(const std::vector<std::string>& events, const std::vector<std::string>& flushed) {
  return events.size() >= flushed.size() && std::equal(flushed.begin(), flushed.end(), events.begin());
}

}  // namespace

TEST_CASE("Whichever call fails, nothing flushed is lost and the next run goes on", "[exhaustive][recovery]") {
  Fault fault;
  fault.cause = GENERATE(Cause::io, Cause::no_space);
  fault.for_ever = GENERATE(false, true);
  fault.half_written = GENERATE(false, true);
  fault.done_first = !fault.half_written && GENERATE(false, true);
  int failures = 0;
  for (fault.nth = 1;; ++fault.nth) {
    RecoveryFolder folder;
    FaultyFiles files;
    files.add(fault);
    const Outcome outcome = run(files, folder.path());
    if (files.calls() < fault.nth) break;
    if (files.failed() == 0) continue;  // to be failed after it was done, and it was not: a file that is not there yet
    ++failures;
    INFO("call " << fault.nth);
    {
      auto next = folder.to_write();
      if (!next) UNSCOPED_INFO(to_text(next.error()));
      REQUIRE(next);
      REQUIRE((*next)->end(Exit::done, Json::object()));
    }
    REQUIRE(keeps(folder.events(), outcome.flushed));
    REQUIRE(folder.to_read());
  }
  CHECK(failures > 20);
}

TEST_CASE("A record that may not be written is refused before its first line, with what is safe", "[recovery]") {
  for (const auto* name : {"journal.jsonl", "messages.jsonl"}) {
    RecoveryFolder folder;
    folder.run();
    const auto before = folder.journal() + folder.details();
    FaultyFiles files;
    files.add({"check_access", name, 1, Cause::denied});
    const auto opened =
        recovery::open_to_write(files, folder.path(), recovery::Missing::refuse, facts_of("replay"), folder.listener);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().exit == Exit::precondition);
    CHECK(opened.error().path.find(name) != std::string::npos);
    CHECK(opened.error().hint.find("nothing was sent") != std::string::npos);
    CHECK(folder.journal() + folder.details() == before);
  }
}

TEST_CASE("Line 1 and its folder are flushed before a run may do anything, details before what names them",
          "[recovery]") {
  RecoveryFolder folder;
  RecordingFiles files;
  Listener listener;
  auto recovery = recovery::open_to_write(files, folder.path(), recovery::Missing::make, facts_of(), listener).value();
  auto calls = files.lines({"append", "write", "flush", "flush_folder"});
  const auto place = [&](const std::string& call) {
    return std::find(calls.begin(), calls.end(), call) - calls.begin();
  };
  const auto size = static_cast<std::ptrdiff_t>(calls.size());
  REQUIRE(place("flush journal.jsonl") < size);
  CHECK(place("append journal.jsonl") < place("flush journal.jsonl"));
  CHECK(place("flush journal.jsonl") < place("append messages.jsonl"));
  CHECK(std::count(calls.begin(), calls.end(), "flush_folder") >= 3);  // journal, the folder's own name, messages

  files.forget();
  REQUIRE(recovery->end(Exit::done, Json::object()));
  CHECK(files.lines({"write", "flush"}) == std::vector<std::string>{"write journal.jsonl", "flush journal.jsonl",
                                                                    "write messages.jsonl", "flush messages.jsonl"});
}

}  // namespace requeue::tests
