#include "core/digest.h"
#include "core/text.h"
#include "recovery/host.h"
#include "recovery/sample.h"

namespace requeue::tests {

using recovery::Missing;

TEST_CASE("The first run makes the folder and opens with a run event", "[recovery]") {
  RecoveryFolder folder;
  auto recovery = folder.to_write().value();
  CHECK(folder.listener.warnings.empty());
  const std::string journal = folder.journal();  // written before anything else is done
  const Json run = parse_object(journal.substr(0, journal.find('\n'))).value();
  CHECK(text_of(run, "event") == "run");
  CHECK(text_of(run, "schema") == "requeue/1");
  CHECK(text_of(run, "recovery").size() == 16);
  CHECK(text_of(run, "recovery") == recovery->state().id);
  CHECK(text_of(run, "command") == "evacuate");
  CHECK(text_of(run, "program_sha256") == std::string(64, 'a'));
  CHECK_FALSE(text_of(run, "host").empty());
  CHECK_FALSE(text_of(run, "os").empty());
  CHECK_FALSE(text_of(run, "account").empty());
  CHECK(text_of(run, "utc_offset").size() == 6);
  CHECK(text_of(run, "boot") == folder.files().boot().value_or(""));
  CHECK(text_of(run, "operator") == "Operator");
  CHECK(text_of(run, "ticket") == "CHG-1");
  CHECK(text_of(run, "command_line") == "requeue evacuate --from (personal)");
  CHECK(text_of(run, "mailroot") == "/mailroot");
  CHECK(recovery->records() == 1);
  CHECK(recovery->state().run_open);
}

TEST_CASE("Later runs carry the same id, and the head that reading finds", "[recovery]") {
  RecoveryFolder folder;
  folder.run();
  const std::string id = folder.to_read().value()->state().id;
  auto second = folder.to_write(facts_of("replay")).value();
  CHECK(second->state().id == id);
  REQUIRE(second->end(Exit::attention, {{"held", 1}}));
  const std::string head = second->head();
  second.reset();
  auto reading = folder.to_read().value();
  CHECK(reading->head() == head);
  CHECK(reading->records() == 5);
  CHECK(reading->state().last_command == "replay");
  CHECK_FALSE(reading->state().run_open);
  CHECK(folder.events() == std::vector<std::string>{"run", "decision", "run_end", "run", "run_end"});
}

TEST_CASE("A run ends with a line in messages.jsonl that names the head", "[recovery]") {
  RecoveryFolder folder;
  auto recovery = folder.to_write().value();
  REQUIRE(recovery->end(Exit::done, Json::object()));
  const Json last = parse_object(folder.details()).value();
  CHECK(text_of(last, "after") == recovery->head());
  CHECK(text_of(last, "salt").size() == 32);
  CHECK(last.size() == 2);
}

TEST_CASE("Bytes that are not UTF-8 in what a run says of itself are escaped", "[recovery]") {
  RecoveryFolder folder;
  auto facts = facts_of();
  facts.ticket = "a\xff";
  facts.mailroot = "/m\xfe";
  auto recovery = folder.to_write(facts).value();
  CHECK(recovery->state().mailroot == escape_bytes("/m\xfe"));
  CHECK(text_of(parse_object(folder.journal()).value(), "ticket") == "a\\xff");
}

TEST_CASE("No folder, or one without a journal, is refused where none may be made", "[recovery]") {
  RecoveryFolder folder;
  const auto none = folder.to_write(facts_of(), Missing::refuse);
  REQUIRE_FALSE(none);
  CHECK(none.error().exit == Exit::precondition);
  CHECK_FALSE(boost::filesystem::exists(folder.path()));
  const auto reading = folder.to_read();
  REQUIRE_FALSE(reading);
  CHECK(reading.error().exit == Exit::precondition);

  boost::filesystem::create_directory(folder.path());
  const auto empty = folder.to_write(facts_of(), Missing::refuse);
  REQUIRE_FALSE(empty);
  CHECK(empty.error().exit == Exit::precondition);
  CHECK(boost::filesystem::is_empty(folder.path()));
}

TEST_CASE("An empty folder reads as a new state", "[recovery]") {
  RecoveryFolder folder;
  boost::filesystem::create_directory(folder.path());
  auto recovery = folder.to_read().value();
  CHECK(recovery->records() == 0);
  CHECK(recovery->head() == journal::no_hash);
  CHECK(recovery->state().stage() == recovery::Stage::fresh);
}

TEST_CASE("Folds see every line, the ones of this run too", "[recovery]") {
  struct Counter final : recovery::Fold {
    std::vector<std::string> events;
    std::string head;
    Result<void> see(const journal::Line& line) override {
      events.push_back(line.event);
      head = line.hash;
      return {};
    }
  };
  RecoveryFolder folder;
  folder.run();
  Counter counter;
  auto recovery = folder.to_write(facts_of(), Missing::refuse, {&counter}).value();
  REQUIRE(recovery->record("mine", {{"a", 1}}));
  CHECK(counter.events == std::vector<std::string>{"run", "decision", "run_end", "run", "mine"});
  CHECK(counter.head == recovery->head());
}

TEST_CASE("An offset from UTC is written with its sign", "[recovery]") {
  CHECK(recovery::to_utc_offset(0) == "+00:00");
  CHECK(recovery::to_utc_offset(330) == "+05:30");
  CHECK(recovery::to_utc_offset(-210) == "-03:30");
  CHECK(recovery::to_utc_offset(60) == "+01:00");
}

}  // namespace requeue::tests
