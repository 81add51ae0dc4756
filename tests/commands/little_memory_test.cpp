// Too little memory while the service is stopped: an error like any other, after which the service is as it was found.
#include <new>

#include <catch2/catch.hpp>

#include "commands/context.h"
#include "core/json.h"
#include "support/observed_files.h"
#include "support/temporary_folder.h"

using namespace requeue;
using namespace requeue::tests;

namespace {

class Quiet final : public commands::Console {
 public:
  void result(std::string_view /*line*/) override {}
};

class Willing final : public service::Control {
 public:
  Result<service::State> state() override { return now; }
  Result<void> stop(Watcher& /*watcher*/) override {
    now = service::State::stopped;
    ++stops;
    return {};
  }
  Result<void> start(Watcher& /*watcher*/) override {
    now = service::State::running;
    return {};
  }
  Result<std::vector<std::string>> dependents() override { return std::vector<std::string>{}; }
  [[nodiscard]] std::string name() const override { return "willing"; }

  service::State now = service::State::running;
  int stops = 0;
};

// Whoever makes that call gets no memory.
class NoMemory final : public Observer {
 public:
  NoMemory(std::string verb, std::string part) : verb_(std::move(verb)), part_(std::move(part)) {}
  Result<void> before(const Call& call) override {
    if (call.verb == verb_ && call.tree.ends_with("recovery") && call.path.find(part_) != std::string::npos)
      throw std::bad_alloc();
    return {};
  }
  Result<void> after(const Call& /*call*/) override { return {}; }
  [[nodiscard]] std::size_t written_before_failing(const Call& /*call*/, std::size_t /*size*/) const override {
    return 0;
  }

 private:
  std::string verb_, part_;
};

}  // namespace

TEST_CASE("too little memory in a thread ended the program and left the service stopped", "[service]") {
  const TemporaryFolder folder;
  for (const char* const name : {"a", "b", "c"})
    write(folder.path() / "mailroot/Queue" / (std::string(name) + ".EML"), "From: a@b.example\r\n\r\n");
  // In a thread, while files are copied; in the one that writes the lists; and when the copies are read again.
  const auto [verb, part] =
      GENERATE(std::pair{"create", "b.EML"}, std::pair{"write", "manifest"}, std::pair{"read", "b.EML"});
  ObservedFiles files(files::real_files(), std::make_shared<NoMemory>(verb, part));
  commands::Options options;
  options.command = "evacuate";
  options.mailroot = (folder.path() / "mailroot").string();
  options.recovery = (folder.path() / "recovery").string();
  options.jobs = 4;
  Willing service;
  Quiet console;
  commands::Context context{options, files, service, true, console, {}, {}, {}};
  const auto outcome = commands::evacuate(context);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().exit == Exit::failed);
  CHECK(outcome.error().what == "there is too little memory");
  CHECK(service.stops == 1);
  CHECK(service.now == service::State::running);
  const auto journal = read(folder.path() / "recovery/journal.jsonl");
  CHECK(journal.find("\"action\":\"put_back\"") != std::string::npos);
  CHECK(journal.find("\"event\":\"run_end\"") != std::string::npos);
  CHECK(journal.find("\"event\":\"emptying\"") == std::string::npos);
}
