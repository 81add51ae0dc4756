#include <catch2/catch.hpp>

#include "commands/announce.h"
#include "recovery/recovery.h"
#include "support/temporary_folder.h"

using namespace requeue;
using namespace requeue::tests;

namespace {

struct Told {
  service::EventId id;
  service::Gravity gravity;
  std::string text;
};

class FakeEventLog final : public service::EventLog {
 public:
  void write(service::EventId id, service::Gravity gravity, const std::string& text) override {
    told.push_back({id, gravity, text});
  }
  std::vector<Told> told;
};

class SilentConsole final : public commands::Console {
 public:
  void result(std::string_view /*line*/) override {}
};

// A window whose commands are run in process, with a log that remembers.
struct Announced {
  Announced() {
    write(folder.path() / "mailroot/Queue/NTFS_1.EML", "From: a@example.com\r\nTo: b@example.org\r\n\r\nhello\r\n");
    write(folder.path() / "mailroot/Pickup/.keep", "");
    options.mailroot = (folder.path() / "mailroot").string();
    options.recovery = (folder.path() / "recovery").string();
    options.service = "none";
  }
  Exit run(commands::Command command) {
    commands::Context context{options, *files, *service, true, console, {}, [](auto) {}, {}, &log};
    const auto outcome = command(context);
    return outcome ? outcome->exit : outcome.error().exit;
  }
  [[nodiscard]] std::vector<std::uint32_t> ids() const {
    std::vector<std::uint32_t> all;
    for (const auto& each : log.told) all.push_back(static_cast<std::uint32_t>(each.id));
    return all;
  }

  TemporaryFolder folder;
  commands::Options options;
  std::unique_ptr<files::Files> files = files::real_files();
  std::unique_ptr<service::Control> service = service::no_service();
  SilentConsole console;
  FakeEventLog log;
};

}  // namespace

TEST_CASE("the event log is told each step by its fixed number, with a head of the journal and nothing personal") {
  Announced window;
  REQUIRE(window.run(commands::evacuate) == Exit::done);
  window.options.from = "secret@example.com";
  window.options.to = "other@example.org";
  window.options.timeout = std::chrono::seconds(1);
  CHECK(window.run(commands::probe) == Exit::failed);
  window.options.no_probe = "drill";
  CHECK(window.run(commands::replay) == Exit::attention);  // the file .keep in Pickup is no message: held
  CHECK(window.ids() == std::vector<std::uint32_t>{1001, 1002, 1003, 1004});
  CHECK(window.log.told[0].gravity == service::Gravity::information);
  CHECK(window.log.told[2].gravity == service::Gravity::warning);
  CHECK(window.log.told[2].text.find("stuck") != std::string::npos);
  for (const auto& each : window.log.told) {
    CHECK(each.text.find("@") == std::string::npos);
    const auto at = each.text.find("Journal head: ");
    REQUIRE(at != std::string::npos);
    window.options.expect_heads.push_back(each.text.substr(at + 14));
    CHECK(window.options.expect_heads.back().size() == 64);
  }
  // Each is the hash of a line, so that the log and the record vouch for each other.
  CHECK(window.run(commands::audit) == Exit::attention);
}

TEST_CASE("a record whose balance fails is told as an error by an audit") {
  Announced window;
  REQUIRE(window.run(commands::evacuate) == Exit::done);
  window.log.told.clear();
  {  // a whole chain that speaks of a message which the bag does not hold
    const auto recovery =
        recovery::open_to_write(*window.files, window.options.recovery, recovery::Missing::refuse, {}, window.console);
    REQUIRE(recovery);
    const auto details = (*recovery)->record_details(Json::object());
    REQUIRE(details);
    REQUIRE((*recovery)->flush_details());
    REQUIRE((*recovery)->record("message", Json{{"source", "Queue/ghost.EML"},
                                                {"sha256", std::string(64, '0')},
                                                {"disposition", "held"},
                                                {"rule", "bounce"},
                                                {"details", *details}}));
    REQUIRE((*recovery)->end(Exit::done, Json::object()));
  }
  CHECK(window.run(commands::audit) == Exit::verification);
  CHECK(window.ids() == std::vector<std::uint32_t>{1005});
  CHECK(window.log.told.front().gravity == service::Gravity::error);
}

TEST_CASE("a dry run tells the event log nothing") {
  Announced window;
  window.options.dry_run = true;
  window.files = files::read_only_files(files::real_files());
  CHECK(window.run(commands::evacuate) == Exit::done);
  CHECK(window.log.told.empty());
}
