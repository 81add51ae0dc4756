// A recovery folder in a temporary place, opened with small facts.
#pragma once

#include <boost/filesystem/operations.hpp>
#include <catch2/catch.hpp>

#include "recovery/recovery.h"
#include "support/temporary_folder.h"

namespace requeue::tests {

struct Listener final : Watcher {
  std::vector<std::string> warnings;
  void warn(std::string_view line) override { warnings.emplace_back(line); }
};

inline recovery::RunFacts facts_of(const std::string& command = "evacuate", const std::string& mailroot = "/mailroot") {
  recovery::RunFacts facts;
  facts.command = command;
  facts.version = "0.1.0";
  facts.build = "test";
  facts.program_sha256 = std::string(64, 'a');
  facts.operator_name = "Operator";
  facts.ticket = "CHG-1";
  facts.command_line = "requeue " + command + " --from (personal)";
  facts.mailroot = mailroot;
  return facts;
}

class RecoveryFolder {
 public:
  // Flushes cost nothing in memory, and some tests flush a thousand times.
  RecoveryFolder() : folder_(memory()), files_(files::real_files()) {}

  [[nodiscard]] boost::filesystem::path path() const { return folder_.path() / "recovery"; }
  [[nodiscard]] boost::filesystem::path path(const char* name) const { return path() / name; }
  [[nodiscard]] std::string journal() const { return read(path("journal.jsonl")); }
  [[nodiscard]] std::string details() const { return read(path("messages.jsonl")); }
  [[nodiscard]] files::Files& files() { return *files_; }

  Result<std::unique_ptr<recovery::Recovery>> to_write(const recovery::RunFacts& facts = facts_of(),
                                                       recovery::Missing missing = recovery::Missing::make,
                                                       const std::vector<recovery::Fold*>& folds = {}) {
    return recovery::open_to_write(*files_, path(), missing, facts, listener, folds);
  }
  Result<std::unique_ptr<recovery::Recovery>> to_read(const std::vector<recovery::Fold*>& folds = {}) {
    return recovery::open_to_read(*files_, path(), folds);
  }
  // A whole run with `count` decisions.
  void run(int count = 1) {
    auto recovery = to_write().value();
    for (int i = 0; i < count; ++i) {
      const std::string details = recovery->record_details({{"subject", "s" + std::to_string(i)}}).value();
      REQUIRE(recovery->flush_details());
      REQUIRE(recovery->record("decision", {{"number", i}, {"details", details}}));
      REQUIRE(recovery->flush());
    }
    REQUIRE(recovery->end(Exit::done, {{"found", count}}));
  }
  std::vector<std::string> events() {
    std::vector<std::string> events;
    const auto tree = files_->open(path()).value();
    REQUIRE(journal::read(*tree, [&](const journal::Line& line) -> Result<void> {
      events.push_back(line.event);
      return {};
    }));
    return events;
  }

  Listener listener;

 private:
  static boost::filesystem::path memory() {
    const boost::filesystem::path memory("/dev/shm");
    return boost::filesystem::is_directory(memory) ? memory : boost::filesystem::temp_directory_path();
  }

  TemporaryFolder folder_;
  std::unique_ptr<files::Files> files_;
};

inline void check_damage(RecoveryFolder& folder) {
  const std::string before = folder.journal();
  const auto reading = folder.to_read();
  REQUIRE_FALSE(reading);
  REQUIRE(reading.error().exit == Exit::verification);
  const auto writing = folder.to_write();
  REQUIRE_FALSE(writing);
  REQUIRE(writing.error().exit == Exit::verification);
  REQUIRE(folder.journal() == before);
}

}  // namespace requeue::tests
