#include <boost/filesystem.hpp>
#include <catch2/catch.hpp>

#include "commands/service_steps.h"
#include "support/faulty_files.h"
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
  void result(std::string_view line) override { told += line; }
  void warn(std::string_view line) override { warned += line; }
  [[nodiscard]] bool stop_requested() const override { return pressed; }

  bool pressed = false;
  std::string told;
  std::string warned;
};

}  // namespace

TEST_CASE("an evacuate that failed between verification and emptying left the service stopped", "[service]") {
  const TemporaryFolder folder;
  write(folder.path() / "mailroot/Queue/a.EML", "From: a@b.example\r\n\r\n");
  commands::Options options;
  options.command = "evacuate";
  options.mailroot = (folder.path() / "mailroot").string();
  options.jobs = 1;
  // Each reading of the tag manifest fails in turn; the last of them is that of the emptying.
  int failed = 0;
  for (std::uint64_t at = 1;; ++at) {
    FaultyFiles files;
    files.add({"open", "snapshot/tagmanifest-sha256.txt", at, Cause::io});
    options.recovery = (folder.path() / ("recovery" + std::to_string(at))).string();
    Obedient service;
    CtrlC console;
    commands::Context context{options, files, service, true, console, {}, {}, {}};
    const auto outcome = commands::evacuate(context);
    if (outcome) break;
    ++failed;
    CAPTURE(at, to_text(outcome.error()));
    CHECK(service.now == service::State::running);
    CHECK(read(folder.path() / "mailroot/Queue/a.EML").size() > 0);
  }
  CHECK(failed >= 2);
}

TEST_CASE("a resumed evacuate that Ctrl-C ended said that nothing was removed", "[service]") {
  const TemporaryFolder folder;
  for (const char* const name : {"a", "b"})
    write(folder.path() / "mailroot/Queue" / (std::string(name) + ".EML"), "From: a@b.example\r\n\r\n");
  commands::Options options;
  options.command = "evacuate";
  options.mailroot = (folder.path() / "mailroot").string();
  options.recovery = (folder.path() / "recovery").string();
  options.jobs = 1;
  FaultyFiles files;
  files.add({"remove_file", "Queue/b.EML", 1, Cause::io, true});
  Obedient service;
  CtrlC console;
  commands::Context context{options, files, service, true, console, {}, {}, {}};
  REQUIRE_FALSE(commands::evacuate(context));
  CHECK(service.now == service::State::stopped);
  files.heal();
  console.warned.clear();
  console.pressed = true;
  const auto outcome = commands::evacuate(context);
  const auto said = outcome ? console.warned : to_text(outcome.error());
  CHECK(said.find("othing was removed") == std::string::npos);
  CHECK((outcome ? outcome->exit : outcome.error().exit) == Exit::interrupted);
}

TEST_CASE("What a restore put back, and the emptying then left, is not told as only in the snapshot", "[service]") {
  const TemporaryFolder folder;
  const auto mailroot = folder.path() / "mailroot";
  const auto put_back = mailroot / "Badmail/a.BAD";
  write(put_back, "From: a@b.example\r\n\r\n");
  write(mailroot / "Drop/a.eml", "From: a@b.example\r\n\r\n");
  write(mailroot / "Queue/b.EML", "From: a@b.example\r\n\r\n");
  commands::Options options;
  options.command = "evacuate";
  options.mailroot = mailroot.string();
  options.recovery = (folder.path() / "recovery").string();
  options.jobs = 1;
  FaultyFiles files;
  files.add({"remove_file", "Queue/b.EML", 1, Cause::io, true});
  Obedient service;
  CtrlC console;
  commands::Context context{options, files, service, true, console, {}, {}, {}};
  REQUIRE_FALSE(commands::evacuate(context));
  files.heal();
  options.command = "restore";
  options.folders = {"Badmail"};
  REQUIRE(commands::restore(context));
  REQUIRE(boost::filesystem::exists(put_back));
  write(put_back, "From: changed@b.example\r\n\r\n");
  options.command = "evacuate";
  options.folders.clear();
  console.told.clear();
  REQUIRE(commands::evacuate(context));
  REQUIRE(boost::filesystem::exists(put_back));
  CHECK(console.told.find("Drop: 1 file only in the snapshot") != std::string::npos);
  CHECK(console.told.find("Badmail: 1 file only in the snapshot") == std::string::npos);
}

TEST_CASE("an emptying went on in the bare folder on which the Mailroot's volume was not mounted", "[service]") {
  const TemporaryFolder folder;
  const auto mailroot = folder.path() / "mailroot";
  for (const char* const name : {"a", "b"})
    write(mailroot / "Queue" / (std::string(name) + ".EML"), "From: a@b.example\r\n\r\n");
  commands::Options options;
  options.command = "evacuate";
  options.mailroot = mailroot.string();
  options.recovery = (folder.path() / "recovery").string();
  options.jobs = 1;
  FaultyFiles files;
  files.add({"remove_file", "Queue/b.EML", 1, Cause::io, true});
  Obedient service;
  CtrlC console;
  commands::Context context{options, files, service, true, console, {}, {}, {}};
  REQUIRE_FALSE(commands::evacuate(context));
  files.heal();
  boost::filesystem::rename(mailroot, folder.path() / "volume");
  boost::filesystem::create_directories(mailroot / "Queue");
  for (const char* const command : {"evacuate", "restore"}) {
    options.command = command;
    const auto refused = options.command == "restore" ? commands::restore(context) : commands::evacuate(context);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().exit == Exit::precondition);
    CHECK(refused.error().what.find("is its volume mounted?") != std::string::npos);
  }
  boost::filesystem::remove_all(mailroot);
  boost::filesystem::rename(folder.path() / "volume", mailroot);
  options.command = "evacuate";
  CHECK(commands::evacuate(context));
}

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

TEST_CASE("what the service sent while adopt copied the backup was replayed as well", "[adopt]") {
  const TemporaryFolder folder;
  for (const char* const name : {"a", "b"}) {
    for (const char* const tree : {"backup", "mailroot"}) {
      write(folder.path() / tree / "Queue" / (std::string(name) + ".EML"),
            "From: " + std::string(name) + "@b.example\r\n\r\n");
    }
  }
  commands::Options options;
  options.command = "adopt";
  options.backup = (folder.path() / "backup").string();
  options.mailroot = (folder.path() / "mailroot").string();
  options.recovery = (folder.path() / "recovery").string();
  options.jobs = 1;
  RecordingFiles files;
  files.before("create", [&](const Call& call) {
    if (call.path.find("snapshot/data") == std::string::npos) return;
    boost::filesystem::remove(folder.path() / "mailroot/Queue/a.EML");
    boost::filesystem::remove(folder.path() / "mailroot/Queue/b.EML");
  });
  Obedient service;
  CtrlC console;
  commands::Context context{options, files, service, true, console, {}, {}, {}};
  REQUIRE(commands::adopt(context));
  CHECK_FALSE(boost::filesystem::exists(folder.path() / "mailroot/Queue/a.EML"));
  CHECK(console.warned.find("2 files of the backup found in the live Queue or Pickup") != std::string::npos);
}
