// A Mailroot and a backup on a network path, which this machine only claims to have.
#include <catch2/catch.hpp>

#include "commands/context.h"
#include "support/altered_files.h"
#include "support/temporary_folder.h"

using namespace requeue;
using namespace requeue::tests;

namespace {

class MuteConsole final : public commands::Console {
 public:
  void result(std::string_view /*line*/) override {}
};

}  // namespace

TEST_CASE("adopt and probe of a network path were refused, whatever was said of the service") {
  const TemporaryFolder folder;
  const auto mailroot = folder.path() / "mailroot";
  write(mailroot / "Queue/NTFS_1.EML", "From: a@example.com\r\nTo: b@example.org\r\n\r\nhello\r\n");
  write(mailroot / "Pickup/.keep", "");
  AlteredFiles files;
  files.alter_volume = [](files::Volume& volume) { volume.file_system = "cifs"; };
  const auto service = service::no_service();
  MuteConsole console;
  commands::Options options;
  options.recovery = (folder.path() / "recovery").string();
  options.from = options.to = "a@example.com";
  options.timeout = std::chrono::seconds(1);
  const auto run = [&](commands::Command command, bool service_stated) {
    commands::Context context{options, files, *service, service_stated, console, {}, [](auto) {}, {}, nullptr};
    const auto outcome = command(context);
    return outcome ? outcome->exit : outcome.error().exit;
  };

  // No service owns a backup; the Mailroot beside it has one.
  options.backup = mailroot.string();
  options.mailroot = mailroot.string();
  CHECK(run(commands::adopt, false) == Exit::precondition);
  options.mailroot.clear();
  CHECK(run(commands::adopt, false) == Exit::done);

  options.mailroot = mailroot.string();
  CHECK(run(commands::probe, false) == Exit::precondition);
  CHECK(run(commands::probe, true) == Exit::failed);  // tried: nothing takes it
}
