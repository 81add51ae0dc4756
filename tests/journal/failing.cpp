// A disk that fails under the journal. Never a whole line behind a half one.
#include <catch2/catch.hpp>

#include "journal/sample.h"
#include "support/faulty_files.h"
#include "support/recording_files.h"

namespace requeue::tests {
namespace {

Result<journal::Chain> read_chain(files::Tree& tree) {
  return journal::read(tree, [](const journal::Line&) -> Result<void> { return {}; });
}

}  // namespace

TEST_CASE("After a failed write or flush the journal refuses everything, and what was flushed stands", "[journal]") {
  const std::string verb = GENERATE("write", "flush");
  const Cause cause = GENERATE(Cause::no_space, Cause::io);
  TemporaryFolder folder;
  FaultyFiles files;
  auto tree = files.open(folder.path()).value();
  auto journal = journal::open(*tree, journal::Chain{}).value();
  journal->append("kept", Json::object()).value();
  REQUIRE(journal->flush());
  const std::string flushed = journal->head();

  Fault fault;
  fault.verb = verb;
  fault.cause = cause;
  fault.half_written = verb == "write";
  files.add(fault);
  journal->append("lost", Json::object()).value();
  const auto failed = journal->flush();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().cause == cause);
  CHECK(failed.error().hint.find("kept") != std::string::npos);
  files.heal();
  const std::string after = read(folder.path() / "journal.jsonl");
  CHECK_FALSE(journal->append("later", Json::object()));
  CHECK_FALSE(journal->flush());
  CHECK(journal->flushed_head() == flushed);
  journal.reset();
  CHECK(read(folder.path() / "journal.jsonl") == after);

  const auto chain = read_chain(*tree);
  REQUIRE(chain);
  CHECK(chain->records >= 1);
  REQUIRE(journal::open(*tree, *chain));
}

TEST_CASE("A torn tail that cannot be cut is an error, and stays", "[journal]") {
  JournalFolder folder;
  folder.append(2);
  folder.set_journal(folder.journal() + "half");
  const std::string before = folder.journal();
  FaultyFiles files;
  auto tree = files.open(folder.tree().path()).value();
  Fault fault;
  fault.verb = "truncate";
  files.add(fault);
  const auto chain = read_chain(*tree).value();
  CHECK_FALSE(journal::open(*tree, chain));
  CHECK(folder.journal() == before);
}

TEST_CASE("The folder is flushed when the journal is opened, and each flush reaches the file", "[journal]") {
  TemporaryFolder folder;
  RecordingFiles files;
  auto tree = files.open(folder.path()).value();
  auto journal = journal::open(*tree, journal::Chain{}).value();
  CHECK(files.lines({"append", "flush_folder"}).size() == 2);
  CHECK(files.lines({"append", "flush_folder"}).front() == "append journal.jsonl");
  journal->append("one", Json::object()).value();
  files.forget();
  REQUIRE(journal->flush());
  CHECK(files.lines({"write", "flush"}) == std::vector<std::string>{"write journal.jsonl", "flush journal.jsonl"});
  files.forget();
  REQUIRE(journal->flush());
  CHECK(files.lines({"write", "flush"}).empty());
}

TEST_CASE("Two writes of the record were on their way at once, and a power cut that kept the second left it damaged",
          "[journal]") {
  TemporaryFolder folder;
  RecordingFiles files;
  auto tree = files.open(folder.path()).value();
  auto journal = journal::open(*tree, journal::Chain{}).value();
  const std::string large(std::size_t{400} * 1024, 'x');
  for (int i = 0; i < 12; ++i) journal->append("long", {{"text", large}}).value();
  REQUIRE(journal->flush());
  const auto calls = files.lines({"write", "flush"});
  REQUIRE(calls.size() > 4);
  for (std::size_t i = 0; i < calls.size(); ++i) CHECK(calls[i].starts_with(i % 2 == 0 ? "write " : "flush "));

  // Nor does a run write behind lines of a killed one that may be in memory only.
  journal.reset();
  const auto chain = read_chain(*tree).value();
  files.forget();
  journal = journal::open(*tree, chain).value();
  CHECK(files.lines({"write", "flush"}) == std::vector<std::string>{"flush journal.jsonl"});
}

}  // namespace requeue::tests
