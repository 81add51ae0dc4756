#include <catch2/catch.hpp>

#include "commands/service_steps.h"
#include "support/recording_files.h"
#include "support/temporary_folder.h"

using namespace requeue;
using namespace requeue::tests;

namespace {

// Obeys, unless it is asked to hurry: as a real one does after Ctrl-C.
class Obedient final : public service::Control {
 public:
  Result<service::State> state() override { return now; }
  Result<void> stop(Watcher& /*watcher*/) override {
    if (at_stop) at_stop();
    now = service::State::stopped;
    return {};
  }
  Result<void> start(Watcher& watcher) override {
    if (watcher.stop_requested()) return failure(Exit::interrupted, "interrupted");
    now = service::State::running;
    return {};
  }
  Result<std::vector<std::string>> dependents() override { return std::vector<std::string>{}; }
  [[nodiscard]] std::string name() const override { return "obedient"; }

  service::State now = service::State::running;
  std::function<void()> at_stop;
};

class CtrlC final : public commands::Console {
 public:
  void result(std::string_view /*line*/) override {}
  void warn(std::string_view line) override { warned += line; }
  [[nodiscard]] bool stop_requested() const override { return pressed; }

  bool pressed = false;
  std::string warned;
};

}  // namespace

TEST_CASE("that requeue stops the service is on the disk before it does", "[service]") {
  const TemporaryFolder folder;
  RecordingFiles files;
  const commands::Options options;
  Obedient service;
  CtrlC console;
  commands::Context context{options, files, service, true, console, {}, {}, {}};
  const auto recovery =
      recovery::open_to_write(files, folder.path() / "recovery", recovery::Missing::make, {}, console);
  REQUIRE(recovery);
  std::string last;
  service.at_stop = [&] {
    for (const auto& call : files.calls()) {
      if (call.path == "journal.jsonl" && (call.verb == "write" || call.verb == "flush")) last = call.verb;
    }
    CHECK(read(folder.path() / "recovery/journal.jsonl").find("\"stopping\"") != std::string::npos);
  };
  REQUIRE(commands::stop_service(context, **recovery));
  CHECK(last == "flush");
}

TEST_CASE("a service that was stopped for a run that Ctrl-C ended is put back", "[service]") {
  const TemporaryFolder folder;
  const auto files = files::real_files();
  const commands::Options options;
  Obedient service;
  CtrlC console;
  commands::Context context{options, *files, service, true, console, {}, {}, {}};
  const auto recovery =
      recovery::open_to_write(*files, folder.path() / "recovery", recovery::Missing::make, {}, console);
  REQUIRE(recovery);
  REQUIRE(commands::stop_service(context, **recovery));
  REQUIRE(service.now == service::State::stopped);
  console.pressed = true;
  commands::put_service_back(context, **recovery);
  CHECK(service.now == service::State::running);
  CHECK(console.warned.empty());
  CHECK_FALSE((*recovery)->state().stopped_by_us);
}
