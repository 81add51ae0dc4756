// A replay that was cut short, set up by hand: one intent in the journal, and in Pickup and staging what a test wants
// to be found there by the run that settles it.
#pragma once

#include <boost/filesystem/operations.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/text.h"
#include "recovery/recovery.h"
#include "replay/handoff.h"
#include "support/altered_files.h"
#include "support/faulty_files.h"
#include "support/recording_files.h"
#include "support/temporary_folder.h"

namespace requeue::tests {

// The message whose handoff is cut short.
inline const std::string queued = "Queue/a.eml";

inline std::string sha256_of(std::string_view bytes) {
  Sha256 sha256;
  sha256.update(bytes);
  return sha256.hex();
}

class CutShort {
 public:
  CutShort() {
    auto recording = std::make_unique<RecordingFiles>();
    record = recording.get();
    auto faulting = std::make_unique<FaultyFiles>(std::move(recording));
    faults = faulting.get();
    disk = std::make_unique<AlteredFiles>(std::move(faulting));
    disk->alter_volume = [this](files::Volume& volume) {
      volume.local = local;
      volume.journaled = journaled;
    };
    boost::filesystem::create_directories(pickup());
    open_run();
    boost::filesystem::create_directories(staging());
    tests::write(staging() / "token", mailroot::render({id(), "recovery"}));
  }

  [[nodiscard]] boost::filesystem::path mailroot_path() const { return folder.path() / "mailroot"; }
  [[nodiscard]] boost::filesystem::path pickup() const { return mailroot_path() / "Pickup"; }
  [[nodiscard]] boost::filesystem::path staging() const { return mailroot_path() / (".requeue-" + id()); }
  [[nodiscard]] const std::string& id() const { return recovery->state().id; }
  [[nodiscard]] bool stands(const boost::filesystem::path& path) const {
    return boost::filesystem::exists(boost::filesystem::symlink_status(path));
  }

  // An intent to hand `composed` over, as flushed by the run in hand, of boot "boot-1". Returns the written name.
  std::string intend(const std::string& source, int number = 1) {
    const auto details = recovery->record_details({{"envelope_recipients", Json::array({"b@example.org"})}}).value();
    REQUIRE(recovery->flush_details());
    const auto sha256 = sha256_of(source);
    const auto name = replay::written_name(replay::digest_of(sha256), id(), static_cast<std::uint64_t>(number));
    REQUIRE(recovery->record("intent", {{"source", source},
                                        {"sha256", sha256},
                                        {"pickup", pickup().string()},
                                        {"staging", staging().string()},
                                        {"name", name},
                                        {"written_sha256", sha256_of(composed)},
                                        {"boot", recovery->boot()},
                                        {"details", details}}));
    REQUIRE(recovery->flush());
    return name;
  }

  // The next run: of `boot`, which may be unknown. `to`: where it hands over.
  Result<replay::Settled> try_settle(std::optional<std::string> boot, const boost::filesystem::path& to) {
    disk->machine_boot = std::move(boot);
    if (with_opening) record->forget();
    open_run();
    if (!with_opening) record->forget();
    return replay::settle(*recovery, *ledger, *disk, to.string(), watcher);
  }
  replay::Settled settle(std::optional<std::string> boot) { return settle(std::move(boot), pickup()); }
  replay::Settled settle(std::optional<std::string> boot, const boost::filesystem::path& to) {
    auto settled = try_settle(std::move(boot), to);
    if (!settled) FAIL(to_text(settled.error()));
    return std::move(*settled);
  }

  // "in_doubt reboot", "replayed found_in_pickup", "pending", ...; with " open" while an intent is.
  std::string standing(const std::string& source) const {
    const auto* const found = ledger->find(source);
    std::string text = found == nullptr ? "pending" : std::string(replay::to_string(found->disposition));
    if (found != nullptr && found->rule != 0) text += ' ' + ledger->rule_text(found->rule);
    if (ledger->open_intents().contains(source)) text += " open";
    return text;
  }

  std::vector<Json> events(std::string_view wanted) {
    std::vector<Json> all;
    REQUIRE(recovery->flush());
    REQUIRE(journal::read(recovery->tree(), [&](const journal::Line& line) -> Result<void> {
      if (line.event == wanted) all.push_back(line.json);
      return {};
    }));
    return all;
  }

  TemporaryFolder folder;
  RecordingFiles* record = nullptr;
  FaultyFiles* faults = nullptr;
  std::unique_ptr<AlteredFiles> disk;
  bool local = true, journaled = true;
  bool with_opening = false;  // the calls that open the recovery folder are recorded, too
  const std::string composed = "x-sender: a@example.org\r\nx-receiver: b@example.org\r\nFrom: a@example.org\r\n\r\nx";
  std::unique_ptr<replay::Ledger> ledger;
  std::unique_ptr<recovery::Recovery> recovery;
  Watcher watcher;

 private:
  void open_run() {
    recovery.reset();
    ledger = std::make_unique<replay::Ledger>();
    recovery::RunFacts facts;
    facts.command = "replay";
    facts.version = "test";
    auto opened = recovery::open_to_write(*disk, folder.path() / "recovery", recovery::Missing::make, facts, watcher,
                                          {ledger.get()});
    if (!opened) FAIL(to_text(opened.error()));
    recovery = std::move(*opened);
  }
};

}  // namespace requeue::tests
